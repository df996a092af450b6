"""How a rule of the house says no: one plain sentence, worded for the reader at the edge."""

from datetime import timedelta


def N_(message: str) -> str:
    """Mark an English sentence for the catalogues; the edge translates it when it knows the reader."""
    return message


class Mistake(Exception):
    """Input that the rules refuse.

    message: an English sentence with ``%(name)s`` places, marked with N_; values fill the places. The sentence says
    what to change. status: the HTTP status that fits when the mistake reaches a web edge.
    """

    status = 400

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class NotFound(Mistake):
    """Something that does not exist for the asker: also what is out of the asker's reach."""

    status = 404


class MergedEvent(NotFound):
    """An event that was found to be the same as another, public one, which stands for both. Their ids."""

    def __init__(self, message: str, /, event_id: int, kept_id: int) -> None:
        super().__init__(message, id=event_id)
        self.event_id, self.kept_id = event_id, kept_id


class TooMany(Mistake):
    """More at once than anybody needs. wait: after which it can work again."""

    status = 429

    def __init__(self, message: str, /, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class Conflict(Mistake):
    """The state of the thing does not allow the verb."""

    status = 409
