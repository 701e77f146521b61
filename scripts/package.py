"""Build what artists install: one zip for each host, with the client and all that it needs inside.

    make package        (python -m scripts.package: dist/bottega_blender-0.1.0.zip …)

A plug-in's source says `import bottega` and `from bottega.session import Session`, like any program. In the zip the
client lies in the plug-in's own folder `vendor`, and those imports lead there (docs/decisions/0006-vendoring.md). The
same sources give the same bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import tomllib

from scripts.relocate import Refused, Rules, relocate
from scripts.wheels import NAMES, wheels

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = ROOT / "plugins"
CLIENT = ROOT / "shared"
STANDINS = Path(__file__).with_name("standins")
VENDOR = "vendor"
OMITTED = ("grpclib/channelz/", "grpclib/health/", "grpclib/plugin/", "grpclib/reflection/", "grpclib/testing.py")
"""Of the wheels, what no client uses: servers' services, a compiler's plug-in, tests' helpers."""
NOWHERE = ("certifi", "google", "pydantic", "pydantic_core")
"""Packages that a vendored one uses if they are there. A stranger's copy may be old, broken, or loaded by half."""
MOVED = (*NAMES, "bottega", "dateutil", "typing_extensions", *NOWHERE)

Files = dict[str, bytes]
EPOCH = datetime(1990, 1, 1)  # noqa: DTZ001  # zips know no zones
SPAN = 30 * 365 * 24 * 3600
"""Seconds from then on in which the times in zips lie; zips count every second one."""
"""Path inside the zip to content; a folder's own entry ends in a slash."""


@dataclass(frozen=True)
class Host:
    """How a host wants its plug-in laid out."""

    name: str
    inside: str
    """Where the plug-in's package lies in the zip."""
    beside: str
    """Where those files lie that stand beside the package in the source tree: descriptions, a script to start."""
    provides: tuple[str, ...]
    """Top-level modules that the host brings."""
    manifest: str = ""
    """A TOML file of the package whose version must be ours."""

    @property
    def package(self) -> str:
        """The plug-in's importable name."""
        return f"bottega_{self.name}"


BLENDER = (
    "addon_utils",
    "bl_math",
    "bl_operators",
    "bl_ui",
    "blf",
    "bmesh",
    "bpy",
    "bpy_extras",
    "gpu",
    "gpu_extras",
    "imbuf",
    "mathutils",
    "numpy",
)
HOSTS = (
    Host("blender", "", "", BLENDER, "blender_manifest.toml"),
    Host("krita", "bottega_krita/", "", ("krita", "PyQt5", "PyQt6")),
    Host("gimp", "bottega_gimp/bottega_gimp/", "bottega_gimp/", ("cairo", "gi")),
)


def main() -> None:
    """Build the plug-ins whose folder exists."""
    built = [build(host, PLUGINS / host.name, ROOT / "dist") for host in HOSTS if source(host).is_dir()]
    for path in built:
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1024:.0f} KiB")
    if not built:
        print("no plug-in to build yet")


def source(host: Host, plugins: Path = PLUGINS) -> Path:
    """The folder of the plug-in's package."""
    return plugins / host.name / host.package


def build(host: Host, folder: Path, dist: Path) -> Path:
    """Write the zip of the plug-in in `folder` (plugins/<host>) into `dist`; gives its path."""
    path = dist / f"{host.package}-{version()}.zip"
    dist.mkdir(parents=True, exist_ok=True)
    write_zip(path, contents(host, folder))
    return path


def contents(host: Host, folder: Path) -> Files:
    """Everything in the zip. Raises Refused for an import or a version that cannot be right."""
    files = {host.inside + path: content for path, content in _own(host, folder / host.package)}
    for path in sorted(folder.iterdir()):
        if path.is_file():
            where = host.inside if path.name == "LICENSE" else host.beside
            files[where + path.name] = path.read_bytes()
    if host.inside:
        files[host.inside] = b""  # Krita's importer looks for the folder's own entry
    files |= {f"{host.inside}{VENDOR}/{path}": content for path, content in vendored().items()}
    if host.manifest:
        said = tomllib.loads((folder / host.package / host.manifest).read_text("utf-8")).get("version")
        if said != version():
            raise Refused(f"{host.manifest} says version {said}, shared/pyproject.toml {version()}: make them one.")
    return files


def _own(host: Host, package: Path) -> Iterator[tuple[str, bytes]]:
    """The plug-in's own files, the client's imports led into `vendor`."""
    rules = Rules(MOVED, VENDOR, host.provides)
    for path, content in _files(package):
        if path.partition("/")[0] != VENDOR:
            yield path, _relocated(path, content, rules)


def vendored() -> Files:
    """What lies in `vendor`: the client, the packages that it needs, and their licences."""
    versions: dict[str, str] = {}
    files: Files = {}
    for wheel in wheels():
        name, number = wheel.name.split("-")[:2]
        versions[name] = number
        files |= _unpacked(wheel, f"licenses/{name}-{number}")
    files |= {f"bottega/{path}": content for path, content in _files(CLIENT / "bottega")}
    files |= dict(_files(STANDINS))
    files["licenses/bottega/LICENSE"] = (CLIENT / "LICENSE").read_bytes()
    rules = Rules(MOVED, versions=versions)
    files = {path: _relocated(path, content, rules) for path, content in files.items()}
    names = ", ".join(f"{name} {number}" for name, number in [("bottega", version()), *versions.items()])
    files["__init__.py"] = f'"""Private copies: {names}."""\n'.encode()
    return files


def _unpacked(wheel: Path, licenses: str) -> Files:
    """A wheel's modules, and what it says of its licence."""
    files: Files = {}
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            folder, _, name = path.rpartition("/")
            if path.partition("/")[0].endswith(".dist-info"):
                if name == "METADATA" or "LICENSE" in name.upper():
                    files[f"{licenses}/{name}"] = archive.read(path)
            elif name.endswith(".py") and folder and not path.startswith(OMITTED):
                files[path] = archive.read(path)
    return files


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Files below a folder, by their path from there, without what Python and editors leave behind."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in parts):
            yield "/".join(parts), path.read_bytes()


def _relocated(path: str, content: bytes, rules: Rules) -> bytes:
    return relocate(content.decode(), path, rules).encode() if path.endswith(".py") else content


def write_zip(path: Path | BinaryIO, files: Files) -> None:
    """The same files give the same bytes: sorted, with a time of their own, without this machine's modes."""
    moment = _moment(files)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, moment)
            entry.create_system = 3
            mode = 0o40755 if name.endswith("/") else 0o755 if files[name].startswith(b"#!") else 0o644
            entry.external_attr = mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])


def _moment(files: Files) -> tuple[int, int, int, int, int, int]:
    """A time in the past, another one for other files: by it GIMP sees that a plug-in that was unpacked over an older
    one is another, and Python that its modules are."""
    digest = sha256(b"".join(sha256(each).digest() for name in sorted(files) for each in (name.encode(), files[name])))
    moment = EPOCH + timedelta(seconds=2 * (int.from_bytes(digest.digest()[:8], "big") % (SPAN // 2)))
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


def version() -> str:
    """The client's version, which is the plug-ins' too."""
    return str(tomllib.loads((CLIENT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


if __name__ == "__main__":
    main()
