"""Plans as offices lay them out, with what a careful reader takes from each: drawn after the habits of public notices and
templates, with invented names. Written down before the importer's answers were looked at."""

from dataclasses import dataclass

# When: "04-22 09:00-11:00", "04-22 09:00", "04-22" (a day), "04-22~04-26" (those days), "04-22 afternoon".


@dataclass(frozen=True)
class Right:
    """One event as it should be read. when, place, host, audience, format: in order, () where nothing is certain."""

    title: str
    when: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    region: str | None = None
    host: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    mode: str | None = None


@dataclass(frozen=True)
class Layout:
    """kind: xlsx, csv, gbk, tab, utf16, semicolon. sheets: by name, rows of cells. merge: ranges of the first sheet."""

    name: str
    kind: str
    sheets: dict[str, list[tuple]]
    right: list[Right]
    merge: str = ""
    refused: int = 0  # lines that are no events and must be named: headings, sums, notes


LAYOUTS: list[Layout] = []


def layout(name, kind, rows, right, merge="", refused=0, **more_sheets):
    sheets = rows if isinstance(rows, dict) else {"Sheet1": rows} | more_sheets
    LAYOUTS.append(Layout(name, kind, sheets, [Right(**each) for each in right], merge, refused))


def event(title, when="", place="", host="", audience="", format="", region=None, mode=None):
    def listed(text):
        return tuple(part for part in text.split("|") if part)

    return {
        "title": title, "when": listed(when), "place": listed(place), "host": listed(host),
        "audience": listed(audience), "format": listed(format), "region": region, "mode": mode,
    }  # fmt: skip
