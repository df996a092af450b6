"""Presences and counters follow the rows."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import bindparam, update

from models.checkin.rules import Place
from models.db import db, insert
from models.ledger.tables import Counter, Presence
from models.ledger.visit import derive


def settle(places: Iterable[Place]) -> None:
    """Bring presences and counters to what the rows now come to."""
    changed, deltas = [], defaultdict(lambda: [0, 0, 0])
    for place in places:
        before, after = place.before, derive(place.entries, place.identified)
        if before == after:
            continue
        hour, group, method = after.cell or (None, None, None)
        changed.append(
            {
                "place": place.id,
                "visit": after.visit.id if after.visit else None,
                "new_group": group,
                "new_method": method,
                "new_hour": hour,
                "new_weight": after.weight,
                "new_inside": after.inside,
                "new_taken": after.taken,
            }
        )
        for state, sign in ((before, -1), (after, 1)):
            if state.cell:
                delta = deltas[(place.occurrence_id, place.day, *state.cell)]
                delta[0] += sign * state.weight
                delta[1] += sign * state.taken * state.weight
                delta[2] += sign * state.inside
    if changed:
        presence = Presence.__table__
        db.session.connection().execute(
            update(presence)
            .where(presence.c.id == bindparam("place"))
            .values(
                visit_id=bindparam("visit"),
                audience=bindparam("new_group"),
                method=bindparam("new_method"),
                hour=bindparam("new_hour"),
                weight=bindparam("new_weight"),
                inside=bindparam("new_inside"),
                taken=bindparam("new_taken"),
            ),
            changed,
        )
    _count(deltas)


def _count(deltas: dict[tuple, list[int]]) -> None:
    values = [
        {
            "occurrence_id": o,
            "day": day,
            "hour": hour,
            "audience": group,
            "method": method,
            "visits": v,
            "taken": t,
            "inside": i,
        }
        for (o, day, hour, group, method), (v, t, i) in sorted(deltas.items())
        if v or t or i
    ]
    if not values:
        return
    table = Counter.__table__
    statement = insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={
            "visits": table.c.visits + statement.excluded.visits,
            "taken": table.c.taken + statement.excluded.taken,
            "inside": table.c.inside + statement.excluded.inside,
        },
    )
    db.session.connection().execute(statement, values)
