"""The loader: models are shared, held until released, and waited for where memory is full; no wish is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import pytest
import torch

from bottega_daemon.errors import BottegaError, InvalidRequest, NotFound, OutOfMemory
from bottega_daemon.models.entries import Checkpoint
from bottega_daemon.models.model_set import ModelSet
from bottega_daemon.tasks.stages import Load, Models
from bottega_daemon.worker import loader as module
from bottega_daemon.worker.device import Device
from bottega_daemon.worker.loader import Loader
from tests import tiny

SECONDS = 30
CPU = Device(torch.device("cpu"), "cpu", 1 << 34, torch.float32)
ROOMY = 1 << 30
READ = module.load_checkpoint


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three checkpoints of one size, one control network that fits them and one that does not."""
    root = tmp_path_factory.mktemp("shelf")
    for seed, name in enumerate("abc"):
        tiny.tiny_checkpoint(root / "checkpoints" / name, seed)
    tiny.tiny_controlnet(root / "controlnets" / "depth")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tiny.CONTROL, "cross_attention_dim", 2 * tiny.TEXT_WIDTH)
        tiny.tiny_controlnet(root / "controlnets" / "other")
    return root


def ask(loader: Loader, checkpoint: str, *networks: str, wake: Callable[[], None] = lambda: None) -> Future[Models]:
    return loader.load(Load(checkpoint, networks), wake)


def get(answer: Future[Models]) -> Models:
    return answer.result(SECONDS)


def refused(answer: Future[Models]) -> BottegaError:
    error = answer.exception(SECONDS)
    assert isinstance(error, BottegaError) and error.remedy
    return error


@pytest.fixture(scope="module")
def size(root: Path) -> int:
    """Bytes of one checkpoint in memory."""
    return get(ask(Loader([root], CPU, ROOMY), "a")).checkpoint.nbytes


