"""Summaries (总结材料) of a region or line: due when, what is in them, people's texts, sealed figures, handing in."""
