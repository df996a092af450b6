"""Named people walk every route of the application, by GET and by POST. Each route has a rule that says who gets through;
a new route without one fails."""

import datetime
from dataclasses import dataclass
from uuid import uuid4

import pytest

from models.accounts.tokens import new_token_of
from models.codes import passes
from models.corrections.paper_counts import PaperCount
from models.corrections.tally_sheets import TallySheet
from models.db import db, on_postgresql, transaction
from models.desk.notices import Notice
from models.devices.pairing_batches import PairingBatch
from models.devices.screens import Screen
from models.drawing import photo
from models.events.pictures import keep_picture
from models.events.tables import EventVenue
from models.figures.headcounts import Headcount
from models.imports.feeds.subscriptions import Subscription, VanishedEvent
from models.imports.uploads import UploadedFile
from models.organizations.tables import TokenScope
from models.outcomes.highlights import SummaryPicture
from models.places.tables import Venue
from models.publishing.change import event_transaction
from models.publishing.proposals import write_cancellation
from models.summaries import handing_in
from models.summaries.part import Part
from models.visitors import draws
from tests.support.browser import photos
from tests.support.records.people import sign_in
from tests.support.records.registering import offer
from tests.support.records.week import DAY, NINE, make_device

# Who is asked: an organizer, her colleague, another organization, the county, the city, the province, a court office of the
# province, another province, the committee, a viewer, an operator, and a stranger who is not signed in.
EVERYBODY = frozenset({"gu", "he", "wang", "lian", "gang", "su", "fa", "bao", "cui", "kan", "shou"})
STRANGER = "stranger"
# Of the lecture, which gu's organization leads in lian's county:
SEE = frozenset({"gu", "he", "lian", "gang", "su", "cui", "kan", "shou"})
RUN_CHECK_IN = SEE - {"kan"}
CHANGE = SEE - {"kan", "shou"}
REVIEW = PUBLISH = frozenset({"lian", "gang", "su", "cui"})
# Of pages without an event:
WRITE = EVERYBODY - {"kan", "shou"}
STAFF = EVERYBODY - {"kan"}
OFFICES = frozenset({"lian", "gang", "su", "fa", "bao", "cui"})
OVERSEE = OFFICES | {"kan"}
MANAGERS = frozenset({"lian", "gang", "su", "cui"})  # of gu's account
UPLOADER = frozenset({"gu"})
# Of su's notice to the organizations of the courts' line in lian's county, and to su:
NOTIFIED = frozenset({"su", "wang"})
FEED_READERS = frozenset({"lian", "gang", "su", "cui"})

# Pages of the public, devices and phones: no account is asked there, whoever holds the address or the code gets through.
OPEN = frozenset(
    """
    api_docs api_openapi calendar code_entry code_screen.page code_screen.pair code_screen.upcoming_codes
    configuration device_check directory draw_screen embed event_picture feeds figures health heartbeat
    invitation issuer kiosk_app metrics nearby opinion pairing pass_page phone_check_in phone_result places programme
    redeem.of_kiosk registration registration_form scans second_step self_issue service_worker share_picture
    share_poster sign_in sitemap slips starred_list static subscribe verify wall
""".split()
)

