"""What waits at the desk of the rehearsal: events in every state, scans that wait for a decision, notices read and unread.

Made once for each set of the rehearsal's days.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from models.campaigns.tables import Campaign, TermKind
from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import passes
from models.db import db
from models.demo import doubtful_counts, registration, reports, visitors, week
from models.desk import notices
from models.desk.notices import Notice, NoticeDraft
from models.devices import kiosks
from models.events.check_in_window import windows_of
from models.events.draft import EventDraft, FormatDraft, OccurrenceDraft, OrganizationDraft, draft_of
from models.events.tables import Event, EventStatus, Mode
from models.ledger.tables import ScanKind, Verdict
from models.organizations.tables import Account, find_account
from models.publishing import lifecycle, proposals, review
from models.publishing.change import event_transaction

ORIGIN = "rehearsal-desk"
COURT_EVENTS = (
    ("知识产权案件庭审开放日", EventStatus.SUBMITTED),
    ("知识产权调解工作坊", EventStatus.SENT_BACK),
)
SHORT_NAME = "西湖区知产局（演练）"
HELD_SCANS = 3
# Events of two organizers that are not public: title, what became of it, whose account wrote it.
UNPUBLISHED = (
    ("知识产权进园区：申请前该做的五件事", EventStatus.DRAFT, "organizer"),
    ("非遗手艺人的商标课（草拟）", EventStatus.DRAFT, "organizer"),
    ("电商商家合规开放日", EventStatus.SUBMITTED, "organizer"),
    ("青少年版权故事会", EventStatus.SUBMITTED, "organizer"),
    ("企业专利导航沙龙", EventStatus.SUBMITTED, "organizer"),
    ("地理标志品鉴市集", EventStatus.SENT_BACK, "organizer"),
    ("我的第一件发明：家长课堂", EventStatus.DRAFT, "school"),
    ("校园版权小剧场", EventStatus.SUBMITTED, "school"),
    ("小发明展示角", EventStatus.SENT_BACK, "school"),
)
HOSTS = {"organizer": "xihu", "school": "school"}
LECTURE = "专利转化政策宣讲会"
WHY = "请补充具体地点和联系电话后重新提交。"


def ensure_desk(campaign: Campaign, events: list[Event], now: datetime) -> None:
    """Fill the desks of the demo accounts."""
    organizer, office = _account("organizer"), _account("county")
    marks = [f"{campaign.starts.isoformat()}:{number}" for number in range(1, len(UNPUBLISHED) + 1)]
    made = select(Event.id).where(Event.campaign_id == campaign.id, Event.origin == ORIGIN)
    if db.session.scalar(made.where(Event.origin_ref.in_(marks)).limit(1)) is not None:
        return
    for number, (title, status, name) in enumerate(UNPUBLISHED):
        author = _account(name)
        draft = _draft(campaign, week.host_of(HOSTS[name]), title, number, status)
        draft = replace(draft, origin=ORIGIN, origin_ref=marks[number])
        _bring_to(lifecycle.create(campaign, draft, now, author, publish=False), status, author, office, now)
    _enter_again(campaign, office, now)
    _read_once(campaign, organizer, office, now)
    _submit_to_court(campaign, events, now)
    own = [
        event
        for event in events
        if event.lead_id == organizer.organization_id and event.mode == Mode.ONSITE and event.occurrences
    ]
    _propose(own, organizer, now)
    _hold_scans(campaign, own, now)
    reports.report(own, organizer, now)
    doubtful_counts.count_doubtfully(campaign, own, organizer, now)
    registration.offer(own, organizer, now)
    visitors.ask_and_draw(own, organizer, now)
    visitors.add_webhook(own, organizer, now)
    _send_notices(now)


def _account(name: str) -> Account:
    account = find_account(f"{name}@example.org")
    if account is None:
        raise RuntimeError("the demo accounts are made before")
    return account


def _draft(
    campaign: Campaign, lead: OrganizationDraft, title: str, number: int, status: EventStatus
) -> EventDraft:
    """One that is sent back has no venue yet."""
    day = campaign.days[-1 - number % 3]
    return EventDraft(
        title=title,
        region_code=lead.region_code,
        lead=lead,
        hosts=(lead.name,),
        groups=("public",),
        formats=(FormatDraft(campaign.terms_of(TermKind.FORMAT)[0].key, ""),),
        mode=Mode.ONSITE,
        venue_text="" if status == EventStatus.SENT_BACK else "西湖区文化中心（演练）",
        occurrences=(OccurrenceDraft(day, day),),
    )


def _bring_to(event: Event, status: EventStatus, organizer: Account, office: Account, now: datetime) -> None:
    if status == EventStatus.DRAFT:
        return
    review.submit(event, now, organizer)
    if status == EventStatus.SENT_BACK:
        review.send_back(event, WHY, now, office)


def _enter_again(campaign: Campaign, office: Account, now: datetime) -> None:
    """One of the events that wait, entered a second time under a short name of its organization: two pairs to be judged."""
    number = 2
    draft = _draft(campaign, week.host_of("xihu"), UNPUBLISHED[number][0], number, EventStatus.SUBMITTED)
    lead = OrganizationDraft(SHORT_NAME, draft.region_code)
    draft = replace(
        draft, lead=lead, hosts=(SHORT_NAME,), origin=ORIGIN, origin_ref=f"{campaign.starts}:again"
    )
    review.submit(lifecycle.create(campaign, draft, now, office, publish=False), now, office)


def _read_once(campaign: Campaign, organizer: Account, office: Account, now: datetime) -> None:
    """A lecture, which two people review: the county has read it, an office above publishes it."""
    draft = _draft(campaign, week.host_of("xihu"), LECTURE, 0, EventStatus.SUBMITTED)
    draft = replace(
        draft,
        formats=(FormatDraft(week.TWO_REVIEWERS, "宣讲会"),),
        origin=ORIGIN,
        origin_ref=f"{campaign.starts}:lecture",
    )
    event = lifecycle.create(campaign, draft, now, organizer, publish=False)
    review.submit(event, now, organizer)
    review.approve(event, now, office)


def _submit_to_court(campaign: Campaign, events: list[Event], now: datetime) -> None:
    """Events of a court below, so that the desk of the court office has something to review, and a proposed change."""
    lead, court = week.host_of("hangzhou"), _account("court")
    for number, (title, status) in enumerate(COURT_EVENTS):
        draft = replace(
            _draft(campaign, lead, title, number, status),
            venue_text="杭州市法院第一法庭（演练）" if status == EventStatus.SUBMITTED else "",
            origin=ORIGIN,
            origin_ref=f"{campaign.starts}:court-{number}",
        )
        _bring_to(lifecycle.create(campaign, draft, now, court, publish=False), status, court, court, now)
    of_court = (event for event in events if event.lead and event.lead.name == lead.name)
    event = next(one for one in of_court if one.status == EventStatus.PUBLISHED)
    with event_transaction():
        proposals.write_proposal(event, replace(draft_of(event), contact="12368"), now, None)


def _propose(own: list[Event], organizer: Account, now: datetime) -> None:
    """A change of a published event that waits for the office."""
    event = next((one for one in own if one.status == EventStatus.PUBLISHED), None)
    if event is not None:
        with event_transaction():
            draft = replace(draft_of(event), venue_text="西湖区图书馆二楼报告厅（演练）")
            proposals.write_proposal(event, draft, now, organizer)


def _hold_scans(campaign: Campaign, own: list[Event], now: datetime) -> None:
    """Passes that were revoked before a device without network let them in."""
    windows = windows_of([event.id for event in own], campaign.zone)
    window = next((one for one in windows if one.takes_place and one.open_at(now)), None)
    if window is None:
        return
    event = next(one for one in own if one.id == window.event_id)
    earlier = now - timedelta(minutes=10)
    issued = passes.issue(campaign, "public", earlier, event=event, count=HELD_SCANS)
    kiosk, _token = kiosks.create_kiosk(event, earlier)
    for row in issued:
        passes.revoke(row.id, earlier)
    source = ScanSource(campaign, lambda at: [event.id], kiosk.id)
    at = max(window.opens, now - timedelta(minutes=5))
    admit(
        [Attempt(uuid4(), ScanKind.PASS, at, code=row.token, shown=Verdict.STORED) for row in issued],
        source,
        now,
    )


def _send_notices(now: datetime) -> None:
    """Of the committee and of the province: one that the county has read, one that it has not."""
    committee, province, office = _account("committee"), _account("province"), _account("county")
    if db.session.scalar(select(Notice.id).limit(1)) is not None:
        return
    first = notices.send(
        committee,
        NoticeDraft(
            "关于做好活动信息报送工作的通知（演练）",
            "请各地于活动前两日完成活动信息填报，周后 7 个工作日内报送总结材料。\n公众日历：https://example.org/",
            deadline=now.date() + timedelta(days=9),
        ),
        now,
    )
    notices.mark_read(office, first, now)
    notices.mark_read(province, first, now)
    notices.send(
        province,
        NoticeDraft(
            "请核对本周活动的地点和联系方式（演练）", "缺少地点的活动请今天补齐。", offices_only=False
        ),
        now,
    )
