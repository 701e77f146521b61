"""In each Python of 3.10 to 3.13 that this machine has, with nothing but pure wheels, the client does a whole job."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import ROOT, Daemon, running_daemon

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("whole_job.py")
VERSIONS = ("3.10", "3.11", "3.12", "3.13")
PURE = ("--only-binary=:all:", "--platform", "any", "--implementation", "py", "--abi", "none")


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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client as it is distributed."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT / "shared")
    (built,) = folder.glob("*.whl")
    assert built.name.endswith("-py3-none-any.whl")
    return built


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Generator[Daemon, Any, None]:
    """A daemon that none of the interpreters shares a package with."""
    with running_daemon(tmp_path_factory.mktemp("live"), starter=True) as daemon:
        yield daemon


def test_there_are_interpreters_to_try() -> None:
    assert FOUND, "no Python of 3.10 to 3.13 was found"


@pytest.mark.parametrize("version", sorted(FOUND))
def test_a_whole_job(version: str, wheel: Path, daemon: Daemon, tmp_path: Path) -> None:
    venv, wheels = tmp_path / "venv", tmp_path / "wheels"
    run(FOUND[version], "-m", "venv", venv)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(python, "-m", "pip", "download", "--quiet", *PURE, "--python-version", version, "--dest", wheels, wheel)
    assert {path.name.rpartition("-py")[2] for path in wheels.iterdir()} <= {"3-none-any.whl", "2.py3-none-any.whl"}
    run(python, "-m", "pip", "install", "--quiet", "--no-index", "--find-links", wheels, "bottega")
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    compiled = [path for path in site.rglob("*") if path.suffix in (".so", ".pyd", ".dll", ".dylib")]
    assert compiled == []
    report = json.loads(run(python, SCRIPT, BOTTEGA_HOME=str(daemon.home)).splitlines()[-1])
    assert ".".join(map(str, report["python"])) == version
    assert (report["size"], report["seed"], report["last"]) == ([192, 160], 5, "succeeded")
    assert report["google"] == []
    assert str(report["files"]["bottega"]).startswith(str(site))
