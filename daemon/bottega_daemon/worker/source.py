"""Where a loop gets its models from: all that it knows of `worker.loader`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from bottega_daemon.tasks.stages import Load, Models


class ModelSource(Protocol):
    """Brings models into memory and keeps them there while jobs hold them."""

    def load(self, wanted: Load, wake: Callable[[], None]) -> Future[Models]:
        """A future of Models, held until `release`; `wake` is called when it is done."""
        ...

    def release(self, models: Models) -> None:
        """The job that held them has ended."""
        ...

    def free(self) -> None:
        """Let go of every model that no job holds."""
        ...

    def held(self) -> tuple[tuple[str, ...], int]:
        """Names of the models in memory, and their bytes."""
        ...
