"""An import in one call: preview, all at once or row by row, with what its source says."""

from models.imports.apply import apply, apply_each, preview
from models.imports.source import Source


def import_rows(campaign, rows, now, *, dry_run=False, partial=False, cancel=None, **source):
    """cancel: the ids that a person agreed to; None: nobody is asked."""
    given = Source(asks=cancel is not None, **source)
    if dry_run:
        return preview(campaign, rows, given, now)
    return (apply_each if partial else apply)(campaign, rows, given, now, cancel or ())
