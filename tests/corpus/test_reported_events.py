"""The reported events of 2019–2024 as they are published: each of the week's year is read, every other one is named."""

import csv
import io
from collections import Counter

from models.imports.read_file import demo_file, read
from models.imports.spreadsheet.to_draft import understand


def test_every_reported_event_is_read_or_named(vocabulary):
    raw = list(csv.DictReader(io.StringIO(demo_file().decode("utf-8-sig"))))
    rows = [understand(row, vocabulary) for row in read(demo_file())]
    assert Counter(row.verdict for row in rows) == {None: 37, "other_year": 118, "refused": 4}
    assert all(row.findings for row in rows if row.draft is None)
    right = wrong = 0
    for told, row in zip(raw, rows, strict=True):
        if row.draft is None:
            continue
        dates = tuple(f"{one.start_day}" for one in row.draft.occurrences)
        audiences = {
            "青少年": "youth",
            "社会公众": "public",
            "创新主体": "innovators",
            "政府人员": "government",
        }
        pairs = [
            (dates, (told["start_date"],) if told["start_date"] else ()),
            (row.draft.hosts[:1], tuple(told["organizers"].split(";")[:1]) if told["organizers"] else ()),
            (len(row.draft.hosts), len(set(filter(None, told["organizers"].split(";"))))),
            (
                set(row.draft.groups),
                {audiences[word] for word in told["audiences"].split(";") if word in audiences},
            ),
            (row.draft.venue_text, told["venue_text"]),
            (row.draft.mode is not None, bool(told["online"])),
            (len(row.draft.formats), len(set(filter(None, told["format"].split(";"))))),
            (row.draft.region_code is not None, bool(told["province"])),
        ]
        right += sum(read == expected for read, expected in pairs)
        wrong += sum(read != expected for read, expected in pairs)
    assert right / (right + wrong) >= 0.97
