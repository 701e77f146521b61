"""The token that lets this machine's own clients in: made once, whole, and never empty."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bottega_daemon.rpc.door import kept_word


def test_a_word_is_made_once_and_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "token"
    word = kept_word(path)
    assert len(word) >= 32
    assert kept_word(path) == word
    assert kept_word(path, lambda: "other") == word
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("left", [b"", b"\n", b"half-a-token", b"\xff" * 64])
def test_what_is_not_a_whole_word_counts_as_missing(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "token"
    path.write_bytes(left)
    word = kept_word(path)
    assert len(word) >= 32
    assert kept_word(path) == path.read_text() == word
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_word_is_on_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "token"
    synced: list[tuple[int, bool]] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append((os.fstat(handle).st_size, path.exists())))
    word = kept_word(path)
    assert synced == [(len(word), False)]
