"""Brings models into memory beside the step loop, so that nobody's picture waits for somebody else's checkpoint."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

import torch

from bottega_daemon.errors import InvalidRequest, NotFound, OutOfMemory
from bottega_daemon.models.cache import ModelCache
from bottega_daemon.models.entries import Checkpoint, ControlNetwork
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint, load_controlnet
from bottega_daemon.models.model_set import ControlNet, ModelSet
from bottega_daemon.tasks.stages import Models
from bottega_daemon.worker.device import Device

Entry: TypeAlias = Checkpoint | ControlNetwork
E = TypeVar("E", Checkpoint, ControlNetwork)


@dataclass(eq=False)
class _Wish:
    """Models that a job asked for."""

    checkpoint: str
    networks: tuple[str, ...]
    answer: Future[Models]


class Loader:
    """The models of one device. All of it runs on one thread of its own; answers are futures.

    Where memory is full of models that other jobs hold, a wish waits until they are released.
    """

    def __init__(self, roots: Sequence[Path], device: Device, budget: int) -> None:
        self._library = Library(roots)
        self._device = device
        self._cache: ModelCache[Entry, ModelSet | ControlNet] = ModelCache(
            budget, self._read, expect=lambda entry: entry.nbytes, evicted=self._let_go
        )
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="loader")
        self._held_by: dict[int, list[Entry]] = {}
        self._waiting: list[_Wish] = []
        self._held: tuple[tuple[str, ...], int] = ((), 0)

    def load(self, checkpoint: str, networks: tuple[str, ...], wake: Callable[[], None]) -> Future[Models]:
        """A future of the models, held until `release`; `wake` is called when it is done.

        It ends in NotFound, InvalidRequest (a network of another family), CorruptModel or OutOfMemory.
        """
        wish = _Wish(checkpoint, networks, Future())
        wish.answer.add_done_callback(lambda _: wake())
        self._thread.submit(self._grant, wish)
        return wish.answer

    def release(self, models: Models) -> None:
        """The job that held them has ended."""
        self._thread.submit(self._release, models)

    def free(self) -> None:
        """Let go of every model that no job holds; returns when it is done."""
        self._thread.submit(lambda: (self._cache.drop_unused(), self._note())).result()

    def held(self) -> tuple[tuple[str, ...], int]:
        """Names of the models in memory, and their bytes."""
        return self._held

    def _note(self) -> None:
        """Keep what `held` tells, which another thread asks."""
        self._held = tuple(entry.name for entry in self._cache.resident), self._cache.used_bytes

    def _grant(self, wish: _Wish) -> None:
        taken: list[Entry] = []
        try:
            models = self._take(wish, taken)
        except Exception as error:  # noqa: BLE001  the loop's edge: it belongs to the job that asked
            for entry in taken:
                self._cache.release(entry)
            if isinstance(error, OutOfMemory) and self._held_by:
                self._waiting.append(wish)
            else:
                wish.answer.set_exception(error)
            return
        self._held_by[id(models)] = taken
        self._note()
        wish.answer.set_result(models)

    def _take(self, wish: _Wish, taken: list[Entry]) -> Models:
        found = self._library.scan()
        checkpoint = _named(found.checkpoints, wish.checkpoint, "checkpoint")
        model = self._acquire(checkpoint, taken)
        assert isinstance(model, ModelSet)
        networks: dict[str, ControlNet] = {}
        for name in wish.networks:
            entry = _named(found.controlnets, name, "control network")
            if entry.fits != checkpoint.fits:
                raise InvalidRequest(
                    f"the control network {name!r} does not fit the checkpoint {checkpoint.name!r}.",
                    remedy="Choose one that was made for this checkpoint's family.",
                    field="controls.network",
                )
            network = self._acquire(entry, taken)
            assert isinstance(network, ControlNet)
            networks[name] = network
        return Models(model, networks)

    def _acquire(self, entry: Entry, taken: list[Entry]) -> ModelSet | ControlNet:
        value = self._cache.acquire(entry)
        taken.append(entry)
        return value

    def _release(self, models: Models) -> None:
        for entry in self._held_by.pop(id(models)):
            self._cache.release(entry)
        waiting, self._waiting = self._waiting, []
        for wish in waiting:
            self._grant(wish)

    def _read(self, entry: Entry) -> ModelSet | ControlNet:
        read = load_checkpoint if isinstance(entry, Checkpoint) else load_controlnet
        value = read(entry, self._device.torch, self._device.dtype)  # type: ignore[arg-type]
        gc.freeze()  # weights are no garbage: the collector need not walk over them
        return value

    def _let_go(self, value: ModelSet | ControlNet) -> None:
        del value
        if self._device.torch.type == "cuda":
            torch.cuda.empty_cache()


def _named(entries: Sequence[E], name: str, what: str) -> E:
    for entry in entries:
        if entry.name == name:
            return entry
    raise NotFound(
        f"there is no {what} {name!r} on the daemon any more.", remedy="Choose one from the catalog.", field=what
    )
