"""Which passwords are accepted."""

import pytest
from flask import Flask

from models.accounts.passwords import check_password
from models.errors import Mistake

SHORT = "A password needs at least 8 characters."
LONG = "A password can have at most 1000 characters."
COMMON = "This password is too easy to guess: it is, or resembles, a common one. Choose a longer one."
OWN = "The password must not be your e-mail address or the name of your organization."


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", SHORT),
        ("xk29dkw", SHORT),
        ("密码密码密码密", SHORT),
        ("x" * 1001, LONG),
        ("password", COMMON),
        ("Password1", COMMON),
        ("P@ssw0rd!", COMMON),
        ("12345678", COMMON),
        ("88888888", COMMON),
        ("qwertyuiop", COMMON),
        ("woaini1314520", COMMON),
        ("5201314woaini", COMMON),
        ("zhongguo2026", COMMON),
        ("wang.fang@example.cn", OWN),
        ("WANG.FANG@example.cn", OWN),
        ("wang.fang1", OWN),
        ("灌云县知识产权局", OWN),
        ("灌云县知识产权局2027", OWN),
    ],
)
def test_what_is_refused(password, sentence):
    with pytest.raises(Mistake) as caught:
        check_password(password, "Wang.Fang@example.cn", "灌云县知识产权局")
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "password",
    [
        "a good password",
        "xk29dkwq",
        "四个毫不相干的词语",
        "meeting lamp river cinnamon " + "x" * 972,
        "long enough",
    ],
)
def test_what_is_accepted(password):
    app = Flask(__name__)
    app.config["BREACHED_PASSWORDS"] = None
    with app.app_context():
        check_password(password, "gu@example.cn", "灌云县知识产权局")
