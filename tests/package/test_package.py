"""What is in a zip: each host's layout, the same bytes each time, nothing compiled, nothing that finds a stranger."""

from __future__ import annotations

import ast
import io
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from scripts.package import HOSTS, PLUGINS, build, contents, source, vendored, version, write_zip
from scripts.relocate import STANDARD, Refused
from scripts.standins.dateutil import parser
from scripts.wheels import NAMES, locked, wheels

SAMPLE = Path(__file__).with_name("sample")
EXISTING = [host for host in HOSTS if source(host).is_dir()]


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """A folder of plug-ins: the sample under each host's name."""
    for host in HOSTS:
        shutil.copytree(SAMPLE / "bottega_sample", source(host, tmp_path), ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(SAMPLE / "LICENSE", tmp_path / host.name)
        (tmp_path / host.name / f"{host.package}.desktop").write_text("[Desktop Entry]\n")
    (source(HOSTS[0], tmp_path) / "blender_manifest.toml").write_text(f'version = "{version()}"\n')
    (tmp_path / "gimp" / "bottega_gimp.py").write_text("#!/usr/bin/env python3\n")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("blender", {"blender_manifest.toml", "LICENSE", "__init__.py", "work.py", "vendor/bottega/session.py"}),
        (
            "krita",
            {
                "bottega_krita.desktop",
                "bottega_krita/",
                "bottega_krita/LICENSE",
                "bottega_krita/vendor/h2/connection.py",
            },
        ),
        ("gimp", {"bottega_gimp/bottega_gimp.py", "bottega_gimp/bottega_gimp/vendor/grpclib/client.py"}),
    ],
)
def test_every_host_finds_its_layout(name: str, expected: set[str], plugins: Path, tmp_path: Path) -> None:
    (host,) = [host for host in HOSTS if host.name == name]
    path = build(host, plugins / name, tmp_path / "dist")
    assert path.name == f"bottega_{name}-{version()}.zip"
    with zipfile.ZipFile(path) as archive:
        assert expected <= set(archive.namelist())
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
        scripts = [entry.filename for entry in files if entry.external_attr >> 16 & 0o111]
    assert scripts == (["bottega_gimp/bottega_gimp.py"] if name == "gimp" else [])


def test_the_same_sources_give_the_same_bytes(plugins: Path, tmp_path: Path) -> None:
    first = build(HOSTS[0], plugins / "blender", tmp_path / "one").read_bytes()
    cache = source(HOSTS[0], plugins) / "__pycache__"
    cache.mkdir()
    (cache / "work.cpython-311.pyc").write_bytes(b"of this machine")
    (source(HOSTS[0], plugins) / "work.py").touch()
    assert build(HOSTS[0], plugins / "blender", tmp_path / "two").read_bytes() == first


def test_other_sources_have_another_time(plugins: Path, tmp_path: Path) -> None:
    """By which GIMP and Python see that what is unpacked over an older one is another, also where it is as long."""

    def times(name: str) -> set[tuple[int, ...]]:
        with zipfile.ZipFile(build(HOSTS[0], plugins / "blender", tmp_path / name)) as archive:
            return {entry.date_time for entry in archive.infolist()}

    (first,) = times("one")
    script = source(HOSTS[0], plugins) / "work.py"
    script.write_bytes(script.read_bytes()[:-1] + b" ")
    (second,) = times("two")
    assert first != second and all((1990,) < each < (2021,) for each in (first, second))


def test_what_is_vendored_is_plain_python_that_finds_only_itself() -> None:
    files = vendored()
    assert {path.partition("/")[0] for path in files} == {*NAMES, *_others()}
    assert {path.rpartition(".")[2] for path in files if not path.startswith("licenses/")} == {"py", "typed"}
    for path, content in files.items():
        for node in ast.walk(ast.parse(content)) if path.endswith(".py") else ():
            if isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= STANDARD, path
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert (node.module or "").partition(".")[0] in STANDARD, path


def _others() -> set[str]:
    return {"__init__.py", "bottega", "dateutil", "licenses", "typing_extensions.py"}


def test_every_package_brings_its_licence() -> None:
    licences = {path.split("/")[1].partition("-")[0] for path in vendored() if path.startswith("licenses/")}
    assert licences == {*NAMES, "bottega"}


def test_wheels_are_those_of_the_lock(tmp_path: Path) -> None:
    assert len(wheels()) == len(locked()) == len(NAMES)
    (tmp_path / "h2-4.4.1-py3-none-any.whl").write_bytes(b"not this")
    for wheel in wheels():
        if not wheel.name.startswith("h2-"):
            shutil.copy(wheel, tmp_path)
    assert {sha256(wheel.read_bytes()).hexdigest() for wheel in wheels(tmp_path)} == locked()


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("work.py", "import requests\n", r"work\.py:1: nobody says where 'requests'"),
        ("work.py", "from bottega_blender import wishes\n", r"work\.py:1: nobody says where 'bottega_blender'"),
        ("blender_manifest.toml", 'version = "9.9.9"\n', "make them one"),
    ],
)
def test_a_plugin_that_could_not_work_is_not_built(name: str, text: str, why: str, plugins: Path) -> None:
    (source(HOSTS[0], plugins) / name).write_text(text)
    with pytest.raises(Refused, match=why):
        contents(HOSTS[0], plugins / "blender")


def test_there_are_hosts_for_all_plugins() -> None:
    folders = {path.name for path in PLUGINS.iterdir() if any(path.glob("bottega_*"))}
    assert folders == {host.name for host in EXISTING}


def test_the_plugins_of_this_repository_can_be_built() -> None:
    for host in EXISTING:
        buffer = io.BytesIO()
        write_zip(buffer, contents(host, PLUGINS / host.name))
        assert zipfile.ZipFile(buffer).testzip() is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21T06:05:02Z", "2026-11-21T06:05:02+00:00"),
        ("2026-11-21T06:05:02.123456789-01:30", "2026-11-21T06:05:02.123456-01:30"),
        ("2026-11-21T06:05:02.5Z", "2026-11-21T06:05:02.500000+00:00"),
    ],
)
def test_times_are_read_as_protobuf_writes_them(text: str, moment: str) -> None:
    assert parser.isoparse(text).isoformat() == moment
    with pytest.raises(ValueError, match="no RFC 3339 time"):
        parser.isoparse(text.replace("T", " "))
