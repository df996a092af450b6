"""Errors of the domain: one plain English sentence each, translated for the reader by web and kiosk."""

from datetime import timedelta


def N_(message: str) -> str:
    """Mark an English sentence for the catalogues. It is translated where the reader's language is known."""
    return message


class Mistake(Exception):
    """Input that the rules refuse.

    message: an English sentence with ``%(name)s`` places, marked with N_; values fill the places. The sentence says
    what to change. status: the HTTP status of a response that reports it.
    """

    status = 400

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class NotFound(Mistake):
    """Something that does not exist, or that the account does not reach."""

    status = 404


class MergedEvent(NotFound):
    """An event that was merged into another, public one. kept_id: the id of that one."""

    def __init__(self, message: str, /, event_id: int, kept_id: int) -> None:
        super().__init__(message, id=event_id)
        self.event_id, self.kept_id = event_id, kept_id


class TooMany(Mistake):
    """More requests than allowed. wait: the time after which the next one is accepted."""

    status = 429

    def __init__(self, message: str, /, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class Conflict(Mistake):
    """The state of the thing does not allow the operation."""

    status = 409
