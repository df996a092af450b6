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
# The same where a proxy in between answers with a certificate of its own.
UNTRUSTED = re.compile(
    r"SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)|CERTIFICATE_VERIFY_FAILED|self[- ]signed certificate", re.I
)
KEPT = (" (`sudo -E` keeps them)", "（sudo -E 会保留这些设置）") if os.environ.get("SUDO_USER") else ("", "")
CLOSING = "complete log of this run"  # npm's last line, below the cause


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
    if UNTRUSTED.search(output):
        stop(
            f"A package could not be fetched: this machine does not trust the certificate of the registry or of its proxy. "
            f"Name its issuer in NODE_EXTRA_CA_CERTS and PIP_CERT{KEPT[0]}, then run the same command again (details: {where}).",
            f"有软件包未能下载：软件源或其前面的代理所用证书在本机不受信任。请在 NODE_EXTRA_CA_CERTS 和 PIP_CERT "
            f"中指明其签发者的证书{KEPT[1]}，然后重新运行同一命令（详情见 {where}）。",
        )
    if OFFLINE.search(output):
        stop(
            f"A package could not be fetched: check the network or the pip and npm settings{KEPT[0]}, "
            f"then run the same command again (details: {where}).",
            f"有软件包未能下载：请检查网络或本机的 pip、npm 设置{KEPT[1]}，然后重新运行同一命令（详情见 {where}）。",
        )
    lines = [line.strip() for line in output.splitlines() if line.strip() and CLOSING not in line]
    last = lines[-1] if lines else ""
    stop(f"The set-up stopped: {last} (details: {where}).", f"准备工作中断：{last}（详情见 {where}）。")
