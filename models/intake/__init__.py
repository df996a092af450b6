"""The importer: a file of events becomes a campaign's events, row by row, with a verdict and a reason for each.

read: bytes -> rows · understand: one row -> a draft and what there is to say about it · plan: compare with what is
there, then write. `take_in` in models.intake.plan is the whole way.
"""
