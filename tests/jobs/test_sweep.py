"""What has expired goes, what a job needs stays, however busy the studio is."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from bottega_daemon.blobs import Blobs
from bottega_daemon.jobs import sweep as sweep_module
from bottega_daemon.jobs.book import Book
from bottega_daemon.jobs.store import Store
from bottega_daemon.jobs.sweep import BLOB_GRACE, PUT_OFF, sweep, sweep_forever
from tests.jobs.kit import accept, picture, spec, wish


@pytest.mark.parametrize(("busy", "slept"), [(False, 1), (True, PUT_OFF + 1)])
def test_housekeeping_waits_for_a_quiet_moment_but_not_for_ever(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, busy: bool, slept: int
) -> None:
    naps: list[float] = []
    swept: list[int] = []

    class Quick:
        """The store without its thread."""

        async def ask(self, method: Callable[[Store], object]) -> object:
            return method(store)

    async def nap(seconds: float) -> None:
        if len(swept) == 2:
            raise asyncio.CancelledError
        naps.append(seconds)

    async def note(*_: object) -> None:
        swept.append(len(naps))

    if busy:
        store.claim(accept(store), 2.0)
    monkeypatch.setattr(sweep_module, "sweep", note)
    monkeypatch.setattr(sweep_module.asyncio, "sleep", nap)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(sweep_forever(cast(Book, Quick()), Blobs(tmp_path), 50.0))
    assert swept == [slept, 2 * slept]


def test_old_jobs_go_with_their_pixels_and_fresh_or_needed_pixels_stay(tmp_path: Path) -> None:
    asyncio.run(_sweep(tmp_path))


async def _sweep(home: Path) -> None:
    book, blobs = Book(home / "book.sqlite3"), Blobs(home / "blobs")
    old, needed, fresh = (blobs.write(data) for data in (b"old", b"needed", b"fresh"))
    long_ago = time.time() - 2 * BLOB_GRACE
    for digest in (old, needed):
        os.utime(blobs.path(digest), (long_ago, long_ago))
    for digest, ended in ((old, time.time() - 100), (needed, time.time())):
        job_id = (await book.ask(Store.accept, wish(spec()), ended)).job.job_id
        await book.ask(Store.claim, job_id, ended)
        await book.ask(Store.add_picture, job_id, picture(digest=digest), ended)
        await book.ask(Store.succeed, job_id, 1.0, 1, 0, ended)
    await sweep(book, blobs, retention=50)
    assert [blobs.path(digest).exists() for digest in (old, needed, fresh)] == [False, True, True]
    assert len(await book.ask(Store.jobs, "ada", (), 9, 2**62)) == 1
    book.close()
