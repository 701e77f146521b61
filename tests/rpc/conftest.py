"""What tests of the wire are given: a daemon that they do no harm to, and somebody who calls it."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.daemon import Daemon
from tests.jobs.kit import paper_models
from tests.rpc.caller import Caller, fake_daemon


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model root of paper."""
    return paper_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def shared(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Daemon, Caller]]:
    """One daemon for all tests that do it no harm."""
    with fake_daemon(tmp_path_factory.mktemp("home"), models) as both:
        yield both


@pytest.fixture
def caller(shared: tuple[Daemon, Caller]) -> Caller:
    """Somebody at the shared daemon."""
    return shared[1]