# Routes of the desk: by blueprint or endpoint and method, who is not answered 404.
RULES: dict[tuple[str, str], frozenset[str]] = {
    ("desk_overview.index", "GET"): EVERYBODY,
    ("desk_events.index", "GET"): EVERYBODY,
    ("desk_events.event", "GET"): SEE,
    ("desk_events.decide", "POST"): REVIEW,
    ("desk_events.withdraw_proposal", "POST"): frozenset({"gu", "he"}),  # of their organization's proposal
    ("desk_events.publish", "POST"): PUBLISH,
    ("desk_event_form.new", "GET"): WRITE,
    ("desk_event_form.choose_copied", "GET"): WRITE,
    ("desk_move.index", "GET"): CHANGE,
    ("desk_move.carry_out", "POST"): CHANGE,
    ("desk_many_events.act", "POST"): WRITE,
    ("desk_many_events.done", "GET"): WRITE,
    ("desk_event_form.create", "POST"): WRITE,
    ("desk_event_form.preview", "POST"): WRITE,
    ("desk_event_form.edit", "GET"): CHANGE,
    ("desk_event_form.change", "POST"): CHANGE,
    ("desk_event_form.move", "POST"): CHANGE,
    ("desk_event_form.cancel", "GET"): CHANGE,
    ("desk_event_form.cancel", "POST"): CHANGE,
    ("desk_picture.index", "GET"): CHANGE,
    ("desk_picture.save", "POST"): CHANGE,
    ("desk_picture.show", "GET"): frozenset(),  # there is no such picture
    ("desk_review.index", "GET"): OFFICES,
    ("desk_summary.index", "GET"): OVERSEE - {"bao"},  # the summary of lian's county
    ("desk_summary.document", "GET"): OVERSEE - {"bao"},
    ("desk_summary.sealed_document", "GET"): SEE - {"gu", "he", "shou"},
    ("desk_summary.save", "POST"): frozenset({"lian"}),
    ("desk_summary.hand_in", "POST"): frozenset({"lian"}),
    ("desk_summary.decide", "POST"): frozenset({"gang", "su", "cui"}),
    ("desk_review.publish_many", "POST"): OFFICES,
    ("desk_review.decide", "POST"): REVIEW,
    ("desk_review.decide_proposal", "POST"): REVIEW,
    ("desk_review.release", "POST"): REVIEW,
    ("desk_devices", "GET"): RUN_CHECK_IN,
    ("desk_devices", "POST"): RUN_CHECK_IN,
    ("desk_pairing", "POST"): RUN_CHECK_IN,
    ("code_screen.offer", "POST"): RUN_CHECK_IN,
    ("code_screen.revoke", "POST"): RUN_CHECK_IN,
    ("desk_passes", "GET"): RUN_CHECK_IN,
    ("desk_passes", "POST"): RUN_CHECK_IN,
    ("posters", "GET"): RUN_CHECK_IN,
    ("desk_paper_counts", "GET"): RUN_CHECK_IN,
    ("desk_paper_counts", "POST"): RUN_CHECK_IN,
    # Asks for a number; that of a sheet out of reach is on none.
    ("desk_tally_sheets.find", "GET"): STAFF,
    ("desk_tally_sheets", "GET"): RUN_CHECK_IN,
    ("desk_tally_sheets", "POST"): RUN_CHECK_IN,
    ("desk_pairing_batches", "GET"): RUN_CHECK_IN,
    ("desk_pairing_batches", "POST"): RUN_CHECK_IN,
    ("desk_session_totals", "GET"): CHANGE,
    ("desk_session_totals", "POST"): CHANGE,
    ("desk_scans", "GET"): CHANGE,
    ("desk_scans.correct", "POST"): CHANGE,
    ("desk_scans.undo_move", "POST"): CHANGE,
    ("redeem", "GET"): RUN_CHECK_IN,
    ("redeem", "POST"): RUN_CHECK_IN,
    ("desk_draws", "GET"): RUN_CHECK_IN,
    ("desk_draws", "POST"): RUN_CHECK_IN,
    ("desk_outcomes", "GET"): CHANGE,
    ("desk_outcomes", "POST"): CHANGE,
    ("desk_outcomes.as_json", "GET"): SEE,
    ("desk_outcomes.show_picture", "GET"): frozenset(),  # there is no such picture
    ("desk_entrance", "GET"): CHANGE,
    ("desk_entrance", "POST"): CHANGE,
    ("desk_scan_review", "GET"): CHANGE,
    ("desk_scan_review", "POST"): CHANGE,
    ("desk_registration", "GET"): CHANGE,
    ("desk_registration", "POST"): CHANGE,
    ("desk_registration.cancel", "POST"): frozenset(),  # there is no such registration
    ("desk_registration_export.table", "GET"): CHANGE,
    ("desk_registration_export.with_contacts", "POST"): frozenset({"gu", "he"}),  # of the lead organization
    ("desk_duplicates.index", "GET"): WRITE,
    ("desk_duplicates.same", "POST"): frozenset({"lian", "gang", "su", "cui"}),  # who changes both events
    ("desk_duplicates.different", "POST"): frozenset({"lian", "gang", "su", "cui"}),
    ("desk_feeds.index", "GET"): OFFICES,
    ("desk_feeds.add", "POST"): OFFICES,
    ("desk_feeds", "POST"): FEED_READERS,
    ("desk_import", "GET"): UPLOADER,
    ("desk_import", "POST"): UPLOADER,
    ("desk_import.index", "GET"): WRITE,
    ("desk_import.upload", "POST"): WRITE,
    ("desk_import.template", "GET"): WRITE,
    ("desk_organizations.index", "GET"): OVERSEE,
    ("desk_organizations.confirm_merge", "GET"): frozenset({"lian", "gang", "su", "cui"}),
    ("desk_organizations.merge", "POST"): frozenset({"lian", "gang", "su", "cui"}),
    ("desk_organizations.different", "POST"): frozenset({"lian", "gang", "su", "cui"}),
    ("desk_organizations.change", "POST"): REVIEW,
    ("desk_organizations.change_region", "POST"): frozenset({"lian", "gang", "su", "cui"}),
    ("desk_queue_file", "GET"): STAFF,
    ("desk_queue_file", "POST"): STAFF,
    ("desk_notices.index", "GET"): EVERYBODY,
    ("desk_notices.new", "GET"): OFFICES,
    ("desk_notices.send", "POST"): OFFICES,
    ("desk_notices", "GET"): NOTIFIED,
    ("live", "GET"): SEE,
    ("desk_figures", "GET"): EVERYBODY,
    ("desk_checks", "GET"): EVERYBODY,
    ("desk_checks", "POST"): REVIEW,
    ("desk_coverage", "GET"): EVERYBODY,
    ("desk_release", "GET"): OFFICES,
    # Of the lecture's county; the courts' office of the province is limited to its line.
    ("desk_release.add", "POST"): frozenset({"lian", "gang", "su", "cui"}),
    ("desk_release.take_back", "POST"): frozenset(),  # there is no such release
    ("desk_live", "GET"): EVERYBODY - {"bao"},  # in lian's county
    # Of a whole region, the county here: not of one line or organization.
    ("desk_wall", "GET"): frozenset({"lian", "gang", "su", "cui", "kan"}),
    ("my_account.index", "GET"): EVERYBODY,
    ("my_account", "POST"): EVERYBODY,
    ("my_account.release_directory", "POST"): EVERYBODY,
    ("my_account.end_session", "POST"): frozenset(),  # nobody has a session or token of that number
    ("my_account.revoke_token", "POST"): frozenset(),
    ("second_factor", "GET"): EVERYBODY,
    ("second_factor", "POST"): EVERYBODY,
    ("desk_accounts.index", "GET"): OFFICES,
    ("desk_accounts.invite", "POST"): OFFICES,
    ("desk_accounts.search", "POST"): OFFICES,
    ("desk_accounts.revoke", "POST"): frozenset(),  # there is no such invitation
    ("desk_accounts", "GET"): MANAGERS,
    ("desk_accounts", "POST"): MANAGERS,
    ("desk_audit.index", "GET"): OFFICES,
    ("desk_audit.search", "POST"): OFFICES,
    ("desk_retention.index", "GET"): frozenset({"cui"}),
    ("desk_webhooks.index", "GET"): WRITE,
    ("desk_webhooks.add", "POST"): WRITE,
    ("desk_webhooks", "GET"): frozenset(),  # there is no such webhook
    ("desk_webhooks", "POST"): frozenset(),
    ("desk_exports", "GET"): EVERYBODY,
    ("desk_exports", "POST"): EVERYBODY,
    ("desk_exports.ask_for_sheets", "POST"): RUN_CHECK_IN,
    ("desk_exports.fetch", "GET"): frozenset(),  # nobody has asked for one
    # The API: with a personal token of each.
    ("api_events", "GET"): EVERYBODY,
    ("api_events.event", "GET"): SEE,
    ("api_events.occurrences", "GET"): SEE,
    ("api_events.occurrence", "GET"): SEE,
    ("api_directory", "GET"): EVERYBODY,
    ("api_directory.venue", "GET"): SEE,
    ("api_directory.organization", "GET"): SEE,
    ("api_event_changes.create", "POST"): WRITE,
    ("api_event_changes.change", "PATCH"): CHANGE,
    ("api_pass_changes", "POST"): RUN_CHECK_IN,
    ("api_passes", "GET"): RUN_CHECK_IN,
    ("api_devices.kiosks", "GET"): RUN_CHECK_IN,
    ("api_devices.kiosk", "GET"): RUN_CHECK_IN,
    ("api_devices.scans", "GET"): CHANGE,
}

