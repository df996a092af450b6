"""What the installation decided once and keeps: rows that travel with every backup."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, db
from models.errors import N_, Mistake


class Setting(Base):
    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str]


def uid_domain(asked: str | None, default: str) -> str:
    """The domain in every calendar UID: the kept one, else what will be kept. Raises Mistake when another is asked for."""
    kept = db.session.get(Setting, "uid_domain")
    if kept and asked and asked != kept.value:
        raise Mistake(
            N_(
                "OPENWEEK_UID_DOMAIN is %(asked)s, but subscribed calendars know this week by %(kept)s. "
                "Set it back to %(kept)s."
            ),
            asked=asked,
            kept=kept.value,
        )
    return kept.value if kept else asked or default


def keep_uid_domain(domain: str) -> None:
    """Keep the first domain for ever. Runs inside the caller's transaction."""
    if db.session.get(Setting, "uid_domain") is None:
        db.session.add(Setting(key="uid_domain", value=domain))
