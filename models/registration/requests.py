"""What somebody asks for who registers, and what has to be changed in it before."""

import re
from dataclasses import dataclass

from models.campaigns.tables import UNKNOWN_GROUP
from models.errors import N_, Mistake
from models.registration.settings import Problems
from models.registration.tables import ContactRule, RegistrationSettings

LONGEST_CONTACT, LONGEST_ANSWER = 120, 200
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_TELEPHONE = re.compile(r"\+?\d(?:[ \-()（）]*\d){5,19}")


@dataclass(frozen=True)
class RegistrationRequest:
    """answers: to the questions of the settings, in their order."""

    group: str
    headcount: int | None
    contact: str = ""
    answers: tuple[str, ...] = ()


def problems_of(settings: RegistrationSettings, request: RegistrationRequest) -> Problems:
    """What to change before this can be registered, by field."""
    problems: Problems = {}
    campaign = settings.event.campaign
    if request.group != UNKNOWN_GROUP and campaign.group_number(request.group) == 0:
        problems["group"] = Mistake(N_("Choose an audience group."))
    if request.headcount is None or not 1 <= request.headcount <= settings.largest_group:
        problems["headcount"] = Mistake(
            N_("Enter a whole number from 1 to %(most)s."), most=settings.largest_group
        )
    if problem := _problem_of_contact(settings.contact, request.contact.strip()):
        problems["contact"] = problem
    for number, answer in enumerate(request.answers, 1):
        if len(answer) > LONGEST_ANSWER:
            problems[f"answer-{number}"] = Mistake(
                N_("Shorten this to %(most)s characters."), most=LONGEST_ANSWER
            )
    return problems


def is_mail(contact: str) -> bool:
    return _MAIL.fullmatch(contact) is not None


def _problem_of_contact(rule: ContactRule, text: str) -> Mistake | None:
    if rule == ContactRule.NONE or (not text and rule == ContactRule.OPTIONAL):
        return None
    if len(text) <= LONGEST_CONTACT and (is_mail(text) or _TELEPHONE.fullmatch(text)):
        return None
    return Mistake(N_("Enter an e-mail address or a telephone number."))
