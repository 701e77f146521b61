"""Pauses grow to a cap, start over after a success, and end with patience."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega.errors import ConnectionLost, DaemonNotFound
from bottega.retry import CAP, FIRST, Backoff, delay

LOST = ConnectionLost("lost.")


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_delays_double_up_to_a_cap(attempt: int, jitter: float) -> None:
    pause = delay(attempt, jitter)
    assert FIRST / 2 <= pause <= CAP
    assert delay(attempt + 1, jitter) == pytest.approx(min(2 * pause, CAP * (0.5 + 0.5 * jitter)))


@given(st.floats(0.01, 1000), st.lists(st.floats(0, 10), max_size=40))
def test_patience_counts_from_the_first_failure(patience: float, work: list[float]) -> None:
    now = 0.0
    backoff = Backoff(patience, clock=lambda: now)
    for spent in [*work, *itertools.repeat(0.0, 2000)]:
        now += spent
        try:
            pause = backoff.next_pause(LOST)
        except ConnectionLost:
            break
        assert 0 < pause <= CAP
        now += pause
    start = work[0] if work else 0.0
    assert now >= start + patience * (1 - 1e-9)


def test_success_starts_over() -> None:
    now = 0.0
    backoff = Backoff(10.0, clock=lambda: now)
    for _ in range(100):
        now += 7.0
        assert backoff.next_pause(LOST) <= FIRST
        backoff.success()


def test_a_daemon_that_never_was_is_given_up_at_once_unless_stubborn() -> None:
    with pytest.raises(DaemonNotFound):
        Backoff(1000.0).next_pause(DaemonNotFound("none."))
    assert Backoff(1000.0, stubborn=True).next_pause(DaemonNotFound("none.")) <= FIRST


def test_persisting_tries_until_it_works() -> None:
    tries = 0

    async def attempt() -> str:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise LOST
        return "done"

    assert asyncio.run(Backoff(60.0).persist(attempt)) == "done"
    assert tries == 4
