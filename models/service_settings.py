"""Where this machine's service has its settings: a command given without them would work on data of its own."""

import os
from collections.abc import Mapping
from pathlib import Path

from models.errors import N_, Mistake

# As in deploy/openweek.service.
SETTINGS_FILE = Path("/etc/openweek.env")
SERVICE_FOLDER = Path("/opt/openweek")


def how_to_call() -> str:
    """The program as a person at this machine has to call it."""
    return "sudo openweek" if SETTINGS_FILE.exists() else ".venv/bin/openweek"


def check(folder: Path, environment: Mapping[str, str], arguments: list[str]) -> None:
    """folder: where the program lies. Raises Mistake where a service is installed here and its data folder is not named: root, or
    whoever calls the service's own program, means the service, and would make or read a second installation."""
    if environment.get("OPENWEEK_INSTANCE") or not SETTINGS_FILE.exists():
        return
    if folder == SERVICE_FOLDER or os.geteuid() == 0:
        raise Mistake(
            N_(
                "This machine's service has its settings in %(file)s. Give this command with them: sudo openweek %(arguments)s. "
                "For another installation, set OPENWEEK_INSTANCE to its folder."
            ),
            file=str(SETTINGS_FILE),
            arguments=" ".join(arguments),
        )
