"""Venue codes as rows: one code for an event, however many ask for it at once."""

import contextlib
import threading

from models.codes import venue_codes
from models.db import db
from tests.support.records.week import NINE, load_week, make_event


def test_two_who_ask_for_the_first_poster_get_one_code(app, monkeypatch):
    event_id = make_event(load_week()).id
    both, make, numbers = threading.Barrier(2), venue_codes.make_code, []

    def slowly(*args):
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(timeout=1)  # for the other one, who must not come this far
        return make(*args)

    def ask() -> None:
        with app.app_context():
            numbers.append(venue_codes.codes_for_events([event_id], NINE)[event_id].number)
            db.session.remove()

    monkeypatch.setattr(venue_codes, "make_code", slowly)
    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 2
    assert len(set(numbers)) == 1
