"""The front process: builds the house, opens the door, and closes both in good order."""

from __future__ import annotations

import asyncio
import logging
import signal
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection

from bottega_daemon.blobs import Blobs
from bottega_daemon.config import Config, devices_of
from bottega_daemon.errors import BottegaError, Overloaded
from bottega_daemon.jobs.book import Book
from bottega_daemon.jobs.local import LocalExecutor
from bottega_daemon.jobs.pixels import PixelCheck
from bottega_daemon.jobs.service import JobService
from bottega_daemon.rpc.door import announced, kept_word
from bottega_daemon.rpc.generated.v1 import (
    blobs_pb2,
    blobs_pb2_grpc,
    catalog_pb2,
    catalog_pb2_grpc,
    jobs_pb2,
    jobs_pb2_grpc,
    studio_pb2,
    studio_pb2_grpc,
)
from bottega_daemon.rpc.interceptor import Edge
from bottega_daemon.rpc.limits import LIMITS
from bottega_daemon.rpc.menus import Catalog
from bottega_daemon.rpc.servicers.blobs import BlobServicer
from bottega_daemon.rpc.servicers.catalog import CatalogServicer
from bottega_daemon.rpc.servicers.jobs import JobServicer
from bottega_daemon.rpc.servicers.studio import StudioServicer
from bottega_daemon.worker.protocol import Setup

log = logging.getLogger(__name__)

OPTIONS = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", LIMITS.max_patch_bytes + (1 << 20)),
)
"""Keepalive finds dead links from the server's side; without SO_REUSEPORT a second daemon cannot share the port."""
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}
"""Addresses that stand for all, and what to call instead from this machine."""
GRACE = 2.0
"""Seconds that calls have to end when the daemon stops."""
SERVICES = tuple(
    service.full_name
    for file in (blobs_pb2, catalog_pb2, jobs_pb2, studio_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
)


def run(config: Config) -> None:
    """Serve until SIGTERM, SIGINT or Ctrl-C.

    Raises Overloaded when the port or the data folder is taken, BottegaError when the daemon broke down.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(config))


async def serve(config: Config) -> None:
    """Serve until the process is told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(config) as (address, broken):
        log.info("listening on %s", address)
        waits = [asyncio.create_task(event.wait()) for event in (stop, broken)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
    if broken.is_set():
        raise BottegaError("the daemon broke down.", remedy="Start it again; its log tells why.")


@asynccontextmanager
async def serving(config: Config) -> AsyncGenerator[tuple[str, asyncio.Event]]:
    """A daemon within this process; gives its address, and an event that is set if it breaks down.

    Raises Overloaded when the port or the data folder is taken.
    """
    config.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    blobs = Blobs(config.blobs)
    jobs = JobService(Book(config.book), blobs, config.retention_days * 86_400)
    try:
        async with _listening(config, jobs, blobs) as address:
            yield address, jobs.broken
    finally:
        await jobs.stop()


@asynccontextmanager
async def _listening(config: Config, jobs: JobService, blobs: Blobs) -> AsyncGenerator[str]:
    """The gRPC server of a job service, from its first call to its last."""
    token, server_id = kept_word(config.home / "token"), kept_word(config.home / "server_id", lambda: uuid.uuid4().hex)
    catalog = Catalog(config.model_roots)
    server = aio.server(interceptors=(Edge(token),), options=OPTIONS)
    health = health_aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    reflection.enable_server_reflection((*SERVICES, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name), server)
    jobs_pb2_grpc.add_JobServiceServicer_to_server(JobServicer(jobs, catalog, PixelCheck(blobs)), server)
    blobs_pb2_grpc.add_BlobServiceServicer_to_server(BlobServicer(blobs), server)
    catalog_pb2_grpc.add_CatalogServiceServicer_to_server(CatalogServicer(catalog), server)
    studio_pb2_grpc.add_StudioServiceServicer_to_server(StudioServicer(jobs, server_id), server)
    address = _bind(server, config)
    await jobs.start(LocalExecutor(_setups(config), config.worker_command, config.worker_idle, jobs.dispatcher))
    await server.start()
    await _say(health, health_pb2.HealthCheckResponse.SERVING)
    with announced(config.home, address, token, server_id):
        try:
            yield address
        finally:
            await _say(health, health_pb2.HealthCheckResponse.NOT_SERVING)
            jobs.end_watches()
            await server.stop(GRACE)


def _bind(server: aio.Server, config: Config) -> str:
    """Take the port; returns the address at which this machine's own programs reach it."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    try:
        port = server.add_insecure_port(f"{host}:{config.port}")
    except RuntimeError:
        port = 0
    if not port:
        raise Overloaded(
            f"cannot listen on {host}:{config.port}: something else does, or there is no such address.",
            remedy="Stop what listens there, or choose another port with --port (0 takes any free one).",
            field="port",
        )
    return f"{EVERYWHERE.get(host, host)}:{port}"


def _setups(config: Config) -> list[Setup]:
    """What each worker is told first."""
    return [
        Setup(
            device=device,
            blobs=str(config.blobs),
            model_roots=tuple(str(root) for root in config.model_roots),
            dtype=config.dtype,
            memory_budget=config.memory_budget,
            threads=config.threads,
            preview_interval=config.preview_interval,
        )
        for device in devices_of(config.devices)
    ]


async def _say(health: Any, status: int) -> None:
    """Set every service's health."""
    for service in ("", *SERVICES):
        await health.set(service, status)
