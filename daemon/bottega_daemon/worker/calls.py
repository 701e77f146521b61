"""One shared call of the denoiser, and what to do when it fails: shrink it, free memory, find out whose fault it is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from bottega_daemon.diffusion.denoiser import denoise
from bottega_daemon.diffusion.sample import Sample
from bottega_daemon.errors import OutOfMemory
from bottega_daemon.worker.batching import Turn

log = logging.getLogger(__name__)

CELLS_PER_CALL = 16 * 64 * 64
"""Latent cells that one call may hold before larger batches stop paying: sixteen rows of 512 x 512 px."""


@dataclass(frozen=True)
class Call:
    """A call that has been made for `samples`: it took `seconds`, or ended in `error`."""

    samples: Sequence[Sample]
    seconds: float = 0.0
    error: Exception | None = None


class Caller:
    """Calls the denoiser and remembers how much the device can hold at once."""

    def __init__(self, free: Callable[[], None]) -> None:
        self.calls = 0
        self.rows = 0
        self.most = CELLS_PER_CALL
        """Cells in one call; halved whenever the device's memory runs out."""
        self._free = free

    @staticmethod
    def costs(turns: Sequence[Turn[Sample]]) -> list[int]:
        """Cells that each sample adds to a call."""
        return [_cells(turn.work) for turn in turns]

    def call(self, samples: Sequence[Sample]) -> Iterator[Call]:
        """Denoise a group and resume its samplers, in as many calls as it takes; every sample is in one result."""
        began = time.perf_counter()
        try:
            answers = denoise(samples)
            for sample, answer in zip(samples, answers, strict=True):
                sample.answer(answer)
        except torch.OutOfMemoryError:
            yield from self._starved(samples)
        except Exception as error:  # noqa: BLE001  the loop's edge: one picture's fault must not end the others
            yield from self._isolate(samples, error)
        else:
            self.calls += 1
            self.rows += sum(each.rows for each in samples)
            yield Call(samples, time.perf_counter() - began)

    def _starved(self, samples: Sequence[Sample]) -> Iterator[Call]:
        """Memory ran out: let go of idle models and halve the group; a single picture gets one more try."""
        self._free()
        if len(samples) > 1:
            self.most = max(1, sum(_cells(each) for each in samples) // 2)
            log.warning("out of memory: calls now hold at most %d latent cells", self.most)
            middle = len(samples) // 2
            yield from self.call(samples[:middle])
            yield from self.call(samples[middle:])
            return
        try:
            answer = denoise(samples)[0]
        except torch.OutOfMemoryError:
            remedy = "Make it smaller, use fewer control networks, or close other programs that use the GPU."
            yield Call(samples, error=OutOfMemory("the device's memory does not hold this picture.", remedy=remedy))
            return
        samples[0].answer(answer)
        self.calls += 1
        self.rows += samples[0].rows
        yield Call(samples)

    def _isolate(self, samples: Sequence[Sample], error: Exception) -> Iterator[Call]:
        if len(samples) == 1:
            yield Call(samples, error=error)
            return
        for sample in samples:
            if not sample.done:
                yield from self.call([sample])


def _cells(sample: Sample) -> int:
    return sample.rows * sample.x.shape[-2] * sample.x.shape[-1]
