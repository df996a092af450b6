"""The bill of materials (CycloneDX 1.6) of what runs and what is served, read from the locks; licences from what is installed.

Without times, serial numbers and addresses, so that the same locks give the same file."""

import json
import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

from terminal import ROOT

TARGET = ROOT / "sbom.cdx.json"
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+)", re.MULTILINE)
# Of packages that only another system needs, or whose metadata name no licence.
_KNOWN = {"colorama": "BSD-3-Clause"}
# Words that packages use for a licence of the SPDX list.
_SPDX = {
    "MIT License": "MIT", "The MIT License": "MIT", "BSD License": "BSD-3-Clause", "BSD": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause", "BSD 3-Clause": "BSD-3-Clause", "BSD-3-Clause License": "BSD-3-Clause",
    "BSD 2-Clause": "BSD-2-Clause", "Apache Software License": "Apache-2.0", "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0", "Apache License, Version 2.0": "Apache-2.0", "Apache-2": "Apache-2.0",
    "ISC License (ISCL)": "ISC", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0", "PSF": "PSF-2.0", "The Unlicense (Unlicense)": "Unlicense",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only", "GNU LGPLv3": "LGPL-3.0-only",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1", "Dual License": "Apache-2.0 OR BSD-3-Clause",
}  # fmt: skip


def python_pins(lock: Path) -> set[tuple[str, str]]:
    """Names and versions; a package may have one for each version of Python."""
    return {(_plain(name), version) for name, version in _PIN.findall(lock.read_text(encoding="utf-8"))}


def node_pins(lock: Path) -> dict[str, tuple[str, str]]:
    """Version and licence of the packages that are served, not of those that only tests and lint need."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {
        path.rpartition("node_modules/")[2]: (package["version"], package.get("license", ""))
        for path, package in packages.items()
        if path and not package.get("dev")
    }


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licences(folder: Path) -> dict[str, str]:
    found = distributions(path=[str(one) for one in folder.glob("lib/python*/site-packages")])
    return {_plain(one.metadata["Name"]): _licence(one) for one in found if one.metadata["Name"]}


def _licence(package: Distribution) -> str:
    metadata = package.metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    classifiers = [
        one.rpartition(" :: ")[2]
        for one in metadata.get_all("Classifier") or []
        if one.startswith("License ::")
    ]
    named = metadata.get_all("License") or []
    words = [*classifiers, *named]
    known = [_SPDX.get(word, word) for word in words if word and "\n" not in word and word != "OSI Approved"]
    return known[0] if known else ""


def bill() -> dict:
    licences = _licences(ROOT / ".venv") | _KNOWN
    components = [
        _component("pypi", name, version, licences.get(name, ""))
        for name, version in sorted(python_pins(ROOT / "requirements.lock"))
    ]
    components += [
        _component("npm", name, version, licence)
        for name, (version, licence) in sorted(node_pins(ROOT / "package-lock.json").items())
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "openweek", "bom-ref": "openweek"}},
        "components": components,
    }


def _component(kind: str, name: str, version: str, licence: str) -> dict:
    purl = f"pkg:{kind}/{name.replace('@', '%40')}@{version}"
    row = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return row | ({"licenses": [{"expression": licence}]} if licence else {})


def main() -> None:
    TARGET.write_text(json.dumps(bill(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
