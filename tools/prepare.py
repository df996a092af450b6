"""Makes this folder ready: `python3 tools/prepare.py run|lint|test`. Standard library only.

`run` is what serving needs; `lint` adds the tools of the tests and the linters; `test` adds a browser.
This first file must parse on Python 3.6, so that an old version gets a clear message.
"""

import shutil
import subprocess
import sys

OLDEST = (3, 11)


def main() -> None:
    if sys.version_info < OLDEST:
        names = [f"python3.{minor}" for minor in range(OLDEST[1], OLDEST[1] + 6)]
        newer = next((path for path in map(shutil.which, names) if path), None)
        if newer:
            sys.exit(subprocess.call([newer, *sys.argv]))
        sys.exit(
            f"Openweek needs Python 3.11 or newer; this is {sys.version.split()[0]}: install one, or name it: "
            "make run PYTHON=/path/to/python3"
        )
    import steps

    steps.prepare(sys.argv[1] if len(sys.argv) > 1 else "run")


if __name__ == "__main__":
    main()
