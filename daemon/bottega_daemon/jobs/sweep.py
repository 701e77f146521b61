"""Housekeeping: jobs that ended long ago are forgotten, and pixels that no job names with them."""

from __future__ import annotations

import asyncio
import logging
import time

from bottega_daemon.blobs import Blobs
from bottega_daemon.errors import Overloaded
from bottega_daemon.jobs.book import Book
from bottega_daemon.jobs.store import Store

log = logging.getLogger(__name__)

SWEEP_EVERY = 600.0
BLOB_GRACE = 2 * 3600.0
"""Seconds for which pixels that no job names are kept: the contract promises an hour after FindMissing."""


async def sweep(book: Book, blobs: Blobs, retention: float) -> None:
    """Forget jobs that ended more than `retention` seconds ago, and the pixels that nobody needs any more."""
    jobs = await book.ask(Store.expire, time.time() - retention)
    kept = await book.ask(Store.kept)
    gone = await asyncio.to_thread(blobs.sweep, kept, BLOB_GRACE)
    if jobs or gone:
        log.info("forgot %d jobs and %d blobs", jobs, gone)


async def sweep_forever(book: Book, blobs: Blobs, retention: float) -> None:
    """Sweep now and then, when nothing runs, until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        try:
            _, running = await book.ask(Store.counts)
            if not running:
                await sweep(book, blobs, retention)
        except Overloaded as error:
            log.error("%s", error)
