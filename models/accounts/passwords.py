"""Which passwords are accepted. The lists of common ones come with zxcvbn, one of breached ones from the operator: no network is
asked."""

from models.accounts.breached_passwords import check_not_breached
from models.config import SHORTEST_PASSWORD
from models.errors import N_, Mistake

LONGEST_PASSWORD = 1000
_LEAST_GUESSES = 1_000_000  # so many tries find what is on a list of common passwords, or nearly
_LONGEST_FOR_ZXCVBN = 72
_SHORTEST_NAME = 4
# Words and numbers of common Chinese passwords, the most frequent first, which those lists do not have.
_COMMON_IN_CHINESE = (
    "woaini", "5201314", "1314520", "520", "1314", "woaiwojia", "wodemima", "zhongguo", "nihao", "caonima", "woshishui",
    "laopo", "laogong", "baobei", "beijing", "shanghai", "aini", "mima", "qwe123", "zhishichanquan", "xuanchuanzhou",
)  # fmt: skip


def check_password(password: str, email: str, organization: str) -> None:
    """Raises Mistake for a password that is too short, too long, common, breached, or made of the address or the
    organization."""
    if len(password) < SHORTEST_PASSWORD:
        raise Mistake(N_("A password needs at least 8 characters."))
    if len(password) > LONGEST_PASSWORD:
        raise Mistake(N_("A password can have at most 1000 characters."))
    typed = password.casefold()
    names = [email.casefold(), email.partition("@")[0].casefold(), organization.casefold()]
    if typed in names or any(_is_most_of(name, typed) for name in names):
        raise Mistake(N_("The password must not be your e-mail address or the name of your organization."))
    if _guesses(password, names) < _LEAST_GUESSES:
        raise Mistake(
            N_("This password is too easy to guess: it is, or resembles, a common one. Choose a longer one.")
        )
    check_not_breached(password)


def _is_most_of(name: str, typed: str) -> bool:
    return len(name) >= _SHORTEST_NAME and name in typed and 2 * len(name) > len(typed)


def _guesses(password: str, names: list[str]) -> float:
    # Its lists take some MB of memory: only where somebody sets a password.
    from zxcvbn import zxcvbn

    return float(zxcvbn(password[:_LONGEST_FOR_ZXCVBN], user_inputs=[*_COMMON_IN_CHINESE, *names])["guesses"])
