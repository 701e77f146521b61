"""The training's one command, from nothing to weights that the daemon loads: broken, resumed, held back."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint
from bottega_daemon.starter.training import phases, scores
from tests.starter.test_weights import WEIGHTS

pytestmark = pytest.mark.slow

ENOUGH_S = 1200


def command(out: Path, weights: Path, *more: str) -> list[str]:
    at = ["--profile", "smoke", "--out", str(out), "--weights", str(weights)]
    return [sys.executable, "-m", "bottega_daemon.starter.train", *at, *more]


def run(out: Path, weights: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(out, weights, *more), capture_output=True, text=True, timeout=ENOUGH_S, check=False)


def killed_when(out: Path, weights: Path, there: Path) -> None:
    """Start the command and kill it as soon as a file is there."""
    running = subprocess.Popen(command(out, weights), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + ENOUGH_S
    while not there.exists() and running.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    assert there.exists() and running.poll() is None, "the run ended before it could be broken"
    running.kill()
    running.wait()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("starter")


@pytest.fixture(scope="module")
def resumed(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the command says that goes on after the first was killed; without --resume it is not begun at all."""
    out, weights = folder / "run", folder / "weights"
    killed_when(out, weights, out / "unet.pt")
    again = run(out, weights)
    assert again.returncode == 2 and "--resume" in again.stderr
    return run(out, weights, "--resume")


def test_a_killed_run_goes_on_and_nothing_is_done_twice(
    folder: Path, resumed: subprocess.CompletedProcess[str]
) -> None:
    """Protects `--resume` over all phases: each is in the log, and those that were done before only once."""
    rows = [json.loads(line) for line in (folder / "run" / "log.jsonl").read_text().splitlines()]
    named = [row["phase"] for row in rows]
    trained = {name for names in phases.STAGES for name in names} - {"data", "latents"}
    assert set(named) == trained and len(named) == len(trained)
    assert "'phase': 'vae'" not in resumed.stdout and "'phase': 'embedding'" in resumed.stdout
    assert (folder / "run" / "curve.png").stat().st_size > 1000


def test_weights_under_their_scores_are_not_exported(folder: Path, resumed: subprocess.CompletedProcess[str]) -> None:
    """Protects users from a spoiled run: after two steps each, every aim is named that was missed."""
    assert resumed.returncode == 1
    assert "not exported" in resumed.stderr and "textures.material is " in resumed.stderr
    assert not (folder / "weights").exists()
    measured = json.loads((folder / "run" / "scores.json").read_text())
    assert {name.split(".")[0] for name in scores.THRESHOLDS} <= set(measured)


def test_what_is_exported_nevertheless_is_what_the_repository_has(
    folder: Path, resumed: subprocess.CompletedProcess[str]
) -> None:
    """Protects the export: the same files as in the repository, with checksums, loaded by the daemon's own loader."""
    weights = folder / "weights"
    forced = run(folder / "run", weights, "--resume", "--only", "export", "--force")
    assert forced.returncode == 0, forced.stderr
    written = {path.relative_to(weights).as_posix() for path in weights.rglob("*") if path.is_file()}
    by_hand = {"MODEL_CARD.md", "samples.png"}
    there = {path.relative_to(WEIGHTS).as_posix() for path in WEIGHTS.rglob("*") if path.is_file()}
    assert written == there - by_hand
    found = Library([weights]).scan()
    assert not found.problems
    assert [entry.name for entry in found.checkpoints] == ["starter"]
    assert {entry.name for entry in found.controlnets} == {"starter-canny", "starter-depth", "starter-pose"}
    assert [entry.name for entry in (*found.loras, *found.embeddings)] == ["starter-mosaic", "starter-dots"]
    model = load_checkpoint(found.checkpoints[0], torch.device("cpu"), torch.float32)
    assert sum(value.numel() for value in model.unet.parameters()) > 6e6
