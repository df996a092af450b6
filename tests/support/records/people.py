"""The named people of the tests, their organizations, and one event for each that can be told apart."""

from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from models.campaigns.tables import Campaign
from models.db import db, transaction
from models.events.draft import OrganizationDraft
from models.events.tables import Event
from models.installation import site
from models.organizations.tables import Account, find_or_create_organization
from tests.support.records.week import NINE, make_event
from tests.support.servers.clients import apart
from web.desk.accounts.sign_in import enter

PASSWORD = "a good password"
_HASH = generate_password_hash(PASSWORD, "pbkdf2:sha256:1")  # real ones are slow by design, at every sign-in

EMAILS = [f"{name}@example.cn" for name in "gu he wang lian su bao cui gang fa kan shou".split()]


@dataclass(frozen=True)
class People:
    """gu and her colleague he organize in Guanyun county; wang organizes for another organization there; lian is the
    county's office, su the province's, gang the city's between them, fa the courts' of the province, bao the
    Corps'; cui sits in the committee's office. kan only looks for lian's office, shou runs check-in for gu's organization."""

    gu: Account
    he: Account
    wang: Account
    lian: Account
    su: Account
    bao: Account
    cui: Account
    gang: Account
    fa: Account
    kan: Account
    shou: Account
    lecture: Event  # gu's organization, in Guanyun
    court_day: Event  # wang's organization, in Guanyun
    nanjing: Event  # another county of the same province
    urumqi: Event  # Xinjiang, 650000
    corps: Event  # the Corps, 660000
    abroad: Event  # led by gu's organization, in Beijing

    @property
    def everything(self) -> list[Event]:
        return [self.lecture, self.court_day, self.nanjing, self.urumqi, self.corps, self.abroad]


def _account(
    email: str,
    organization: str,
    role: str,
    region: str,
    line: str = "ip-offices",
    line_limited: bool = False,
) -> Account:
    with transaction():
        host = find_or_create_organization(organization, region, line)
        host.line_limited = line_limited
        account = Account(email=email, organization=host, role=role, password_hash=_HASH, created_at=NINE)
        db.session.add(account)
    return account


def make_people(campaign: Campaign) -> People:
    """Rows of theirs, unless the database was copied with them (tests/support/servers/databases.py)."""
    accounts = db.session.scalars(select(Account).order_by(Account.id)).all()
    if [account.email for account in accounts] == EMAILS:
        site()  # who writes an event asks for it, and the application keeps it: queries are counted without it
        events = db.session.scalars(select(Event).order_by(Event.id).limit(6)).all()
        return People(*accounts, *events)
    return _write_people(campaign)


def _write_people(campaign: Campaign) -> People:
    bureau, court = "灌云县知识产权局", "灌云县人民法院"

    def event(title: str, organization: str, organization_region: str, region: str) -> Event:
        lead = OrganizationDraft(organization, organization_region, "ip-offices")
        return make_event(campaign, title, lead=lead, region_code=region)

    return People(
        gu=_account("gu@example.cn", bureau, "organizer", "320723"),
        he=_account("he@example.cn", bureau, "organizer", "320723"),
        wang=_account("wang@example.cn", court, "organizer", "320723", "courts"),
        lian=_account("lian@example.cn", "灌云县宣传周办公室", "office", "320723"),
        su=_account("su@example.cn", "江苏省知识产权局", "office", "320000"),
        bao=_account("bao@example.cn", "新疆生产建设兵团知识产权局", "office", "660000"),
        cui=_account("cui@example.cn", "国家知识产权局", "committee", "110000"),
        gang=_account("gang@example.cn", "连云港市知识产权局", "office", "320700"),
        fa=_account("fa@example.cn", "江苏省高级人民法院", "office", "320000", "courts", line_limited=True),
        kan=_account("kan@example.cn", "灌云县宣传周办公室", "viewer", "320723"),
        shou=_account("shou@example.cn", bureau, "operator", "320723"),
        lecture=event("专题讲座", bureau, "320723", "320723"),
        court_day=event("法院开放日", court, "320723", "320723"),
        nanjing=event("南京宣传", "南京市知识产权局", "320100", "320102"),
        urumqi=event("乌鲁木齐宣传", "乌鲁木齐市知识产权局", "650100", "650102"),
        corps=event("兵团宣传", "新疆生产建设兵团知识产权局", "660000", "660000"),
        abroad=event("进京推介", bureau, "320723", "110105"),
    )


def sign_in(browser: FlaskClient, account: Account) -> None:
    """The session of this browser belongs to the account from now on, as after the sign-in page. What that page asks before
    has tests of its own, and would take as long again in each of two thousand others."""
    assert apart(_enter, browser, account.id) == 303


def _enter(browser: FlaskClient, account_id: int) -> int:
    app = browser.application
    sent = app.test_request_context("/desk/sign-in", method="POST", environ_base=browser.environ_base)
    browser._add_cookies_to_wsgi(sent.request.environ)
    with sent:
        account = db.session.get_one(Account, account_id)
        assert account.is_active
        answer = app.process_response(enter(account, "password"))
    cookies = answer.headers.getlist("Set-Cookie")
    browser._update_cookies_from_response(sent.request.host, sent.request.path, cookies)
    return answer.status_code