NOWHERE = 2**31 - 1  # an id that no row has

WHAT_TO_ADD = (
    "The route {rule} ({method}, endpoint {endpoint}) has no rule. Add ({endpoint!r}, {method!r}) to RULES in"
    " tests/web/test_route_rules.py with the people who get through, or its endpoint or blueprint to OPEN where no"
    " account is asked."
)


@dataclass(frozen=True)
class Route:
    endpoint: str
    rule: str
    method: str


def routes(app) -> list[Route]:
    return sorted(
        {
            Route(rule.endpoint, rule.rule, method)
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        },
        # POST last: it may end what a GET looks at
        key=lambda route: (route.method, route.endpoint, route.rule),
    )


def is_open(route: Route) -> bool:
    return route.endpoint in OPEN or route.endpoint.partition(".")[0] in OPEN


def who_gets_through(route: Route) -> frozenset[str] | None:
    """None where there is no rule."""
    own = RULES.get((route.endpoint, route.method))
    return own if own is not None else RULES.get((route.endpoint.partition(".")[0], route.method))


def without_rule(all_routes: list[Route]) -> list[str]:
    return [
        WHAT_TO_ADD.format(rule=route.rule, method=route.method, endpoint=route.endpoint)
        for route in all_routes
        if not is_open(route) and who_gets_through(route) is None
    ]


