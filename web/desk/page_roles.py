"""Which roles reach which pages of the desk: every other one is answered 404, whatever the page says of its rows.

What an account reaches of a page's events is asked of models.events.scope. Here stands what needs no event.
"""

from flask import Flask, abort, request
from flask_login import current_user

from models.organizations.tables import Role

WRITERS = frozenset({Role.ORGANIZER, Role.OFFICE, Role.COMMITTEE})
REVIEWERS = frozenset({Role.OFFICE, Role.COMMITTEE})
CHECK_IN_STAFF = WRITERS | {Role.OPERATOR}
EVERYBODY = frozenset(Role)

# Pages by blueprint or endpoint; the endpoint is asked first. Others: everybody reads them, WRITERS send their forms.
READERS: dict[str, frozenset[Role]] = {
    "desk_event_form": WRITERS,
    "desk_move": WRITERS,
    "desk_many_events": WRITERS,
    "desk_picture.index": WRITERS,
    "desk_import": WRITERS,
    "desk_duplicates": WRITERS,
    "desk_feeds": REVIEWERS,
    "desk_review": REVIEWERS,
    "desk_organizations": REVIEWERS | {Role.VIEWER},
    "desk_notices.new": REVIEWERS,
    "desk_registration": WRITERS,
    "desk_registration_export": WRITERS,
    "desk_release": REVIEWERS,
    "desk_retention": frozenset({Role.COMMITTEE}),
    "desk_summary": REVIEWERS | {Role.VIEWER},
    "desk_queue_file": CHECK_IN_STAFF,
    "desk_devices": CHECK_IN_STAFF,
    "desk_passes": CHECK_IN_STAFF,
    "desk_paper_counts": CHECK_IN_STAFF,
    "desk_entrance": WRITERS,
    "desk_scan_review": WRITERS,
    "posters": CHECK_IN_STAFF,
    "desk_pairing_batches": CHECK_IN_STAFF,
    "desk_tally_sheets": CHECK_IN_STAFF,
    "desk_draws": CHECK_IN_STAFF,
    "redeem": CHECK_IN_STAFF,
}
SENDERS: dict[str, frozenset[Role]] = {
    "sign_in": EVERYBODY,
    "invitation": EVERYBODY,
    "my_account": EVERYBODY,
    "second_factor": EVERYBODY,
    "second_step": EVERYBODY,
    "desk_exports": EVERYBODY,
    "desk_feeds": REVIEWERS,
    "desk_notices": REVIEWERS,
    "desk_release": REVIEWERS,
    "desk_checks": REVIEWERS,
    "desk_summary": REVIEWERS,
    "desk_review": REVIEWERS,
    "desk_organizations": REVIEWERS,
    "desk_queue_file": CHECK_IN_STAFF,
    "desk_devices": CHECK_IN_STAFF,
    "desk_pairing": CHECK_IN_STAFF,
    "desk_passes": CHECK_IN_STAFF,
    "desk_paper_counts": CHECK_IN_STAFF,
    "code_screen": CHECK_IN_STAFF,
    "desk_pairing_batches": CHECK_IN_STAFF,
    "desk_tally_sheets": CHECK_IN_STAFF,
    "desk_draws": CHECK_IN_STAFF,
    "redeem": CHECK_IN_STAFF,
}


def register(app: Flask) -> None:
    app.before_request(_refuse_other_roles)


def roles_of(endpoint: str, method: str) -> frozenset[Role]:
    """The roles that reach an endpoint of the desk by a method."""
    table, rest = (READERS, EVERYBODY) if method in ("GET", "HEAD", "OPTIONS") else (SENDERS, WRITERS)
    blueprint = endpoint.partition(".")[0]
    return table.get(endpoint) or table.get(blueprint) or rest


def _refuse_other_roles() -> None:
    if not request.path.startswith("/desk/") or request.endpoint is None:
        return
    if current_user.is_authenticated and current_user.role not in roles_of(request.endpoint, request.method):
        abort(404)
