"""Real Blenders for tests: PyPI's bpy wheels, each in a venv of its own that is kept between runs."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLENDERS = {"4.2": ("4.2.23", "3.11"), "4.5": ("4.5.15", "3.11"), "5.0": ("5.0.1", "3.11"), "5.2": ("5.2.3", "3.13")}
"""Series: bpy's version on PyPI, and the only Python that it can be loaded by."""
MARK = "bottega-ready"
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "--no-cache-dir", "install", "--quiet")


def cache() -> Path:
    """Where hosts are kept; about 1 GB for each Blender."""
    return Path(os.environ.get("BOTTEGA_HOSTS") or Path.home() / ".cache" / "bottega-hosts")


def blender(series: str) -> Path:
    """The Python that `import bpy` gives Blender of this series in; installed at the first call. Raises
    AssertionError with a remedy if there is no Python to install it with."""
    version, python = BLENDERS[series]
    folder = cache() / f"bpy-{version}"
    with alone(folder):
        if not (folder / MARK).exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run([interpreter(python), "-m", "venv", str(folder)])
            _run([str(folder / "bin" / "python"), *PIP, f"bpy=={version}"])
            (folder / MARK).touch()
    return folder / "bin" / "python"


def interpreter(version: str) -> str:
    """A Python of this version that works. BOTTEGA_PYTHON_3_13=/path names one."""
    named = os.environ.get(f"BOTTEGA_PYTHON_{version.replace('.', '_')}")
    found = shutil.which(f"python{version}")
    homes = [Path.home() / ".pyenv", Path("/opt/pyenv"), Path("/usr/local/pyenv")]
    homes += [Path(root) for root in (os.environ.get("PYENV_ROOT"),) if root]
    homes += [Path(found).parents[1]] if found and Path(found).parent.name == "shims" else []
    kept = [path for home in homes for path in sorted(home.glob(f"versions/{version}.*/bin/python"))]
    uv = sorted((Path.home() / ".local" / "share" / "uv" / "python").glob(f"cpython-{version}.*/bin/python{version}"))
    for candidate in (named, found, *map(str, kept), *map(str, uv)):
        if candidate and _works(candidate, version):
            return candidate
    name = f"BOTTEGA_PYTHON_{version.replace('.', '_')}"
    raise AssertionError(f"no Python {version} for Blender: install one (`uv python install {version}`) or set {name}.")


def _works(python: str, version: str) -> bool:
    command = [python, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return False
    return done.stdout.strip() == version


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stderr[-2000:]}"


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Nobody else provides this folder meanwhile, in whatever process."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