def test_every_route_has_a_rule(app):
    assert without_rule(routes(app)) == []


def test_a_new_route_without_a_rule_is_named(app):
    app.add_url_rule("/desk/new-page", "desk_new.page", lambda: "")
    assert without_rule(routes(app)) == [
        "The route /desk/new-page (GET, endpoint desk_new.page) has no rule. Add ('desk_new.page', 'GET') to RULES in"
        " tests/web/test_route_rules.py with the people who get through, or its endpoint or blueprint to OPEN where no"
        " account is asked."
    ]


def test_no_rule_is_left_of_a_route_that_is_gone(app):
    known = {(route.endpoint, route.method) for route in routes(app)}
    known |= {(endpoint.partition(".")[0], method) for endpoint, method in known}
    assert {rule for rule in RULES if rule not in known} == set()


@pytest.fixture
def things(people) -> dict[str, object]:
    """What the addresses name: one of each, at the lecture."""
    kiosk = make_device(people.lecture).kiosk
    issued = passes.issue(people.lecture.campaign, "youth", NINE, event=people.lecture)[0]
    offered = offer(people.lecture, 5)
    with event_transaction():
        proposal = write_cancellation(people.lecture, NINE, people.gu)
    with transaction():
        screen = Screen(event_id=people.lecture.id, pairing="x" * 64, pairing_until=NINE, paired_at=NINE)
        upload = UploadedFile(
            account_id=people.gu.id,
            campaign_id=people.lecture.campaign_id,
            name="a.csv",
            digest="0" * 64,
            data="名称\n讲座\n".encode(),
            created_at=NINE,
            expires_at=datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC),
        )
        feed = Subscription(
            campaign_id=people.lecture.campaign_id,
            organization_id=people.lian.organization_id,
            region_code="320723",
            url="https://feeds.example/a.ics",
            next_at=NINE,
            added_by=people.lian.id,
            added_at=NINE,
        )
        scan_id = uuid4()
        count = PaperCount(scan_id=scan_id, event_id=people.lecture.id, counter="顾", entered_at=NINE)
        venue = Venue(name="灌云县图书馆", region_code="320723")
        db.session.add_all([screen, upload, feed, count, venue])
        db.session.flush()
        db.session.add(EventVenue(event_id=people.lecture.id, position=0, venue_id=venue.id))
        notice = Notice(
            organization_id=people.su.organization_id,
            account_id=people.su.id,
            at=NINE,
            title="通知",
            text="请上报",
            region_code="320723",
            line="courts",
            offices_only=False,
            file_name="a.txt",
            file_type="text/plain",
            file_data=b"a",
        )
        db.session.add(notice)
        db.session.flush()
        sheet = TallySheet(
            event_id=people.lecture.id,
            occurrence_id=people.lecture.occurrences[0].id,
            day=DAY,
            first_hour=9,
            last_hour=10,
            made_at=NINE,
        )
        batch = PairingBatch(
            event_id=people.lecture.id, devices=2, shared=True, expires_at=NINE, made_at=NINE
        )
        headcount = Headcount(
            occurrence_id=people.lecture.occurrences[0].id, heads=5, at=NINE, entered_at=NINE
        )
        db.session.add_all([sheet, batch, headcount])
        drawn = photo.redraw(photos.jpeg())
        summary_picture = SummaryPicture(
            event_id=people.lecture.id, sha256=keep_picture(drawn, NINE), alt="咨询台", at=NINE
        )
        db.session.add(summary_picture)
        db.session.flush()
        db.session.add(VanishedEvent(feed_id=feed.id, event_id=people.lecture.id, noticed_at=NINE))
    return {
        "event_id": people.lecture.id,
        "kiosk_id": kiosk.id,
        "first": issued.id,
        "pass_id": issued.id,
        "proposal_id": proposal.id,
        "display_id": screen.id,
        "upload_id": upload.id,
        "feed_id": feed.id,
        "notice_id": notice.id,
        "scan_id": scan_id,
        "kept_id": people.lecture.id,
        "other_id": people.court_day.id,
        "one_id": people.lecture.id,
        "organization_id": people.gu.organization_id,
        "setting": "publishes",
        "kept_organization": people.gu.organization_id,
        "other_organization": people.wang.organization_id,
        "account_id": people.gu.id,
        "invitation_id": NOWHERE,
        "endpoint_id": NOWHERE,
        "export_id": NOWHERE,
        "delivery_id": NOWHERE,
        "session_id": NOWHERE,
        "token_id": NOWHERE,
        "digest": "0" * 64,
        "size": "small",
        "kind": "csv",
        "sheet": "21",
        "number": sheet.number,
        "draw_id": draws.prepare(people.lecture, DAY, 1, NINE).id,
        "sheet_id": sheet.id,
        "last": sheet.id,
        "batch_id": batch.id,
        "headcount_id": headcount.id,
        "picture_id": summary_picture.id,
        "settings_id": offered.id,
        "registration_id": NOWHERE,
        "occurrence_id": people.lecture.occurrences[0].id,
        "venue_id": venue.id,
        "release_id": NOWHERE,
        "sealed_id": handing_in.hand_in(Part(people.lecture.campaign, "320723"), people.lian, NINE).id,
        "ending": ".docx",  # of the three the one that is made soonest
        "move_id": 1,  # a reason is asked for first
        "verb": None,
        "word": "keep",
    }


