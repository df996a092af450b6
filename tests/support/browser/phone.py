"""A phone that scans venue codes, and what the ledger holds of it."""

import re

from sqlalchemy import select

from models.db import db
from models.figures.count import figures
from models.ledger.tables import Scan
from tests.support.records.week import NINE

CHANGE = re.compile(r'action="/[Vv]/[^/"]+/([0-9a-f-]{36})"')
TICKET = re.compile(r'name="ticket" value="([^"]+)"')


class Phone:
    """A browser with its cookie."""

    def __init__(self, client, language="zh"):
        self.client, self.headers = client, {"Accept-Language": language}

    def get(self, path):
        return self.client.get(path, headers=self.headers)

    def open(self, token):
        return self.get(f"/V/{token}")

    def ticket(self, token):
        return TICKET.search(self.open(token).text)[1]

    def post(self, token, ticket, group="youth"):
        return self.client.post(f"/V/{token}", data={"ticket": ticket, "group": group}, headers=self.headers)

    def change(self, token, page, group):
        """Another group, by the form of a result page."""
        scan_id = CHANGE.search(page.text)[1]
        return self.client.post(f"/V/{token}/{scan_id}", data={"group": group}, headers=self.headers)

    def tap(self, token, group="youth"):
        return self.follow(self.post(token, self.ticket(token), group))

    def follow(self, answer):
        assert answer.status_code == 303, answer.text
        return self.get(answer.location)


def rows():
    return db.session.scalars(select(Scan).order_by(Scan.number)).all()


def visits(week):
    return figures(week, NINE).visits
