"""The steps of the set-up, in order: environment, Python packages, front-end libraries, translations, browser."""

import importlib.util
import os
import subprocess
import sys
import venv

import browser
import frontend
from shell import PYTHON, VENV, fetch, pip_install
from stamps import ROOT, holds, key, leave
from words import say, stop

LEVELS = ("run", "lint", "test")
STAMPS = VENV / "openweek"
LOCKS = {"run": "requirements.lock", "develop": "requirements-test.lock"}


def prepare(level: str) -> None:
    """Bring the folder to `level`; what is right already is left alone."""
    if level not in LEVELS:
        stop(
            f"There is no set-up {level!r}: use run, lint or test.",
            f"没有“{level}”这一级：请用 run、lint 或 test。",
        )
    environment()
    packages("run" if level == "run" else "develop")
    frontend.install(for_development=level != "run")
    translations()
    if level == "test":
        chromium()


def environment() -> None:
    """`.venv`, made anew when its Python or the folder's place has changed: the scripts in it name both."""
    stamp = STAMPS / "environment"
    if holds(stamp, key(str(ROOT), inside())):
        return
    version = sys.version.split()[0]
    say(f"Making a Python {version} environment in .venv.", f"正在 .venv 中建立 Python {version} 环境。")
    if importlib.util.find_spec("ensurepip") is None:
        stop(
            "This Python has no venv with pip: on Debian or Ubuntu install python3-venv, and come back.",
            "这个 Python 缺少带 pip 的 venv：在 Debian 或 Ubuntu 上请安装 python3-venv，然后重新运行同一命令。",
        )
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(VENV)
    leave(stamp, key(str(ROOT), inside()))


def inside() -> str:
    """The version of the Python in .venv; empty when there is none that runs."""
    try:
        return subprocess.run([PYTHON, "-V"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def packages(kind: str) -> None:
    """The locked packages, then Openweek itself as a link to this folder. The test lock contains the other."""
    wanted = {name: key(ROOT / lock, ROOT / "pyproject.toml") for name, lock in LOCKS.items()}
    done = [name for name in LOCKS if holds(STAMPS / name, wanted[name])]
    if kind in done or "develop" in done:
        return
    purpose = ("to run", "运行所需") if kind == "run" else ("to run and to test", "运行和测试所需")
    say(
        f"Installing the Python packages {purpose[0]}, as locked.",
        f"正在按锁定版本安装{purpose[1]}的 Python 软件包。",
    )
    pip_install("--require-hashes", "--only-binary=:all:", "-r", LOCKS[kind])
    pip_install("--no-build-isolation", "--quiet", "-e", ".")
    leave(STAMPS / kind, wanted[kind])


def translations() -> None:
    """Each catalogue compiled when its source is newer."""
    sources = sorted(ROOT.glob("translations/*/LC_MESSAGES/*.po"))
    compiled = [source.with_suffix(".mo") for source in sources]
    if all(
        mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime
        for po, mo in zip(sources, compiled, strict=True)
    ):
        return
    say("Compiling the translations.", "正在编译译文。")
    fetch([VENV / "bin" / "pybabel", "compile", "-d", "translations"])


def chromium() -> None:
    """A browser for the tests. Without one the other tests still run; those that need it are named at the end."""
    if browser.find(PYTHON) or os.environ.get("CHROME"):
        return
    say("No Chromium here: trying Playwright's own.", "本机没有 Chromium：正在尝试 Playwright 自带的浏览器。")
    env = {**os.environ, "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"}
    subprocess.run(
        [PYTHON, "-m", "playwright", "install", "--no-shell", "chromium"],
        env=env,
        capture_output=True,
        check=False,
    )
    if browser.find(PYTHON) is None and debian_chromium() is None:
        say(
            "There is still no Chromium: set CHROME to one; the browser tests will be named at the end as not run.",
            "仍然没有 Chromium：请用 CHROME 指定一个；浏览器测试将在结尾列为未运行。",
        )


def debian_chromium() -> str | None:
    """Debian's package, where the caller may install it."""
    if os.geteuid() != 0 or not os.path.exists("/usr/bin/apt-get"):
        return None
    say("Installing Debian's package chromium.", "正在安装 Debian 的 chromium 软件包。")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *words], env=env, stdout=subprocess.DEVNULL, check=False)
    return browser.on_machine()
