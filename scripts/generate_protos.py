"""Generate both codecs from `protos/`: official protobuf for the daemon, plain dataclasses for the client.

    python scripts/generate_protos.py            write the generated code
    python scripts/generate_protos.py --check    fail if the committed code is not what the protos say

Needs the daemon's `dev` extra. The output depends on nothing but the protos and the pinned tools.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc_tools
from google.protobuf.descriptor_pb2 import FileDescriptorSet

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
DAEMON = Path("daemon/bottega_daemon/rpc/generated")
CLIENT = Path("shared/bottega/messages")
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"

CLIENT_INIT = '''"""The contract as plain dataclasses, and a grpclib stub for each service. Made by `make protos`."""

from .bottega.v1 import *  # noqa: F403
'''
DAEMON_INIT = '"""The contract in official protobuf and grpcio. Made by `make protos`."""\n'


def main() -> int:
    """Write the generated code, or compare it; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if the code is stale")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        generate(fresh)
        stale = [path for path in (DAEMON, CLIENT) if differs(ROOT / path, fresh / path)]
        if not check:
            for path in stale:
                shutil.rmtree(ROOT / path, ignore_errors=True)
                shutil.copytree(fresh / path, ROOT / path)
    for path in stale:
        print(f"{path}: {'stale, run `make protos`' if check else 'written'}")
    return int(check and bool(stale))


def generate(root: Path) -> None:
    """Write both codecs under `root`, laid out as in the repository."""
    names = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    (root / CLIENT).mkdir(parents=True)
    (root / DAEMON / "v1").mkdir(parents=True)
    generate_client(root, names)
    generate_daemon(root, names)


def generate_client(root: Path, names: list[str]) -> None:
    """Dataclasses by betterproto2 and asynchronous grpclib stubs: no google.protobuf at run time."""
    out = root / CLIENT
    run(f"-I{PROTOS}", f"--python_betterproto2_out={out}", "--python_betterproto2_opt=client_generation=async", *names)
    (out / "__init__.py").write_text(CLIENT_INIT)


def generate_daemon(root: Path, names: list[str]) -> None:
    """Messages, grpcio stubs and type stubs, importable as bottega_daemon.rpc.generated.v1.jobs_pb2.

    protoc derives Python's imports from the proto files' own paths, and `bottega` is the client's package. So the
    files are moved where the descriptors say their path: nothing is edited in the generated text.
    """
    described = root / "described.binpb"
    run(f"-I{PROTOS}", "--include_imports", "--include_source_info", f"--descriptor_set_out={described}", *names)
    files = FileDescriptorSet.FromString(described.read_bytes())
    for file in files.file:
        file.name = daemon_path(file.name)
        file.dependency[:] = [daemon_path(name) for name in file.dependency]
    described.write_bytes(files.SerializeToString(deterministic=True))
    ours = [file for file in files.file if file.name.startswith("bottega")]
    out = root / "daemon"
    source = f"--descriptor_set_in={described}"
    run(source, f"--python_out={out}", f"--pyi_out={out}", *(file.name for file in ours))
    with_services = [file.name for file in ours if file.service]
    run(source, f"--grpc_python_out={out}", f"--mypy_grpc_out=quiet:{out}", *with_services)
    (root / DAEMON / "__init__.py").write_text(DAEMON_INIT)
    (root / DAEMON / "v1" / "__init__.py").write_text(DAEMON_INIT)


def daemon_path(name: str) -> str:
    """bottega/v1/jobs.proto becomes bottega_daemon/rpc/generated/v1/jobs.proto; others stay."""
    return name.replace("bottega/", f"{DAEMON.relative_to('daemon')}/", 1) if name.startswith("bottega/") else name


def run(*arguments: str) -> None:
    """Run protoc with our own tools first in the path; exits with its message if it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{WELL_KNOWN}", *arguments]
    done = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"protoc failed:\n{done.stderr}")


def differs(old: Path, new: Path) -> bool:
    """Whether two folders differ in any file, compiled caches aside."""
    if not old.is_dir():
        return True
    ours, theirs = (
        {path.relative_to(top) for path in top.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
        for top in (old, new)
    )
    return ours != theirs or any(not filecmp.cmp(old / path, new / path, shallow=False) for path in ours)


if __name__ == "__main__":
    sys.exit(main())
