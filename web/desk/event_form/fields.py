"""The fields of the form: read into a draft with each problem at its field, and written from a draft."""

from dataclasses import dataclass, field, replace

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from models.campaigns.tables import Campaign, TermKind
from models.db import db
from models.errors import N_, Mistake
from models.events import hosts as host_names
from models.events.draft import EventDraft, FormatDraft, OrganizationDraft, VenueDraft, venue_draft
from models.events.draft_rules import problems_of
from models.events.hosts import HostRole
from models.events.tables import Mode
from models.imports.spreadsheet.region_cell import seat_in_name
from models.imports.understand import adopter
from models.organizations.tables import Account, Role
from models.places.tables import Venue
from web.desk import region_field
from web.desk.event_form import sessions
from web.desk.event_form.sessions import SessionRow
from web.words.terms import region_label

SEPARATOR = "；"  # between several venues
TEXTS = (
    "title", "title_en", "description", "region", "lead", "hosts", "organizers", "co_organizers", "format", "focus", "mode",
    "online_url", "venue", "venue_en", "address", "contact",
)  # fmt: skip
# The draft's fields that the form writes. All others stay as they are.
FIELDS = (
    "title", "title_en", "description", "region_code", "lead", "hosts", "groups", "spotlights", "formats", "main_format",
    "main_focus", "mode", "online_url", "venues", "occurrences", "contact",
)  # fmt: skip
_FIELD_OF = {"lead": "lead", "hosts": "hosts", "venues": "venue", "formats": "format", "main_focus": "focus"}


@dataclass
class EventForm:
    """The form as it was typed. problems: by the name of the field, each one sentence."""

    title: str = ""
    title_en: str = ""
    description: str = ""
    region: str = ""
    lead: str = ""
    hosts: str = ""
    organizers: str = ""
    co_organizers: str = ""
    groups: list[str] = field(default_factory=list)
    spotlights: list[str] = field(default_factory=list)
    format: str = ""
    focus: str = ""
    mode: str = ""
    online_url: str = ""
    venue: str = ""
    venue_en: str = ""
    address: str = ""
    contact: str = ""
    picture: str | None = None  # of a new event: the digest
    picture_alt: str = ""
    sessions: list[SessionRow] = field(default_factory=list)
    problems: dict[str, Mistake] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        return not self.problems and not any(row.problem for row in self.sessions)


def new_form(account: Account) -> EventForm:
    """An empty form with what is known of the account's organization."""
    own = account.organization
    return EventForm(
        region=region_label(own.region_code), lead=own.name if account.role != Role.COMMITTEE else ""
    )


def form_of(draft: EventDraft, campaign: Campaign) -> EventForm:
    venues = draft.all_venues()
    return EventForm(
        title=draft.title,
        title_en=draft.title_en,
        description=draft.description,
        region=region_label(draft.region_code),
        lead=draft.lead.name if draft.lead else "",
        hosts=_names_of(draft, HostRole.HOST),
        organizers=_names_of(draft, HostRole.ORGANIZER),
        co_organizers=_names_of(draft, HostRole.CO_ORGANIZER),
        groups=list(draft.groups),
        spotlights=list(draft.spotlights),
        format=draft.counted_format or "",
        focus=draft.main_focus or "",
        mode=draft.mode or "",
        online_url=draft.online_url,
        contact=draft.contact,
        venue=SEPARATOR.join(venue.name for venue in venues),
        venue_en=venues[0].name_en if len(venues) == 1 else "",
        address=venues[0].address if len(venues) == 1 else "",
        sessions=sessions.rows_of(draft.occurrences, campaign.zone),
    )


def read_form(posted: MultiDict[str, str]) -> EventForm:
    form = EventForm(
        groups=posted.getlist("groups"),
        spotlights=posted.getlist("spotlights"),
        sessions=sessions.read_rows(posted),
    )
    for name in TEXTS:
        setattr(form, name, posted.get(name, "").replace("\r\n", "\n").strip())
    return form


def draft_of_form(
    form: EventForm, campaign: Campaign, account: Account, base: EventDraft | None = None
) -> EventDraft:
    """The draft that the form describes, over the base. Everything that is refused is noted in form.problems."""
    base = base or EventDraft(title="")
    region_code = _region(form, account, base)
    venues = _venues(form, region_code, base)
    occurrences = sessions.occurrences_of(form.sessions, campaign.zone)
    lead = _lead(form, account, region_code, base)
    draft = replace(
        base,
        title=form.title,
        title_en=form.title_en,
        description=form.description,
        region_code=region_code,
        lead=lead,
        hosts=_hosts(form, lead, base),
        groups=tuple(form.groups),
        spotlights=tuple(form.spotlights),
        formats=_formats(form.format, base),
        main_format=form.format or None,
        main_focus=form.focus or None,
        mode=form.mode or None,
        online_url=form.online_url,
        contact=form.contact,
        venues=venues,
        occurrences=sessions.with_venue(
            occurrences, venues[0] if len(venues) == 1 else None, base.occurrences
        ),
    )
    try:
        draft = adopter(account)(draft)
    except Mistake as mistake:
        form.problems.setdefault("lead" if "host" in mistake.values else "region", mistake)
    for problem in problems_of(campaign, draft):
        _note(form, problem.field, problem.mistake, problem.row)
    return draft


