"""The Pythons of this machine that a host may bring, and running them apart from everything of ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

VERSIONS = ("3.10", "3.11", "3.12", "3.13")


def interpreters() -> dict[str, str]:
    """One working interpreter for each version: from pyenv, the path, or the one that runs this."""
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    found: dict[str, str] = {running: sys.executable} if running in VERSIONS else {}
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = [str(path) for path in sorted(root.glob("3.*/bin/python"))]
    candidates += [path for version in VERSIONS if (path := shutil.which(f"python{version}"))]
    for path in candidates:
        says = subprocess.run(
            [path, "-c", "import sys, venv, ssl; print(sys.version)"], capture_output=True, check=False
        )
        version = re.match(rb"3\.\d+", says.stdout)
        if says.returncode == 0 and version and version.group().decode() in VERSIONS:
            found.setdefault(version.group().decode(), path)
    return found


FOUND = interpreters()


def run(*command: str | Path, **environment: str) -> str:
    """Run a command; gives what it printed, and its errors if it failed."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        env=clean | environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
