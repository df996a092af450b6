"""Locks the dependencies anew: hashes for everything, addresses for nothing. Needs uv and npm on PATH."""

import json
import subprocess

from stamps import ROOT

UV = (
    "uv pip compile --quiet --universal --python-version 3.11 --generate-hashes"
    " --no-emit-index-url --no-header --no-annotate"
)
NPM = (
    "npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund"
)


def lock_python() -> None:
    """The test lock is bound to the versions of the other, so that one environment serves both."""
    for name, bound in (
        ("requirements", []),
        ("requirements-test", ["-c", "requirements.lock"]),
        ("requirements-node", []),
    ):
        subprocess.run([*UV.split(), f"{name}.in", "-o", f"{name}.lock", *bound], cwd=ROOT, check=True)


def lock_npm() -> None:
    """npm records where to donate; our lock files carry no addresses of any kind."""
    subprocess.run(NPM.split(), cwd=ROOT, check=True)
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    lock_python()
    lock_npm()
