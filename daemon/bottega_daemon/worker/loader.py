"""Brings models into memory beside the step loop, so that nobody's picture waits for somebody else's checkpoint."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

import torch

from bottega_daemon.errors import InvalidRequest, NotFound, OutOfMemory
from bottega_daemon.models.adapters import Embedding, Lora, load_embedding, load_lora
from bottega_daemon.models.cache import ModelCache
from bottega_daemon.models.entries import Checkpoint, ControlNetwork
from bottega_daemon.models.entries import Embedding as EmbeddingEntry
from bottega_daemon.models.entries import Lora as LoraEntry
from bottega_daemon.models.entries import Upscaler as UpscalerEntry
from bottega_daemon.models.families import suits
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint, load_controlnet
from bottega_daemon.models.model_set import ControlNet, ModelSet
from bottega_daemon.models.upscalers import Upscaler, load_upscaler
from bottega_daemon.tasks.stages import Load, Models
from bottega_daemon.worker.device import Device
from bottega_daemon.worker.memory import attempt, is_out_of_memory


@dataclass(frozen=True)
class FittedLora:
    """A LoRA as it is kept in memory: fitted to one checkpoint."""

    lora: LoraEntry
    checkpoint: Checkpoint

    def __str__(self) -> str:
        return self.lora.name

    @property
    def name(self) -> str:
        return self.lora.name

    @property
    def nbytes(self) -> int:
        return self.lora.nbytes


Entry: TypeAlias = Checkpoint | ControlNetwork | FittedLora | EmbeddingEntry | UpscalerEntry
Loaded: TypeAlias = ModelSet | ControlNet | Lora | Embedding | Upscaler
E = TypeVar("E", Checkpoint, ControlNetwork, LoraEntry, EmbeddingEntry, UpscalerEntry)
V = TypeVar("V", ModelSet, ControlNet, Lora, Embedding, Upscaler)

PATIENCE = 60.0
"""Seconds after which a job that waits for memory may no longer be passed over by newer ones."""


@dataclass(eq=False)
class _Wish:
    """Models that a job asked for."""

    wanted: Load
    answer: Future[Models]
    since: float


class Loader:
    """The models of one device. All of it runs on one thread of its own; answers are futures.

    Where memory is full of models that other jobs hold, a wish waits until they are released.
    """

    def __init__(self, roots: Sequence[Path], device: Device, budget: int) -> None:
        self._library = Library(roots)
        self._device = device
        self._cache: ModelCache[Entry, Loaded] = ModelCache(
            budget, self._read, expect=lambda entry: self._sizes.get(entry, entry.nbytes), evicted=self._let_go
        )
        self._sizes: dict[Entry, int] = {}
        """Bytes in memory of what has been loaded before; a file's own size is only a guess at it."""
        # A second thread with a team of OpenMP threads makes libgomp see more threads than cores; it then puts them to
        # sleep between any two operations, and every step takes twice as long on a CPU. So this one works alone.
        self._thread = ThreadPoolExecutor(1, "loader", initializer=torch.set_num_threads, initargs=(1,))
        self._held_by: dict[int, list[Entry]] = {}
        self._waiting: list[_Wish] = []
        self._held: tuple[tuple[str, ...], int] = ((), 0)

    def load(self, wanted: Load, wake: Callable[[], None]) -> Future[Models]:
        """A future of the models, held until `release`; `wake` is called when it is done.

        It ends in NotFound, InvalidRequest (a network or LoRA of another family), CorruptModel or OutOfMemory.
        """
        wish = _Wish(wanted, Future(), time.monotonic())
        wish.answer.add_done_callback(lambda _: wake())
        self._thread.submit(self._grant, wish)
        return wish.answer

    def release(self, models: Models) -> None:
        """The job that held them has ended."""
        self._thread.submit(self._release, models)

    def free(self) -> None:
        """Let go of every model that no job holds; returns when it is done."""
        self._thread.submit(self._drop_unused).result()

    def held(self) -> tuple[tuple[str, ...], int]:
        """Names of the models in memory, and their bytes."""
        return self._held

    def _note(self) -> None:
        """Keep what `held` tells, which another thread asks."""
        self._held = tuple(entry.name for entry in self._cache.resident), self._cache.used_bytes

    def _drop_unused(self) -> None:
        self._cache.drop_unused()
        self._note()
        gc.collect()
        if self._device.torch.type == "cuda":
            torch.cuda.empty_cache()

    def _grant(self, wish: _Wish) -> None:
        """Answer a wish, or let it wait. One whose job was cancelled meanwhile is forgotten."""
        if wish.answer.cancelled():
            return
        if self._must_queue(wish):
            self._waiting.append(wish)
            return
        taken: list[Entry] = []
        try:
            models = self._take(wish, taken)
        except Exception as error:  # noqa: BLE001  the loop's edge: it belongs to the job that asked
            for entry in taken:
                self._cache.release(entry)
            if isinstance(error, OutOfMemory) and self._held_by:
                self._waiting.append(wish)
            else:
                with suppress(InvalidStateError):
                    wish.answer.set_exception(error)
            return
        self._held_by[id(models)] = taken
        self._note()
        try:
            wish.answer.set_result(models)
        except InvalidStateError:  # cancelled while it was read
            self._release(models)

    def _must_queue(self, wish: _Wish) -> bool:
        """Whether an older wish has waited so long that no newer one may be granted before it."""
        overdue = [each for each in self._waiting if time.monotonic() - each.since > PATIENCE]
        return bool(self._held_by) and any(each.since < wish.since for each in overdue)

    def _take(self, wish: _Wish, taken: list[Entry]) -> Models:
        found, wanted = self._library.scan(), wish.wanted
        if wanted.upscaler:
            upscaler = _named(found.upscalers, wanted.upscaler, "upscaler", "upscaler")
            return Models(enlarger=self._acquire(upscaler, taken, Upscaler))
        checkpoint = _named(found.checkpoints, wanted.checkpoint, "checkpoint", "denoising.checkpoint")
        model = self._acquire(checkpoint, taken, ModelSet)
        networks: dict[str, ControlNet] = {}
        for index, name in enumerate(wanted.networks):
            field = f"denoising.controls[{index}].network"
            network = _named(found.controlnets, name, "control network", field)
            _check_fit(network.fits == checkpoint.fits, f"the control network {name!r}", checkpoint, field)
            networks[name] = self._acquire(network, taken, ControlNet)
        loras: dict[str, Lora] = {}
        for index, name in enumerate(wanted.loras):
            field = f"denoising.loras[{index}].name"
            lora = _named(found.loras, name, "LoRA", field)
            _check_fit(suits(lora, checkpoint), f"the LoRA {name!r}", checkpoint, field)
            loras[name] = self._acquire(FittedLora(lora, checkpoint), taken, Lora)
        embeddings: dict[str, Embedding] = {}
        for name in wanted.embeddings:
            embedding = _named(found.embeddings, name, "embedding", "denoising.prompt")
            _check_fit(suits(embedding, checkpoint), f"the embedding {name!r}", checkpoint, "denoising.prompt")
            embeddings[name] = self._acquire(embedding, taken, Embedding)
        return Models(model, networks, loras, embeddings)

    def _acquire(self, entry: Entry, taken: list[Entry], kind: type[V]) -> V:
        value = self._cache.acquire(entry)
        taken.append(entry)
        assert isinstance(value, kind)
        return value

    def _release(self, models: Models) -> None:
        for entry in self._held_by.pop(id(models)):
            self._cache.release(entry)
        waiting, self._waiting = self._waiting, []
        for wish in waiting:
            self._grant(wish)

    def _read_once(self, entry: Entry) -> Loaded:
        device = self._device
        match entry:
            case Checkpoint():
                return load_checkpoint(entry, device.torch, device.dtype)
            case ControlNetwork():
                return load_controlnet(entry, device.torch, device.dtype)
            case FittedLora(lora, checkpoint):
                with self._cache.using(checkpoint) as model:  # in memory already: the same wish holds it
                    assert isinstance(model, ModelSet)
                    return load_lora(lora, model)
            case EmbeddingEntry():
                return load_embedding(entry, device.torch)
            case UpscalerEntry():
                return load_upscaler(entry, device.torch, device.dtype)

    def _read(self, entry: Entry) -> Loaded:
        work = partial(self._read_once, entry)
        value, error = attempt(work)
        if is_out_of_memory(error):
            self._drop_unused()
            value, error = attempt(work)
        if is_out_of_memory(error):
            remedy = "Close other programs that use the GPU."
            raise OutOfMemory(f"the device's memory does not hold {entry.name!r}.", remedy=remedy)
        if error:
            raise error
        assert value is not None
        self._sizes[entry] = value.nbytes
        return value

    def _let_go(self, value: Loaded) -> None:
        del value
        if self._device.torch.type == "cuda":
            torch.cuda.empty_cache()


def _check_fit(fits: bool, what: str, checkpoint: Checkpoint, field: str) -> None:
    if not fits:
        remedy = "Choose one that was made for this checkpoint's family."
        raise InvalidRequest(f"{what} does not fit the checkpoint {checkpoint.name!r}.", remedy=remedy, field=field)


def _named(entries: Sequence[E], name: str, what: str, field: str) -> E:
    for entry in entries:
        if entry.name == name:
            return entry
    raise NotFound(
        f"there is no {what} {name!r} on the daemon any more.", remedy="Choose one from the catalog.", field=field
    )
