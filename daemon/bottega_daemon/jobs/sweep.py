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
PUT_OFF = 5
"""Times in a row that sweeping may wait because jobs run: with SWEEP_EVERY, the hour that a busy studio is given."""
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
    """Sweep now and then until cancelled: when nothing runs, and in a studio that never rests all the same."""
    put_off = 0
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        try:
            _, running = await book.ask(Store.counts)
            if running and put_off < PUT_OFF:
                put_off += 1
                continue
            put_off = 0
            await sweep(book, blobs, retention)
        except Overloaded as error:
            log.error("%s", error)