class Shelf:
    """Stands in for the reading of checkpoints: notes every read, and stops at a gate if there is one."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.failures = 0
        """Reads to come for which memory runs out."""
        self.began, self.gate = threading.Event(), threading.Event()
        self.gate.set()

    def __call__(self, entry: Checkpoint, *how: Any) -> ModelSet:
        self.read.append(entry.name)
        self.began.set()
        assert self.gate.wait(SECONDS)
        if self.failures:
            self.failures -= 1
            raise torch.OutOfMemoryError("made up by the test: no GPU here")
        return READ(entry, *how)


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf()
    monkeypatch.setattr(module, "load_checkpoint", shelf)
    return shelf


def test_models_are_granted_and_the_asker_is_woken(root: Path) -> None:
    woken = threading.Event()
    models = get(ask(Loader([root], CPU, ROOMY), "a", "depth", wake=woken.set))
    assert models.checkpoint.name == "a" and list(models.networks) == ["depth"]
    assert woken.wait(SECONDS)


def test_what_is_in_memory_is_told_until_it_is_freed(root: Path) -> None:
    loader = Loader([root], CPU, ROOMY)
    assert loader.held() == ((), 0)
    models = get(ask(loader, "a", "depth"))
    total = models.checkpoint.nbytes + models.networks["depth"].nbytes
    assert loader.held() == (("a", "depth"), total)
    loader.free()
    assert loader.held() == (("a", "depth"), total), "a job holds them"
    loader.release(models)
    loader.free()
    assert loader.held() == ((), 0)


def test_two_jobs_share_what_is_read_once(root: Path, shelf: Shelf) -> None:
    loader = Loader([root], CPU, ROOMY)
    first, second = get(ask(loader, "a")), get(ask(loader, "a"))
    assert first.checkpoint is second.checkpoint and shelf.read == ["a"]
    loader.release(first)
    loader.free()
    assert loader.held()[0] == ("a",), "the other still holds it"


def test_a_wish_waits_for_memory_that_others_hold(root: Path, size: int) -> None:
    loader = Loader([root], CPU, size * 3 // 2)
    held = get(ask(loader, "a"))
    waiting = ask(loader, "b")
    loader.free()
    assert not waiting.done()
    loader.release(held)
    assert get(waiting).checkpoint.name == "b"
    assert loader.held() == (("b",), size)


def test_what_can_never_fit_is_refused(root: Path, size: int) -> None:
    error = refused(ask(Loader([root], CPU, size // 2), "a"))
    assert isinstance(error, OutOfMemory)
    assert "a needs" in error.message and str(root) not in error.message


def test_a_wish_that_can_never_fit_is_refused_once_nobody_holds_anything(root: Path, size: int) -> None:
    loader = Loader([root], CPU, size * 9 // 8)
    held = get(ask(loader, "a"))
    hopeless = ask(loader, "b", "depth")
    loader.free()
    assert not hopeless.done()
    loader.release(held)
    assert isinstance(refused(hopeless), OutOfMemory)
    assert get(ask(loader, "c")).checkpoint.name == "c", "what it had taken was given back"


@pytest.mark.parametrize(("patience", "waits"), [(-1.0, True), (1000.0, False)])
def test_an_overdue_wish_holds_newcomers_back(
    root: Path, size: int, monkeypatch: pytest.MonkeyPatch, patience: float, waits: bool
) -> None:
    monkeypatch.setattr(module, "PATIENCE", patience)
    loader = Loader([root], CPU, size * 3 // 2)
    held = get(ask(loader, "a"))
    overdue = ask(loader, "b")
    newcomer = ask(loader, "a")  # in memory already: it could go at once
    loader.free()
    assert newcomer.done() is not waits and not overdue.done()
    loader.release(held)
    if waits:
        assert get(overdue).checkpoint.name == "b" and not newcomer.done()
        loader.release(get(overdue))
        assert get(newcomer).checkpoint.name == "a"
    else:
        assert not overdue.done(), "the newcomer holds the memory now"
        loader.release(get(newcomer))
        assert get(overdue).checkpoint.name == "b"


def test_a_cancelled_wish_is_never_read(root: Path, shelf: Shelf) -> None:
    loader = Loader([root], CPU, ROOMY)
    shelf.gate.clear()
    running, forgotten = ask(loader, "a"), ask(loader, "b")
    assert shelf.began.wait(SECONDS) and forgotten.cancel()
    shelf.gate.set()
    assert get(running).checkpoint.name == "a"
    loader.free()
    assert shelf.read == ["a"] and loader.held()[0] == ("a",)


def test_what_is_cancelled_while_it_is_read_is_released(root: Path, shelf: Shelf) -> None:
    loader = Loader([root], CPU, ROOMY)
    shelf.gate.clear()
    answer = ask(loader, "a")
    assert shelf.began.wait(SECONDS) and answer.cancel()
    shelf.gate.set()
    loader.free()
    assert shelf.read == ["a"] and loader.held() == ((), 0)
    with pytest.raises(CancelledError):
        answer.result(0)


@pytest.mark.parametrize(
    ("checkpoint", "networks", "kind", "field"),
    [
        ("gone", (), NotFound, "denoising.checkpoint"),
        ("a", ("depth", "gone"), NotFound, "denoising.controls[1].network"),
        ("a", ("depth", "other"), InvalidRequest, "denoising.controls[1].network"),
    ],
)
def test_what_cannot_be_had_is_named(
    root: Path, checkpoint: str, networks: tuple[str, ...], kind: type[BottegaError], field: str
) -> None:
    loader = Loader([root], CPU, ROOMY)
    error = refused(ask(loader, checkpoint, *networks))
    assert type(error) is kind and error.field == field
    loader.free()
    assert loader.held() == ((), 0), "what had been taken before was given back"


def test_memory_that_runs_out_once_while_reading_is_made_room_for(root: Path, shelf: Shelf) -> None:
    loader = Loader([root], CPU, ROOMY)
    loader.release(get(ask(loader, "a")))
    shelf.failures = 1
    assert get(ask(loader, "b")).checkpoint.name == "b"
    assert shelf.read == ["a", "b", "b"] and loader.held()[0] == ("b",), "the idle one had to go"


def test_memory_that_always_runs_out_is_told(root: Path, shelf: Shelf) -> None:
    loader = Loader([root], CPU, ROOMY)
    shelf.failures = 2
    error = refused(ask(loader, "b"))
    assert isinstance(error, OutOfMemory) and "'b'" in error.message
    assert get(ask(loader, "b")).checkpoint.name == "b", "the loader lives on"


def test_memory_that_runs_out_while_others_hold_some_is_waited_for(root: Path, shelf: Shelf) -> None:
    loader = Loader([root], CPU, ROOMY)
    held = get(ask(loader, "a"))
    shelf.failures = 2
    waiting = ask(loader, "b")
    loader.free()
    assert not waiting.done()
    loader.release(held)
    assert get(waiting).checkpoint.name == "b"