# Forms that would end what the next person asks for are sent to an address that exists and changes nothing.
VERBS = {"desk_event_form.move": "recall", "desk_devices.act": "name", "desk_passes.poster": "revoke"}
# What a program sends.
SENT = {
    "api_event_changes.create": {"campaign": "ip-2024", "title": "讲座", "region": "320723"},
    "api_event_changes.change": {},
    "api_pass_changes.issue": {"event": 1, "group": "youth"},
}
OF_AN_EVENT = {
    "api_events.occurrences", "api_passes.passes", "api_devices.kiosks", "api_devices.scans",
}  # fmt: skip
# The last word on a thing: whoever comes second finds it gone.
ENDS = {
    "desk_events.decide", "desk_duplicates.same", "desk_feeds.remove", "desk_feeds.answer", "desk_import.discard",
    "desk_organizations.merge", "desk_passes.replace", "desk_paper_counts.take_out", "desk_accounts.close",
    "desk_session_totals.take_back", "desk_registration.switch_off", "desk_outcomes.remove_picture",
    "desk_accounts.sign_out",
}  # fmt: skip


def address(app, route: Route, things: dict) -> str:
    adapter = app.url_map.bind("localhost")
    rule = next(row for row in app.url_map.iter_rules(route.endpoint) if row.rule == route.rule)
    values = {name: things[name] for name in rule.arguments}
    if "verb" in values:
        values["verb"] = VERBS[route.endpoint]
    if route.endpoint == "desk_tally_sheets.printed":
        values["first"] = things["sheet_id"]
    if route.endpoint == "desk_organizations.different":
        values |= {"one_id": things["kept_organization"], "other_id": things["other_organization"]}
    if route.endpoint in ("desk_organizations.confirm_merge", "desk_organizations.merge"):
        values |= {"kept_id": things["kept_organization"], "other_id": things["other_organization"]}
    if "pdf" in route.rule and "kind" in values:
        values["kind"] = "pdf"
    return adapter.build(route.endpoint, values, method=route.method)


