"""What is built works alone in an empty Python, and beside bad neighbours: neither breaks the other."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from scripts.package import Host, build
from tests.daemon import Daemon, running_daemon
from tests.interpreters import FOUND, run
from tests.package import neighbours

pytestmark = pytest.mark.slow

PROCESS = Path(__file__).with_name("process.py")
SAMPLE = Host("sample", "", "", ())
PIP = ("-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version", "3.10")
ANYWHERE = ("--platform", "any", "--implementation", "py", "--abi", "none")
WHEELS = {
    "old_protobuf": (ANYWHERE, ("protobuf==3.20.3",)),
    "new_protobuf": ((), ("protobuf==7.36.2",)),
    "other_versions": (
        ANYWHERE,
        (
            "betterproto2==0.6.0",
            "grpclib==0.4.8",
            "h2==4.1.0",
            "hpack==4.0.0",
            "hyperframe==6.0.1",
            "multidict==6.7.1",
            "python-dateutil==2.8.2",
            "six==1.16.0",
            "typing-extensions==4.12.2",
        ),
    ),
}
"""Real packages of neighbours: how pip is to look for them, and which."""
EXTREMES = sorted({min(FOUND), max(FOUND)}, key=lambda version: int(version.partition(".")[2]))


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A host's folder of plug-ins, in which the built zip was unpacked."""
    folder = tmp_path_factory.mktemp("host")
    with zipfile.ZipFile(build(SAMPLE, Path(__file__).with_name("sample"), folder)) as archive:
        archive.extractall(folder / "hosted" / SAMPLE.package)
    return folder


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Generator[Daemon, Any, None]:
    """A daemon for all of them."""
    with running_daemon(tmp_path_factory.mktemp("live"), starter=True) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """What a neighbour brings, unpacked as in a site-packages folder."""
    root = tmp_path_factory.mktemp("neighbours")

    def of(name: str) -> Path:
        folder = root / name
        if folder.exists():
            return folder
        folder.mkdir()
        for top in neighbours.BROKEN if name == "broken" else ():
            (folder / f"{top}.py").write_text("raise SystemError('built for another Python')\n")
        if name in WHEELS:
            how, which = WHEELS[name]
            run(sys.executable, *PIP, *how, "--dest", root / f"{name}-wheels", *which)
            for wheel in (root / f"{name}-wheels").iterdir():
                with zipfile.ZipFile(wheel) as archive:
                    archive.extractall(folder)
        return folder

    return of


def process(version: str, hosted: Path, daemon: Daemon, *rest: str | Path) -> list[dict[str, Any]]:
    """What the process says of each time that ours was used."""
    said = run(FOUND[version], "-I", "-S", PROCESS, hosted, *rest, BOTTEGA_HOME=str(daemon.home))
    return json.loads(said.splitlines()[-1])


def works(said: dict[str, Any]) -> None:
    """Our plug-in did what it does, and left nothing in what all plug-ins share."""
    assert said["same"] and said["refused"] and said["samplers"]
    assert said["client"] == "hosted.bottega_sample.vendor.bottega.client"
    assert said["strangers"] == []
    assert said["changed"] == []


@pytest.mark.parametrize("version", sorted(FOUND))
def test_alone(version: str, hosted: Path, daemon: Daemon) -> None:
    (said,) = process(version, hosted, daemon, "nobody", "-", "-")
    works(said)
    assert ".".join(map(str, said["python"])) == version
    assert (said["size"], said["seed"], said["last"]) == ([192, 160], 5, "succeeded")


@pytest.mark.parametrize("version", EXTREMES)
@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("neighbour", sorted(neighbours.NEIGHBOURS))
def test_beside(
    neighbour: str, order: str, version: str, hosted: Path, daemon: Daemon, packages: Callable[[str], Path]
) -> None:
    reports = process(version, hosted, daemon, neighbour, order, packages(neighbour))
    assert len(reports) == (1 if order == "before" else 2)
    for said in reports:
        works(said)
