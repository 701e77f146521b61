"""Write `constraints.txt`: the exact versions of everything that `./shared[discovery]` and `.[dev]` need.

    make pins      (a fresh venv, then this)

Runs in the environment that it describes, and asks one more Python for what an older host gets instead:

    python scripts/pin.py [python3.10]
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_PINNED = ("bottega", "bottega-daemon", "pip")
HEADER = """\
# Exact versions of the whole closure, for users and CI alike. Written by `make pins`; do not edit.
# pip install -c constraints.txt ./shared .
# PyPI's torch for Linux brings CUDA's libraries; it pins them itself. The CPU build has none.
"""


def main() -> None:
    """Write the file; an optional argument names a Python 3.10 for the client's own pins there."""
    pins = frozen(sys.executable)
    old = client_pins(sys.argv[1]) if len(sys.argv) > 1 else {}
    lines: list[str] = []
    for name in sorted(pins | old):
        new_pin, old_pin = pins.get(name), old.get(name)
        if old_pin in (None, new_pin):
            lines.append(f"{name}=={new_pin}")
            continue
        lines.append(f'{name}=={old_pin} ; python_version < "3.11"')
        if new_pin:
            lines.append(f'{name}=={new_pin} ; python_version >= "3.11"')
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(lines) + "\n")


def frozen(python: str) -> dict[str, str]:
    """Name to version of what is installed, builds' local labels (+cpu) left out."""
    done = subprocess.run([python, "-m", "pip", "freeze", "--all"], check=True, capture_output=True, text=True)
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s+]+)", done.stdout, flags=re.MULTILINE)
    return {canonical(name): version for name, version in found if canonical(name) not in NOT_PINNED}


def client_pins(python: str) -> dict[str, str]:
    """What the client alone resolves to on another Python."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([python, "-m", "venv", scratch], check=True)
        there = f"{scratch}/bin/python"
        subprocess.run([there, "-m", "pip", "install", "-q", f"{ROOT / 'shared'}[discovery]"], check=True)
        return {name: version for name, version in frozen(there).items() if name != "setuptools"}  # venv's own


def canonical(name: str) -> str:
    """PEP 503's spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
