"""What people read and edit: the public calendar, feeds, the desk, figures. Meets kiosk in templates by URL only."""

from flask import Blueprint, Flask

from web import errors
from web.api import devices as api_devices
from web.api import directory as api_directory
from web.api import docs as api_docs
from web.api import event_changes as api_event_changes
from web.api import events as api_events
from web.api import figures as api_figures
from web.api import openapi
from web.api import pass_changes as api_pass_changes
from web.api import passes as api_passes
from web.commands import accounts as account_commands
from web.commands import backup, doctor, imports, retention, serve, setup
from web.commands import events as event_commands
from web.commands import figures as figure_commands
from web.commands import signing_keys as key_commands
from web.commands import summary as summary_command
from web.commands import verify as verify_command
from web.desk import (
    duplicates,
    events,
    many_events,
    notices,
    organizations,
    overview,
    page_roles,
    picture,
    review,
    summary,
    webhooks,
)
from web.desk.accounts import (
    accounts,
    audit,
    directory,
    draft_key,
    invitation,
    my_account,
    second_factor,
    second_step,
    sign_in,
)
from web.desk.accounts import retention as retention_page
from web.desk.accounts import words as account_words
from web.desk.attendance import outcomes, paper_counts, scan_review, scans, session_totals, tally_sheets
from web.desk.check_in import devices, entrance, pairing, pairing_batches, queue_file
from web.desk.event_form import move as event_move
from web.desk.event_form import pages as event_form
from web.desk.exports import pages as desk_exports
from web.desk.form_files import pictures as form_pictures
from web.desk.imports import subscriptions, uploads
from web.desk.registration import export as registration_export
from web.desk.registration import pages as registration_desk
from web.desk.visitors import draws
from web.feeds import feeds as feeds
from web.feeds import subscriber_count
from web.figures import desk_checks, desk_coverage, desk_figures, desk_release
from web.figures import pages as figures
from web.figures.live import area_page as area_live
from web.figures.live import event_page as live
from web.figures.live import views as live_views
from web.figures.live import wall
from web.public import (
    calendar,
    event_picture,
    host_card,
    maps,
    places,
    programme,
    starred_list,
    subscribe,
    verify,
)
from web.public.filters import quick_filters
from web.public.registration import form as registration_form
from web.public.registration import own_page as registration_page
from web.public.registration import words as registration_words
from web.public.schedule import day_grid, nearby, now_line
from web.public.sharing import embed, json_ld, share_picture, share_poster, sitemap
from web.server import (
    assets,
    compression,
    health,
    hooks,
    issuer_page,
    json_logs,
    metrics,
    public_pages,
    standby,
)
from web.words import checks as check_words
from web.words import devices as device_words
from web.words import event_changes, event_texts, numbers, progress, session_lines, terms
from web.words import figures as figure_words
from web.words import ledger as ledger_words
from web.words import outcomes as outcome_words

WORDS = (
    terms,
    event_changes,
    event_texts,
    numbers,
    progress,
    session_lines,
    device_words,
    ledger_words,
    outcome_words,
    figure_words,
    check_words,
    account_words,
)
ACCOUNTS = (
    sign_in,
    draft_key,
    directory,
    second_step,
    second_factor,
    invitation,
    my_account,
    accounts,
    audit,
    retention_page,
)
DESK = (
    page_roles, overview, notices, events, event_form, event_move, review, devices, entrance, duplicates, organizations,
    subscriptions, queue_file, scan_review, uploads, pairing, paper_counts, tally_sheets, session_totals, scans, outcomes, draws,
    pairing_batches, picture, form_pictures, many_events, registration_desk, registration_export, webhooks, desk_exports, summary,
)  # fmt: skip
FIGURES = (live_views, live, figures, area_live, wall, desk_figures, desk_release, desk_checks, desk_coverage)
API = (
    api_events, api_event_changes, api_directory, api_passes, api_pass_changes, api_devices, api_figures, openapi, api_docs,
)  # fmt: skip
PUBLIC = (
    calendar,
    places,
    embed,
    event_picture,
    host_card,
    json_ld,
    maps,
    programme,
    registration_words,
    registration_form,
    registration_page,
    quick_filters,
    day_grid,
    nearby,
    now_line,
    share_picture,
    share_poster,
    sitemap,
    starred_list,
    subscribe,
    verify,
)
COMMANDS = (
    account_commands, backup, doctor, event_commands, figure_commands, summary_command, imports, key_commands, retention,
    serve, setup, verify_command,
)  # fmt: skip
MODULES = (
    errors, assets, *WORDS, *ACCOUNTS, *DESK, *FIGURES, *API, compression, feeds, subscriber_count,
    *PUBLIC, standby, public_pages, *COMMANDS, health, hooks, issuer_page, metrics, json_logs,
)  # fmt: skip


def register(app: Flask) -> None:
    """Add the pages and commands of this package to the application."""
    # One folder of templates for all its packages: a blueprint's own folder would be relative to its module.
    app.register_blueprint(Blueprint("web_templates", __name__, template_folder="templates"))
    for module in MODULES:
        module.register(app)
