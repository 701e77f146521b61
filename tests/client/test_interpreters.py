"""In each Python of 3.10 to 3.13 that this machine has, with nothing but pure wheels, the client does a whole job."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import ROOT, Daemon, running_daemon
from tests.interpreters import FOUND, run

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("whole_job.py")
PURE = ("--only-binary=:all:", "--platform", "any", "--implementation", "py", "--abi", "none")


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
