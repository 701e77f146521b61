"""What tests of the book are given: an empty book."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from bottega_daemon.jobs.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    """An empty book."""
    book = Store(tmp_path / "book.sqlite3")
    yield book
    book.close()
