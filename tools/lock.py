"""Locks the dependencies anew: hashes for everything, addresses for nothing. Needs uv and npm on PATH."""

import json
import subprocess

import sbom
from terminal import ROOT

UV = (
    "uv pip compile --quiet --universal --python-version 3.11 --generate-hashes"
    " --no-emit-index-url --no-header --no-annotate"
)
NPM = (
    "npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund"
)
# The test lock is bound to the versions of the first, so that one environment serves both.
LOCKS = {"requirements": [], "requirements-test": ["-c", "requirements.lock"], "requirements-node": []}


def main() -> None:
    for name, bound in LOCKS.items():
        subprocess.run([*UV.split(), f"{name}.in", "-o", f"{name}.lock", *bound], cwd=ROOT, check=True)
    subprocess.run(NPM.split(), cwd=ROOT, check=True)
    # npm records where to donate; our lock files carry no addresses of any kind.
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")
    sbom.main()


if __name__ == "__main__":
    main()
