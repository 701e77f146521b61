"""The wheels that plug-ins bring along: pure Python, for 3.10 and everything after it, known by their hashes.

python -m scripts.wheels    take the versions from constraints.txt and write vendored.txt anew (part of `make pins`)
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = Path(__file__).with_name("vendored.txt")
CACHE = ROOT / "build" / "wheels"
NAMES = ("betterproto2", "grpclib", "h2", "hpack", "hyperframe", "multidict")
"""What the client needs at run time, but for what `standins/` stands in for."""
HEADER = """\
# What plug-ins bring along, as `pip download --require-hashes` reads it. Written by `make pins`; do not edit.
"""
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--quiet", "--no-deps")
PURE = (
    "--only-binary=:all:",
    "--platform",
    "any",
    "--implementation",
    "py",
    "--abi",
    "none",
    "--python-version",
    "3.10",
)


def wheels(cache: Path = CACHE) -> list[Path]:
    """The files, downloaded unless they are there, each with the hash that the lock says. Sorted by name."""
    wanted = locked()
    if not wanted <= set(_hashed(cache)):
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run([*PIP, *PURE, "--require-hashes", "-r", str(LOCK), "--dest", str(cache)], check=True)
    found = _hashed(cache)
    return sorted(found[digest] for digest in wanted)


def locked() -> set[str]:
    """The SHA-256 of every wheel."""
    return set(re.findall(r"--hash=sha256:([0-9a-f]{64})", LOCK.read_text("utf-8")))


def _hashed(folder: Path) -> dict[str, Path]:
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in sorted(folder.glob("*.whl"))}


def pin() -> None:
    """Write the lock."""
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in NAMES:
            requirement = f"{name}=={_constrained(name)}"
            folder = Path(scratch) / name
            subprocess.run([*PIP, *PURE, requirement, "--dest", str(folder)], check=True)
            ((digest, _),) = _hashed(folder).items()
            lines.append(f"{requirement} --hash=sha256:{digest}")
    LOCK.write_text(HEADER + "\n".join(lines) + "\n", "utf-8")


def _constrained(name: str) -> str:
    """The version for the oldest Python that a host brings."""
    pins = re.findall(rf"^{re.escape(name)}==(\S+)(.*)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    return next(version for version, marker in pins if ">=" not in marker)


if __name__ == "__main__":
    pin()
