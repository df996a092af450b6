"""The week as rows, and the rules that keep them true. Knows nothing of requests.

Importing this package registers every table. Its packages stand on floors (docs/architecture.md): each imports only from
lower ones.
"""

from importlib import import_module

for _module in (
    "installation",
    "places.tables",
    "campaigns.tables",
    "organizations.tables",
    "audit.tables",
    "events.pictures",
    "events.tables",
    "events.merges",
    "codes.keys",
    "codes.passes",
    "codes.self_issue_limit",
    "codes.venue_codes",
    "public.search",
    "devices.kiosks",
    "devices.pairing",
    "devices.pairing_batches",
    "devices.screens",
    "ics.version",
    "ics.starred_list",
    "ledger.tables",
    "ledger.sum_tables",
    "ledger.estimates",
    "figures.headcounts",
    "registration.tables",
    "corrections.paper_counts",
    "corrections.tally_sheets",
    "corrections.moves",
    "outcomes.outcomes",
    "outcomes.highlights",
    "checkin.knowledge_versions",
    "checkin.queue_file",
    "publishing.duplicates",
    "publishing.organization_merges",
    "publishing.proposals",
    "publishing.review",
    "visitors.tables",
    "desk.notices",
    "desk.reminders",
    "imports.pictures",
    "imports.feeds.subscriptions",
    "imports.column_answers",
    "imports.organization_answers",
    "imports.uploads",
    "accounts.tables",
    "accounts.second_factor.tables",
    "accounts.idempotency",
    "webhooks.tables",
    "exports.tables",
):
    import_module(f"models.{_module}")
