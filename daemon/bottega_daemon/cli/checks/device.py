"""Devices as a worker will find them: asked of a process of its own, so that a broken torch breaks nothing here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import metadata
from types import TracebackType
from typing import Any

from bottega_daemon.cli.checks.finding import Finding
from bottega_daemon.cli.tables import bytes_text
from bottega_daemon.config import Config, devices_of

PATIENCE = 120.0
"""Seconds that torch may take to start: a cold disk and an antivirus take their time."""
_ASK = """
import json, sys
from bottega_daemon.errors import BottegaError
from bottega_daemon.worker.device import Device
from bottega_daemon.worker.protocol import Setup
for name in sys.argv[2:]:
    try:
        ready = Device.open(Setup(device=name, blobs="", model_roots=(), dtype=sys.argv[1])).ready()
        said = {"name": ready.device_name, "memory": ready.memory_total, "dtype": ready.dtype}
    except BottegaError as error:
        said = {"error": error.message, "remedy": "Choose another with --device, or update the GPU's driver."}
    print(json.dumps({"device": name, **said}), flush=True)
"""


class Probe:
    """A process that opens every device as a worker does."""

    def __init__(self, config: Config) -> None:
        self._devices = devices_of(config.devices)
        command = [sys.executable, "-c", _ASK, config.dtype, *self._devices]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self) -> Probe:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def findings(self) -> list[Finding]:
        """Wait for its answer."""
        try:
            said, complaint = self._process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            remedy = "Run `python -c 'import torch'` by hand and look what it waits for."
            return [Finding("device", "wrong", f"torch does not start within {PATIENCE:.0f} s", remedy)]
        answers = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        found = [_finding(answer) for answer in answers]
        if len(answers) < len(self._devices):
            last = (complaint.strip().splitlines() or [f"exit code {self._process.returncode}"])[-1]
            remedy = "Install it again: python -m pip install --force-reinstall torch"
            found.append(Finding("device", "wrong", f"torch does not start: {last[:300]}", remedy))
        return found + _unused_gpu(self._devices)


def _finding(answer: dict[str, Any]) -> Finding:
    if "error" in answer:
        return Finding("device", "wrong", answer["error"], answer["remedy"], answer)
    text = f"{answer['device']}: {answer['name']}, {bytes_text(answer['memory'])}, computes in {answer['dtype']}"
    return Finding("device", "ok", text, facts=answer)


def _unused_gpu(devices: tuple[str, ...]) -> list[Finding]:
    """A GPU that the installed torch was not built for."""
    if any(name.startswith("cuda") for name in devices) or not shutil.which("nvidia-smi"):
        return []
    try:
        listing = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    names = [row for row in listing.splitlines() if row.startswith("GPU ")]
    if not names:
        return []
    remedy = "Install torch with CUDA: python -m pip install --force-reinstall torch"
    return [Finding("device", "note", f"{names[0]} is there, but torch {_torch()} does not use it", remedy)]


def _torch() -> str:
    try:
        return metadata.version("torch")
    except metadata.PackageNotFoundError:
        return "(not installed)"
