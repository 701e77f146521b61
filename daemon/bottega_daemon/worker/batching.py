"""Who goes first: which samples share the next call of the denoiser, and whether a piece of work may go before it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Work = TypeVar("Work")

PATIENCE = 8
"""Turns that anything can be passed over by what is more urgent, before it has its turn regardless."""

RUN = 8
"""Calls in a row for those whose LoRAs are in the weights, before the weights are changed for equals."""


@dataclass(eq=False)
class Turn(Generic[Work]):
    """Something that waits for the device: a sample, or a job with a piece of work."""

    work: Work
    urgency: int
    """Larger goes first."""
    order: int
    """Of arrival; smaller goes first."""
    passed: int = field(default=0, init=False)
    """Turns given to others since it last had one."""

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """Compares higher for what goes first: the long-suffering, the urgent, the passed-over, the early."""
        patient = self.passed < PATIENCE
        return not patient, self.urgency if patient else self.passed, self.passed, -self.order


def first(turns: Iterable[Turn[Work]]) -> Turn[Work] | None:
    """The one that goes first, if there is any."""
    return max(turns, key=lambda turn: turn.rank, default=None)


def group(turns: Sequence[Turn[Work]], keys: Sequence[Hashable], rows: Sequence[int], most: int) -> list[Turn[Work]]:
    """Those that share the next call: the first one and, in rank, all with its key, up to `most` rows.

    The first is always taken, even where it alone has more rows than `most`.
    """
    ranked = sorted(zip(turns, keys, rows, strict=True), key=lambda item: item[0].rank, reverse=True)
    taken: list[Turn[Work]] = []
    used = 0
    for turn, key, cost in ranked:
        if key != ranked[0][1] or (taken and used + cost > most):
            continue
        taken.append(turn)
        used += cost
    return taken


def settled(turns: Sequence[Turn[Work]], dressed: Sequence[bool], run: int) -> list[Turn[Work]]:
    """Those among whom the next call is chosen, where some have their LoRAs in the weights (`dressed`) and for the
    others the weights would first be changed. `run` counts the calls since they last were.

    Who is dressed goes on for `RUN` calls, then the others have theirs; who is more urgent never waits for that.
    """
    ready = [turn for turn, is_ready in zip(turns, dressed, strict=True) if is_ready]
    others = [turn for turn, is_ready in zip(turns, dressed, strict=True) if not is_ready]
    if not ready or not others or max(turn.urgency for turn in others) > max(turn.urgency for turn in ready):
        return list(turns)
    return ready if run < RUN else others


def pass_over(turns: Iterable[Turn[Work]], taken: Iterable[Turn[Work]]) -> None:
    """Count the turn just given: those who had it start anew, the others have waited one longer."""
    served = {id(turn) for turn in taken}
    for turn in turns:
        turn.passed = 0 if id(turn) in served else turn.passed + 1