@pytest.fixture
def clients(app, people):
    """A browser for each person, signed in."""
    browsers = {name: app.test_client() for name in sorted(EVERYBODY)}
    for name, browser in browsers.items():
        sign_in(browser, getattr(people, name))
        token = new_token_of(getattr(people, name).email, NINE, list(TokenScope))
        browser.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return browsers | {STRANGER: app.test_client()}


def test_each_person_gets_through_where_the_rule_says_so(app, people, things, clients):
    """Everybody asks on SQLite; who may does not hang on the database, so on PostgreSQL two ask, others at each route."""
    wrong = []
    for number, route in enumerate(routes(app)):
        if is_open(route):
            continue
        path, allowed = address(app, route, things), who_gets_through(route)
        if route.endpoint in ENDS:
            continue
        asked = {name: clients[name] for name in (two_of(allowed, number) if on_postgresql() else clients)}
        through = {
            name
            for name, browser in asked.items()
            if status_of(browser, path, route) not in (401, 404) and name != STRANGER
        }
        if through != allowed & asked.keys():
            wrong.append(
                f"{route.method} {route.rule}: {sorted(through)}, not {sorted(allowed & asked.keys())}"
            )
    assert "\n".join(wrong) == ""


def two_of(allowed: frozenset[str], number: int) -> list[str]:
    """One who gets through and one who does not, where there are any."""
    choices = [sorted(group) for group in (allowed, EVERYBODY - allowed) if group]
    return [group[number % len(group)] for group in choices]


def status_of(browser, path: str, route: Route) -> int:
    """Every answer is read to its end but those that never end."""
    ends = not route.rule.endswith(".events")
    given = {"campaign": "ip-2024", "region": "320723"}
    if route.endpoint.startswith("api_"):  # refuses what it does not know
        given = {"event": "1"} if route.endpoint in OF_AN_EVENT else {}
    sent = {"data": given} if route.method == "POST" else {"query_string": given}
    if route.endpoint in SENT:
        sent = {"json": SENT[route.endpoint]}
    answer = browser.open(path, method=route.method, buffered=ends, **sent)
    answer.close()
    return answer.status_code


def test_nobody_else_ends_a_thing(app, people, things, clients):
    """Whom the rule does not name is answered 404, and then one whom it names gets through."""
    wrong = []
    for route in routes(app):
        if route.endpoint not in ENDS:
            continue
        path, allowed = address(app, route, things), who_gets_through(route)
        refused = {
            name
            for name, browser in clients.items()
            if name not in allowed | {STRANGER} and browser.post(path, data={}).status_code == 404
        }
        if refused != EVERYBODY - allowed:
            wrong.append((route.rule, sorted(EVERYBODY - allowed - refused)))
    assert wrong == []


def test_a_stranger_is_sent_to_the_sign_in_page(app, people, things, clients):
    stranger = clients[STRANGER]
    through = [
        route.rule
        for route in routes(app)
        if not is_open(route)
        and (answer := stranger.open(address(app, route, things), method=route.method)).status_code != 401
        and not answer.headers.get("Location", "").startswith("/desk/sign-in")
    ]
    assert through == []


def test_the_api_answers_figures_within_the_scope_of_a_token(client, people):
    make_device(people.lecture).tally("public", headcount=7)
    make_device(people.court_day).tally("public", headcount=5)
    seen = {}
    for name in sorted(EVERYBODY):
        token = new_token_of(getattr(people, name).email, NINE)
        answer = client.get(
            f"/api/v1/figures?campaign={people.lecture.campaign_id}",
            headers={"Authorization": f"Bearer {token}"},
        )
        seen[name] = answer.json["visits"]
    assert seen == {
        "gu": 7, "he": 7, "wang": 5, "lian": 12, "gang": 12, "su": 12, "fa": 5, "bao": 0, "cui": 12, "kan": 12, "shou": 7,
    }  # fmt: skip
