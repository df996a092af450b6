"""The steps of the set-up, in order: environment, Python packages, front-end libraries, translations, browser.

Each leaves a stamp beside what it made, holding a hash of what it was made from: a second call finds all stamps
right, does nothing and needs no network.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import browser
from terminal import ROOT, VENV, fetch, say, stop

BIN, STAMPS = VENV / "bin", VENV / "openweek"
PYTHON = BIN / "python"
MODULES, VENDOR = ROOT / "node_modules", ROOT / "static" / "vendor"
OLDEST_NODE = (18, 18)


def prepare(level: str) -> None:
    """Bring the folder to `level`. Where somebody has tested or linted, it stays a folder for development."""
    if level not in ("run", "lint", "test"):
        stop(
            f"There is no set-up {level!r}: use run, lint or test.",
            f"没有“{level}”这一级：请用 run、lint 或 test。",
        )
    environment()
    develop = level != "run" or (STAMPS / "develop").exists()
    python_packages(develop)
    front_end(develop)
    translations()
    if level == "test":
        chromium()
        proxies()


def is_current(stamp: Path, *sources: str | Path) -> bool:
    """Whether the step that leaves `stamp` was done from exactly these words and files."""
    return stamp.is_file() and stamp.read_text().strip() == digest(*sources)


def leave(stamp: Path, *sources: str | Path) -> None:
    """Written last, so that an interrupted step is done again."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest(*sources) + "\n")


def digest(*sources: str | Path) -> str:
    parts = [source.read_bytes() if isinstance(source, Path) else source.encode() for source in sources]
    return hashlib.sha256(b"".join(part + b"\0" for part in parts)).hexdigest()


def environment() -> None:
    """`.venv`, made anew when its Python or the folder's place has changed: the scripts in it name both."""
    stamp = STAMPS / "environment"
    if is_current(stamp, str(ROOT), version_of(PYTHON)):
        return
    version = sys.version.split()[0]
    say(f"Making a Python {version} environment in .venv.", f"正在 .venv 中建立 Python {version} 环境。")
    if importlib.util.find_spec("ensurepip") is None:
        stop(
            "This Python has no venv with pip: on Debian or Ubuntu install python3-venv, and come back.",
            "这个 Python 缺少带 pip 的 venv：在 Debian 或 Ubuntu 上请安装 python3-venv，然后重新运行同一命令。",
        )
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(VENV)
    leave(stamp, str(ROOT), version_of(PYTHON))


