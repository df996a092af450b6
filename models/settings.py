"""What the installation decided once and keeps: rows that travel with every backup."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, db
from models.errors import N_, Mistake


class Setting(Base):
    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str]


def keep_uid_domain(asked: str | None, default: str) -> str:
    """The domain in every calendar UID: the first one for ever. Raises Mistake when another is asked for."""
    kept = db.session.get(Setting, "uid_domain")
    if kept is None:
        kept = Setting(key="uid_domain", value=asked or default)
        db.session.add(kept)
        db.session.commit()
    elif asked and asked != kept.value:
        raise Mistake(
            N_(
                "OPENWEEK_UID_DOMAIN is %(asked)s, but subscribed calendars know this week by %(kept)s. "
                "Set it back to %(kept)s."
            ),
            asked=asked,
            kept=kept.value,
        )
    return kept.value
