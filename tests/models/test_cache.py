"""The cache keeps within its budget, lets the longest unused go first and never what is in use."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bottega_daemon.errors import CorruptModel, OutOfMemory
from bottega_daemon.models.cache import ModelCache


@dataclass(frozen=True)
class Loaded:
    """A model of so many bytes."""

    key: int

    @property
    def nbytes(self) -> int:
        return 10 + 7 * self.key


class Cache(RuleBasedStateMachine):
    """The cache beside a list of uses and a count of pins that say what it must hold."""

    budget = 100

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[int] = []
        self.gone: list[int] = []
        self.peak = 0
        self.cache = ModelCache(self.budget, self._load, evicted=lambda value: self.gone.append(value.key))
        self.order: list[int] = []
        self.pins: dict[int, int] = {}

    def _load(self, key: int) -> Loaded:
        self.loads.append(key)
        return Loaded(key)

    @rule(key=st.integers(0, 8))
    def acquire(self, key: int) -> None:
        pinned = sum(Loaded(held).nbytes for held, count in self.pins.items() if count)
        there = key in self.order
        fits = there or pinned + Loaded(key).nbytes <= self.budget
        loads = len(self.loads)
        if not fits:
            with pytest.raises(OutOfMemory) as caught:
                self.cache.acquire(key)
            assert caught.value.remedy
            return
        assert self.cache.acquire(key) == Loaded(key)
        assert len(self.loads) == loads + (not there)
        self._expect_room(key, there)
        self.order = [held for held in self.order if held != key] + [key]
        self.pins[key] = self.pins.get(key, 0) + 1

    def _expect_room(self, key: int, there: bool) -> None:
        used = sum(Loaded(held).nbytes for held in self.order)
        while not there and used + Loaded(key).nbytes > self.budget:
            victim = next(held for held in self.order if not self.pins.get(held))
            self.order.remove(victim)
            used -= Loaded(victim).nbytes

    @precondition(lambda self: any(self.pins.values()))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(key for key, count in self.pins.items() if count)))
        self.cache.release(key)
        self.pins[key] -= 1

    @rule()
    def drop_unused(self) -> None:
        lost = [key for key in self.order if not self.pins.get(key)]
        assert self.cache.drop_unused() == sum(Loaded(key).nbytes for key in lost)
        self.order = [key for key in self.order if self.pins.get(key)]

    @invariant()
    def holds_what_it_should(self) -> None:
        assert list(self.cache.resident) == self.order
        assert self.cache.used_bytes == sum(Loaded(key).nbytes for key in self.order) <= self.budget
        assert sorted(self.loads) == sorted(self.gone + self.order)


TestCache = Cache.TestCase


def test_room_is_made_before_the_load_when_its_size_is_foretold() -> None:
    seen: list[int] = []

    def load(key: int) -> Loaded:
        seen.append(cache.used_bytes)
        return Loaded(key)

    cache = ModelCache(20, load, expect=lambda key: 10)
    for key in (0, 1):
        with cache.using(key):
            pass
    assert seen == [0, 10]
    with cache.using(1), pytest.raises(OutOfMemory):
        cache.acquire(2)
    assert seen == [0, 10]


def test_a_failed_load_pins_nothing() -> None:
    def fail(key: int) -> Loaded:
        raise CorruptModel("bad")

    cache = ModelCache(100, fail)
    with pytest.raises(CorruptModel):
        cache.acquire(1)
    assert cache.resident == ()
    with pytest.raises(ValueError, match="more often"):
        cache.release(1)


def test_an_error_in_the_block_releases() -> None:
    cache = ModelCache(20, Loaded)
    with pytest.raises(KeyError), cache.using(0):
        raise KeyError
    assert cache.drop_unused() == 10


def test_library_and_cache_need_no_torch() -> None:
    code = "import sys, bottega_daemon.models.library, bottega_daemon.models.cache; print('torch' in sys.modules)"
    path = {"PYTHONPATH": "daemon:shared"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=path)
    assert done.stdout.strip() == "False"
