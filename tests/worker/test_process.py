"""The worker as a process of its own: it speaks only the protocol, survives bad jobs, and never outlives its front."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from bottega_daemon.blobs import Blobs
from bottega_daemon.spec import Denoising, Extent, Generate, Image, JobSpec
from bottega_daemon.worker import protocol
from tests.worker.kit import paint, words

ROOT = Path(__file__).resolve().parents[2]


class Talk:
    """The front's end of the conversation."""

    def __init__(self, setup: protocol.Setup) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "daemon"), str(ROOT / "shared")])}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bottega_daemon.worker"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.say(setup)

    def say(self, command: protocol.Command) -> None:
        assert self.process.stdin
        self.process.stdin.write(protocol.line(command))
        self.process.stdin.flush()

    def hear_until(self, *kinds: type) -> list[protocol.Event]:
        """Events up to and with the first of one of these kinds."""
        assert self.process.stdout
        heard: list[protocol.Event] = []
        for line in self.process.stdout:
            json.loads(line)  # nothing but the protocol may come here
            heard.append(protocol.event_decoder.decode(line))
            if isinstance(heard[-1], kinds):
                return heard
        raise AssertionError(f"the worker ended after {heard}")


@pytest.fixture
def talk(tiny_root: Path, tmp_path: Path) -> Generator[Talk]:
    setup = protocol.Setup("cpu", str(tmp_path), (str(tiny_root),), dtype="float32", threads=1)
    conversation = Talk(setup)
    yield conversation
    conversation.process.kill()
    conversation.process.wait()


def test_a_job_through_pipes_and_bad_jobs_beside_it(talk: Talk, tmp_path: Path) -> None:
    ready = talk.hear_until(protocol.Ready)[-1]
    assert isinstance(ready, protocol.Ready)
    assert (ready.device, ready.dtype) == ("cpu", "float32")
    lost = Image("0" * 64, Extent(64, 64), 3, "u8", "srgb")
    talk.say(protocol.Run("lost pixels", "ada", JobSpec(Generate(words(), Extent(64, 64), lost, 0.5))))
    assert isinstance(talk.hear_until(protocol.Failed)[-1], protocol.Failed)
    talk.say(protocol.Run("lost model", "ada", JobSpec(Generate(Denoising("gone", "red"), Extent(64, 64)))))
    failed = talk.hear_until(protocol.Failed)[-1]
    assert isinstance(failed, protocol.Failed)
    assert failed.reason == "NOT_FOUND"
    assert "'gone'" in failed.message
    talk.say(protocol.Run("good", "ada", JobSpec(paint())))
    heard = [*talk.hear_until(protocol.Succeeded), *talk.hear_until(protocol.Load)]
    picture = next(event for event in events_of(heard, "good") if isinstance(event, protocol.Picture))
    assert Blobs(tmp_path).size(picture.image.digest) == 64 * 64 * 3
    held = heard[-1]
    assert isinstance(held, protocol.Load)
    assert held.models == ("tiny",)
    assert held.model_bytes > 1_000_000
    talk.say(protocol.Quit())
    assert talk.process.wait(20) == 0


def test_it_ends_when_its_front_is_gone(talk: Talk) -> None:
    talk.hear_until(protocol.Ready)
    talk.say(protocol.Run("long", "ada", JobSpec(paint(steps=1000))))
    talk.hear_until(protocol.Progress)
    assert talk.process.stdin
    talk.process.stdin.close()
    assert talk.process.wait(20) == 0


def events_of(heard: list[protocol.Event], job_id: str) -> list[protocol.Event]:
    """Those of one job."""
    return [event for event in heard if getattr(event, "job_id", None) == job_id]