def require_complete(form: EventForm, draft: EventDraft) -> None:
    """What a reviewer needs, and a draft may still lack: when and where."""
    if not form.sessions:
        form.problems.setdefault("sessions", Mistake(N_("Please say when it takes place.")))
    if draft.mode != Mode.ONLINE and not draft.all_venues():
        form.problems.setdefault("venue", Mistake(N_("Please say where it takes place, or choose “online”.")))
    if draft.region_code is None:
        form.problems.setdefault("region", Mistake(N_("Please give the region. The event counts there.")))


def _note(form: EventForm, name: str, mistake: Mistake, number: int | None) -> None:
    """Put a problem at its field. number: of an occurrence among those of all rows."""
    if name == "occurrences":
        name = "sessions"
        of_rows = [row for row in form.sessions for _each in range(row.count)]
        if number is not None and number < len(of_rows):
            of_rows[number].problem = of_rows[number].problem or mistake
            return
    form.problems.setdefault(_FIELD_OF.get(name, name), mistake)


def _region(form: EventForm, account: Account, base: EventDraft) -> str | None:
    """The code of the region that was typed: as its label, its name, a path of names, or the code."""
    text = form.region
    if not text:
        return account.organization.region_code if base.title == "" else None
    for code in (base.region_code, account.organization.region_code):
        if code and text == region_label(code):
            return code
    try:
        return region_field.region_code(text, account.organization.region_code)
    except Mistake as mistake:
        form.problems["region"] = mistake
        return base.region_code


def _venues(form: EventForm, region_code: str | None, base: EventDraft) -> tuple[VenueDraft, ...]:
    """The venues that were named, each with what is known of it."""
    names = list(dict.fromkeys(name for part in form.venue.split(SEPARATOR) if (name := part.strip())))
    query = select(Venue).where(Venue.name.in_(names), Venue.region_code == region_code).order_by(Venue.id)
    stored = {row.name: venue_draft(row) for row in db.session.scalars(query)} if names else {}
    known = stored | {venue.name: venue for venue in base.all_venues()}
    venues = [known.get(name, VenueDraft(name, region_code)) for name in names]
    if len(venues) == 1 and form.address:
        venues = [replace(venues[0], address=form.address)]
    if len(venues) == 1 and form.venue_en:
        venues = [replace(venues[0], name_en=form.venue_en)]
    return tuple(venues)


def _names_of(draft: EventDraft, role: HostRole) -> str:
    """The hosts with this part, one a line, without the word for it. The lead has a field of its own."""
    lead = draft.lead.name if draft.lead else None
    names = [name for name in draft.hosts if name != lead and host_names.role_of(name) == role]
    return "\n".join(name if role == HostRole.HOST else host_names.without_role(name) for name in names)


def _hosts(form: EventForm, lead: OrganizationDraft | None, base: EventDraft) -> tuple[str, ...]:
    """The names of all hosts with their parts, the lead first."""
    lists = (
        (form.hosts, HostRole.HOST),
        (form.organizers, HostRole.ORGANIZER),
        (form.co_organizers, HostRole.CO_ORGANIZER),
    )
    names = [
        host_names.with_role(line.strip(), role)
        for text, role in lists
        for line in text.splitlines()
        if line.strip()
    ]
    if lead is not None and lead.name not in map(host_names.without_role, names):
        names.insert(0, lead.name)
    hosts = tuple(dict.fromkeys(names))
    return base.hosts if set(hosts) == set(base.hosts) else hosts


def _formats(key: str, base: EventDraft) -> tuple[FormatDraft, ...]:
    """The chosen format first; the others that were there stay."""
    if not key:
        return ()
    chosen = next((row for row in base.formats if row.format == key), FormatDraft(key))
    others = [row for row in base.formats if row != chosen] if base.counted_format == key else []
    return (chosen, *others)


def _lead(
    form: EventForm, account: Account, region_code: str | None, base: EventDraft
) -> OrganizationDraft | None:
    own = account.organization
    if account.role == Role.ORGANIZER or form.lead == own.name:
        return OrganizationDraft.of(own)
    if base.lead is not None and form.lead == base.lead.name:
        return base.lead
    # 江苏省知识产权局 sits where its name says, wherever its events are.
    return OrganizationDraft(form.lead, seat_in_name(form.lead) or region_code) if form.lead else None


def options(campaign: Campaign) -> dict[str, list]:
    """The lists of the campaign that the form offers."""
    return {
        "groups": campaign.groups,
        "formats": campaign.terms_of(TermKind.FORMAT),
        "focus": campaign.terms_of(TermKind.FOCUS),
        "spotlights": campaign.terms_of(TermKind.SPOTLIGHT),
    }
