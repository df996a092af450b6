"""What the set-up runs and says: Chinese where LANG asks for it, else English; what pip and npm print goes to a log."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOG = VENV / "openweek" / "set-up.log"
CHINESE = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("zh")
# Downloads worth a line of their own: those of a megabyte and more.
LARGE = re.compile(r"^\s*Downloading (?P<what>[\w.+]+?)-(?P<version>\d[^-\s]*)\S* \((?P<size>[^)]+ MB)\)")
# What pip and npm say when no registry answers.
OFFLINE = re.compile(
    r"NewConnectionError|name resolution|No route to host|Network is unreachable|Connection refused|ConnectTimeout|"
    r"ReadTimeout|ProxyError|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|No matching distribution"
)


def say(english: str, chinese: str) -> None:
    """Print one sentence at once, so that a long step is announced before it starts."""
    print(chinese if CHINESE else english, flush=True)


def stop(english: str, chinese: str) -> NoReturn:
    """End the set-up with one sentence on stderr and exit status 1."""
    sys.exit(chinese if CHINESE else english)


def fetch(command: Sequence[str | Path], env: dict[str, str] | None = None) -> None:
    """Run a command that installs something; ends the set-up with a sentence when it fails."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    output = []
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
            output.append(line)
            if large := LARGE.match(line):
                print("  ↓ {what} {version} ({size})".format(**large.groupdict()), flush=True)
    if process.returncode:
        give_up("".join(output))


def give_up(output: str) -> NoReturn:
    """Word a failed download: no network is the usual cause, else the tool's own last words."""
    where = LOG.relative_to(ROOT)
    if OFFLINE.search(output):
        stop(
            f"A package could not be fetched: check the network or the pip and npm settings, "
            f"then run the same command again (details: {where}).",
            f"有软件包未能下载：请检查网络或本机的 pip、npm 设置，然后重新运行同一命令（详情见 {where}）。",
        )
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "")
    stop(f"The set-up stopped: {last} (details: {where}).", f"准备工作中断：{last}（详情见 {where}）。")
