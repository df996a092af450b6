"""Regions (地区) and venues (地点) as rows."""

from sqlalchemy import Double, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base


class Region(Base):
    """A province, prefecture or county by its six-digit code (the Corps by its statistical code 660000)."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    level: Mapped[str] = mapped_column(String(10))  # a RegionLevel
    name: Mapped[str]
    short: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    addressee: Mapped[bool] = mapped_column(default=False)  # the notice is addressed to it

    def label(self, language: str) -> str:
        return self.name_en if self.name_en and not language.startswith("zh") else self.name


class Venue(Base):
    """A place that events name. Coordinates are WGS-84 degrees; None where unknown."""

    __tablename__ = "venue"
    __table_args__ = (UniqueConstraint("region_code", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="", server_default="")
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    address: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
