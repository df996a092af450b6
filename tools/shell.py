"""Runs the package managers: what they fetch is told, the rest goes to a log, and a failure ends in one sentence."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from stamps import ROOT
from words import stop

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "openweek" / "set-up.log"
# Downloads worth a line of their own: those of a megabyte and more.
TOLD = re.compile(r"^\s*Downloading (?P<what>[\w.+]+?)-(?P<version>\d[^-\s]*)\S* \((?P<size>[^)]+ MB)\)")
# What pip and npm say when no registry answers.
OFFLINE = re.compile(
    r"NewConnectionError|name resolution|No route to host|Network is unreachable|Connection refused|ConnectTimeout|"
    r"ReadTimeout|ProxyError|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|No matching distribution"
)


def fetch(command: Sequence[str | Path], env: dict[str, str] | None = None) -> None:
    """Run a command that installs something; ends the set-up with a sentence when it fails."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    said = []
    with (
        LOG.open("a", encoding="utf-8", errors="replace") as log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        print("$", *command, file=log)
        for line in process.stdout or ():
            log.write(line)
            said.append(line)
            if fetched := TOLD.match(line):
                print("  ↓ {what} {version} ({size})".format(**fetched.groupdict()), flush=True)
    if process.returncode:
        give_up("".join(said))


def give_up(said: str) -> None:
    """Word a failed download: no network is the usual cause, else the tool's own last words."""
    where = LOG.relative_to(ROOT)
    if OFFLINE.search(said):
        stop(
            f"A package could not be fetched: check the network or the pip and npm settings, "
            f"then run the same command again (details: {where}).",
            f"有软件包未能下载：请检查网络或本机的 pip、npm 设置，然后重新运行同一命令（详情见 {where}）。",
        )
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
    stop(
        f"The set-up stopped: {last} (details: {where}).",
        f"准备工作中断：{last}（详情见 {where}）。",
    )


def pip_install(*arguments: str) -> None:
    """pip inside `.venv`: wheels only, as locked, whatever the user's own pip settings say of --user installs."""
    fetch(
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--progress-bar=off",
            "--no-deps",
            *arguments,
        ]
    )
