"""A daemon dies in the middle of a job: Blender says so, goes on by itself, and the very picture arrives."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from bottega.client import Client
from bottega.tasks import generate
from tests.daemon import start_daemon
from tests.hosts.blender.conftest import PATIENCE, performing, report

STEPS = 60
"""Enough for a daemon to be killed in the middle."""


def test_a_job_outlives_its_daemon(series: str, built: Path, client: Client, tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "out"
    folder.mkdir()
    daemon = start_daemon(home, starter=True, dtype="float32")
    with performing(series, "reconnect", folder, built, home) as blender:
        try:
            _appears(folder / "running")
            daemon.kill()
            _appears(folder / "lost")
            daemon = start_daemon(home, starter=True, dtype="float32")
            blender.wait(PATIENCE)
        finally:
            daemon.stop()
    said = report(series, folder)
    (wanted,) = client.run(generate("red brick", 128, 128, steps=STEPS, seed=7, seamless="xy"))
    assert not said["ended_meanwhile"]
    assert "daemon" in " ".join(said["says"])
    assert said["state"] == "done"
    assert np.rint(said.array("picture") * 255).astype(np.uint8).tobytes() == wanted.pixels.data


def _appears(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name}: {path.with_name('said.txt').read_text()[-2000:]}"
        time.sleep(0.05)
