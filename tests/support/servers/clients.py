"""Clients that see the application as a stranger would: in an application context of their own."""

from contextvars import Context
from typing import Any

from click.testing import Result
from flask.testing import FlaskClient, FlaskCliRunner

from models.db import db


def apart(call, *args, **kwargs) -> Any:
    """Run `call` outside the test's application context.

    Flask would lend a request the context that the test has pushed, and with it the signed-in account kept in `g` and
    the open transaction. What the test wrote is committed first; afterwards it reads anew.
    """
    db.session.commit()
    try:
        return Context().run(call, *args, **kwargs)
    finally:
        db.session.expire_all()


class Client(FlaskClient):
    """`app.test_client()`; several of them are several browsers."""

    def open(self, *args, **kwargs):
        return apart(super().open, *args, **kwargs)


class Runner(FlaskCliRunner):
    """The whole command line of `openweek`, on the test's application."""

    def invoke(self, cli=None, args=None, **kwargs) -> Result:
        import wsgi

        return apart(super().invoke, cli or wsgi.cli, args, **kwargs)
