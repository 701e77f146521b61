"""An interrupt that falls anywhere between a job's submission and its end leaves no job running."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bottega.client import Client, connect
from bottega.errors import JobCancelled
from bottega.tasks import Generate
from bottega_daemon.cli.interrupts import submitting
from tests.daemon import Daemon

LONG = Generate(prompt="interrupted", steps=1000, sampler="dpmpp_sde")


@pytest.fixture
def client(daemon: Daemon) -> Iterator[Client]:
    with connect(daemon.address, daemon.token) as client:
        yield client


def _states(client: Client, title: str) -> list[str]:
    return [job.state.name or "" for job in client.jobs(limit=20) if job.title == title]


def _interrupted(client: Client, title: str, count: int) -> None:
    with submitting(client) as jobs:
        for _ in range(count):
            jobs.submit(LONG, title)
        raise KeyboardInterrupt


@pytest.mark.parametrize("count", [1, 3])
def test_right_after_the_answer(client: Client, count: int) -> None:
    title = f"after the answer, {count}"
    with pytest.raises(JobCancelled, match="was cancelled") as told:
        _interrupted(client, title, count)
    assert told.value.job_id in [job.job_id for job in client.jobs(limit=20)]
    assert _states(client, title) == ["CANCELLED"] * count


def test_while_the_answer_is_on_its_way(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    submit = client.submit

    def lost(*args: Any, **more: Any) -> None:
        submit(*args, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "submit", lost)
    with pytest.raises(JobCancelled, match="was cancelled"):
        _interrupted(client, "on its way", 1)
    assert _states(client, "on its way") == ["CANCELLED"]


def test_before_anything_was_sent(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsent(*args: Any, **more: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "submit", unsent)
    with pytest.raises(JobCancelled, match="nothing is left"):
        _interrupted(client, "never sent", 1)
    assert _states(client, "never sent") == []
