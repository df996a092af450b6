"""Summaries of the rehearsal in every state, and released figures. Made once.

The offices of other provinces have accounts without a password, with which nobody signs in.
"""

from datetime import datetime

from sqlalchemy import select

from models import clock
from models.campaigns.tables import Campaign
from models.db import db, transaction
from models.demo.accounts import OFFICE_NAME
from models.figures.publication import release
from models.organizations.tables import Account, Role, find_account, find_or_create_organization
from models.summaries import handing_in
from models.summaries.part import Part
from models.summaries.tables import SealedSummary, Section
from models.summaries.texts import write_text

ACCEPTED, HANDED_IN, SENT_BACK = ("320000", "江苏省"), ("440000", "广东省"), ("510000", "四川省")
WHY = "请补充经验做法，并说明两场活动没有数据的原因。（演练）"
TEXTS = {
    Section.BASIS: "根据《关于开展知识产权宣传周活动的通知》，结合本地实际组织开展。（演练）",
    Section.HIGHLIGHTS: "专家走进园区，为小微企业逐户讲解商标注册流程。（演练）",
    Section.EXPERIENCE: "活动安排在群众常去的场所，参与人数明显增加。（演练）",
}


def ensure_summaries(campaign: Campaign, now: datetime) -> None:
    made = select(SealedSummary.id).where(SealedSummary.campaign_id == campaign.id).limit(1)
    if db.session.scalar(made) is not None:
        return
    county, city, province, court, committee = (
        _account(name) for name in ("county", "city", "province", "court", "committee")
    )
    xihu, hangzhou = Part(campaign, "330106"), Part(campaign, "330100")
    handing_in.accept(_hand_in(xihu, county, now), city, now)
    handing_in.send_back(_hand_in(hangzhou, city, now), WHY, province, now)
    _hand_in(Part(campaign, "330000", "courts"), court, now)
    write_text(Part(campaign, "330000"), Section.BASIS, TEXTS[Section.BASIS], province, now)
    for place in (ACCEPTED, HANDED_IN, SENT_BACK):
        sealed = _hand_in(Part(campaign, place[0]), _office(*place, now), now)
        if place == ACCEPTED:
            handing_in.accept(sealed, committee, now)
        elif place == SENT_BACK:
            handing_in.send_back(sealed, WHY, committee, now)
    release.release(campaign, "330000", now, province, now)
    end = clock.day_bounds(campaign.ends, campaign.ends, campaign.zone)[1]
    release.release(campaign, None, end, committee, now)


def _account(name: str) -> Account:
    account = find_account(f"{name}@example.org")
    if account is None:
        raise RuntimeError("the demo accounts are made before")
    return account


def _office(code: str, name: str, now: datetime) -> Account:
    email = f"office-{code}@example.org"
    account = find_account(email)
    if account is None:
        with transaction():
            organization = find_or_create_organization(f"{name}{OFFICE_NAME}", code, None)
            account = Account(email=email, organization=organization, role=Role.OFFICE, created_at=now)
            db.session.add(account)
    return account


def _hand_in(part: Part, account: Account, now: datetime) -> SealedSummary:
    for section, text in TEXTS.items():
        write_text(part, section, text, account, now)
    return handing_in.hand_in(part, account, now)
