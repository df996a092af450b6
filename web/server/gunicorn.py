"""gunicorn, started from Python."""

from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.util import import_app

APPLICATION = "wsgi:create_app()"  # by name: web does not import wsgi


class Server(BaseApplication):
    """gunicorn without its command line. options: settings of gunicorn by name."""

    def __init__(self, options: dict) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return import_app(APPLICATION)
