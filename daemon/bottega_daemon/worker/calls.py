"""One shared call of the denoiser, and what to do when it fails: shrink it, free memory, find out whose fault it is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from bottega_daemon.diffusion.denoiser import denoise
from bottega_daemon.diffusion.sample import Sample
from bottega_daemon.worker.batching import Turn
from bottega_daemon.worker.memory import attempt, is_out_of_memory, too_large

log = logging.getLogger(__name__)

CELLS_PER_CALL = 16 * 64 * 64
"""Latent cells that one call may hold before larger batches stop paying: sixteen rows of 512 x 512 px."""
CALLS_BEFORE_GROWING = 200
"""Calls without trouble after which a limit that memory once forced is doubled again."""


@dataclass(frozen=True)
class Call:
    """What became of some samples: their samplers were resumed after `seconds`, or they ended in `error`."""

    samples: Sequence[Sample]
    seconds: float = 0.0
    error: Exception | None = None


class Caller:
    """Calls the denoiser and remembers how much the device can hold at once."""

    def __init__(self, free: Callable[[], None]) -> None:
        self.calls = 0
        self.rows = 0
        self.most = CELLS_PER_CALL
        """Cells in one call: halved when the device's memory runs out, and grown again after a while."""
        self._free = free
        self._since_trouble = 0

    @staticmethod
    def costs(turns: Sequence[Turn[Sample]]) -> list[int]:
        """Cells that each sample adds to a call."""
        return [_cells(turn.work) for turn in turns]

    def call(self, samples: Sequence[Sample]) -> Iterator[Call]:
        """Denoise a group and resume its samplers, in as many calls as it takes; every sample is in just one result."""
        began = time.perf_counter()
        answers, error = attempt(lambda: denoise(samples))
        if answers is not None:
            self._count(samples)
            yield from _resume(samples, answers, began)
        elif is_out_of_memory(error):
            yield from self._starved(samples)
        elif len(samples) == 1:
            yield Call(samples, error=error)
        else:  # somebody's fault, but not everybody's
            for sample in samples:
                yield from self.call([sample])

    def _starved(self, samples: Sequence[Sample]) -> Iterator[Call]:
        """Memory ran out: let go of idle models, then halve the group; a single picture gets one more try."""
        self._free()
        self._since_trouble = 0
        if len(samples) > 1:
            self.most = max(1, sum(_cells(each) for each in samples) // 2)
            log.warning("out of memory: calls now hold at most %d latent cells", self.most)
            middle = len(samples) // 2
            yield from self.call(samples[:middle])
            yield from self.call(samples[middle:])
            return
        began = time.perf_counter()
        answers, error = attempt(lambda: denoise(samples))
        if answers is None:
            yield Call(samples, error=too_large() if is_out_of_memory(error) else error)
            return
        self._count(samples)
        yield from _resume(samples, answers, began)

    def _count(self, samples: Sequence[Sample]) -> None:
        self.calls += 1
        self.rows += sum(each.rows for each in samples)
        self._since_trouble += 1
        if self._since_trouble >= CALLS_BEFORE_GROWING and self.most < CELLS_PER_CALL:
            self.most = min(CELLS_PER_CALL, self.most * 2)
            self._since_trouble = 0


def _resume(samples: Sequence[Sample], answers: Sequence[torch.Tensor], began: float) -> Iterator[Call]:
    """Give every sampler its answer; one that fails ends its own picture alone."""
    resumed: list[Sample] = []
    for sample, answer in zip(samples, answers, strict=True):
        _, error = attempt(lambda sample=sample, answer=answer: sample.answer(answer))
        if error:
            yield Call([sample], error=error)
        else:
            resumed.append(sample)
    if resumed:
        yield Call(resumed, time.perf_counter() - began)


def _cells(sample: Sample) -> int:
    return sample.rows * sample.x.shape[-2] * sample.x.shape[-1]