def version_of(program: str | Path, env: dict[str, str] | None = None) -> str:
    """What it says of itself; empty where it does not run."""
    try:
        return subprocess.run(
            [program, "--version"], env=env, capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return ""


def pip_install(*arguments: str) -> None:
    """pip inside `.venv`: wheels only, as locked, whatever the user's own pip settings say."""
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--no-deps"]
    fetch([PYTHON, "-m", "pip", "install", *options, *arguments])


def install_locked(lock: str) -> None:
    pip_install("--require-hashes", "--only-binary=:all:", "-r", lock)


def python_packages(develop: bool) -> None:
    """The locked packages, then Openweek itself as a link to this folder. The test lock contains the other."""
    lock, stamp = ("requirements-test.lock", "develop") if develop else ("requirements.lock", "run")
    sources = [ROOT / lock, ROOT / "pyproject.toml"]
    if is_current(STAMPS / stamp, *sources):
        return
    say("Installing the Python packages, as locked.", "正在按锁定版本安装 Python 软件包。")
    install_locked(lock)
    pip_install("--no-build-isolation", "--quiet", "-e", ".")
    leave(STAMPS / stamp, *sources)


def front_end(develop: bool) -> None:
    """node_modules as package-lock.json says (linters and axe-core in development only), then static/vendor/."""
    scope = [] if develop else ["--omit=dev"]
    lock, asked = ROOT / "package-lock.json", ROOT / "package.json"
    if not is_current(MODULES / ".openweek", lock, *scope):
        say("Installing the front-end libraries with npm.", "正在用 npm 安装前端库。")
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        fetch(["npm", "ci", *options, *scope], with_node())
        leave(MODULES / ".openweek", lock, *scope)
    if not is_current(VENDOR / ".openweek", lock, asked):
        shutil.rmtree(VENDOR, ignore_errors=True)
        for served, packed in json.loads(asked.read_text())["vendor"].items():
            (VENDOR / served).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(MODULES / packed, VENDOR / served)
        leave(VENDOR / ".openweek", lock, asked)


def with_node() -> dict[str, str]:
    """The environment in which `node` and `npm` are found: the machine's own, else fetched once from PyPI."""
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not has_node(env):
        say(
            "This machine has no Node.js 18 or newer: fetching one from PyPI into .venv.",
            "本机没有 Node.js 18 或更新版本：正在从 PyPI 获取并放入 .venv。",
        )
        install_locked("requirements-node.lock")
        if not has_node(env):
            stop(
                "The Node.js from PyPI does not run here: install Node.js 18 or newer and come back.",
                "PyPI 提供的 Node.js 无法在本机运行：请安装 Node.js 18 或更新版本，然后重新运行。",
            )
    return env


def has_node(env: dict[str, str]) -> bool:
    version = re.match(r"v(\d+)\.(\d+)", version_of("node", env))
    new_enough = version is not None and tuple(map(int, version.groups())) >= OLDEST_NODE
    return new_enough and version_of("npm", env) != ""


def translations() -> None:
    """Each catalogue compiled when its source is newer."""
    for source in sorted(ROOT.glob("translations/*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            say("Compiling the translations.", "正在编译译文。")
            fetch([BIN / "pybabel", "compile", "-i", source, "-o", compiled])


def chromium() -> None:
    """A browser for the tests. Without one the other tests still run; those that need it are named at the end."""
    if browser.find(PYTHON) or os.environ.get("CHROME"):
        return
    say("No Chromium here: trying Playwright's own.", "本机没有 Chromium：正在尝试 Playwright 自带的浏览器。")
    env = {
        **os.environ,
        "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    playwright: list[str | Path] = [BIN / "playwright", "install", "--no-shell", "chromium"]
    subprocess.run(playwright, env=env, capture_output=True, check=False)
    if browser.find(PYTHON):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Debian's package chromium.", "正在安装 Debian 的 chromium 软件包。")
        for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", *words]
            subprocess.run(apt, env=env, stdout=subprocess.DEVNULL, check=False)
    if browser.find(PYTHON) is None:
        say(
            "There is still no Chromium: set CHROME to one; the browser tests will be named at the end as not run.",
            "仍然没有 Chromium：请用 CHROME 指定一个；浏览器测试将在结尾列为未运行。",
        )


def proxies() -> None:
    """nginx, Caddy and PgBouncer for the tests of deploy/, unpacked into .venv: an installed one would be started by the
    system. Without them those tests are named at the end."""
    folder = STAMPS / "proxies"
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:{folder}/usr/sbin:{folder}/usr/bin"
    missing = [name for name in ("nginx", "caddy", "pgbouncer") if shutil.which(name, path=path) is None]
    if not missing or not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return
    names = ", ".join(missing)
    say(f"Unpacking Debian's packages {names} into .venv.", f"正在将 Debian 软件包 {names} 解包到 .venv。")
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        _apt(folder, "update")
    libraries = _libraries(folder) if "pgbouncer" in missing else []
    for name in missing + libraries:
        _apt(folder, "download", name)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder], check=False)


def _apt(folder: Path, *words: str) -> None:
    apt = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", *words]
    subprocess.run(apt, cwd=folder, capture_output=True, check=False)


def _libraries(folder: Path) -> list[str]:
    """What PgBouncer needs beside what every Debian has. Their names change with the release."""
    depends = ["apt-cache", "depends", "pgbouncer"]
    text = subprocess.run(depends, cwd=folder, capture_output=True, text=True, check=False).stdout
    return re.findall(r"Depends: (lib(?:c-?ares|event)\S*)", text)
