"""The help: quick, complete, without torch."""

from __future__ import annotations

import os
import subprocess
import sys

from bottega_daemon.cli import exits
from tests.cli.kit import Shell

HEAVY = {"torch", "diffusers", "transformers", "grpc", "grpclib", "betterproto2", "numpy", "PIL"}


def test_help_loads_nothing_heavy() -> None:
    code = f"""
import sys
sys.argv = ["bottega", "--help"]
from bottega_daemon.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(sorted({HEAVY!r} & sys.modules.keys()), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "generate" in done.stdout


def test_painting_does_not_load_torch(shell: Shell) -> None:
    code = """
import sys
sys.argv = ["bottega", "generate", "x", "--size", "64", "--steps", "1", "--quiet"]
from bottega_daemon.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
assert not {"torch", "diffusers", "cv2", "grpc"} & sys.modules.keys()
"""
    environment = {**os.environ, **shell.environment}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr


def test_every_command_and_every_exit_code_is_explained(lonely: Shell) -> None:
    text = lonely.run("--help").out
    for name in (
        "generate",
        "texture",
        "inpaint",
        "detect",
        "upscale",
        "inspect-plan",
        "control",
        "serve",
        "jobs",
        "catalog",
        "doctor",
        "demo",
    ):
        assert name in text
        assert lonely.run(name, "--help").code == 0
    assert set(exits.MEANINGS) == set(exits.Exit)
    for code in exits.Exit:
        assert f"{code.value}  " in text


def test_nothing_asked_shows_the_help(lonely: Shell) -> None:
    done = lonely.run()
    assert "generate" in done.out + done.err
    assert "error" not in done.err
