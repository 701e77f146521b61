"""CatalogService: everything that a menu shows."""

from __future__ import annotations

import asyncio
from typing import Any

from grpc import aio

from bottega_daemon.rpc.convert.menus import catalog_message
from bottega_daemon.rpc.generated.v1 import catalog_pb2 as pb
from bottega_daemon.rpc.generated.v1 import catalog_pb2_grpc
from bottega_daemon.rpc.menus import Catalog


class CatalogServicer(catalog_pb2_grpc.CatalogServiceServicer):
    """See protos/bottega/v1/catalog.proto."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def GetCatalog(
        self, request: pb.GetCatalogRequest, context: aio.ServicerContext[Any, Any]
    ) -> pb.GetCatalogResponse:
        """The catalog, unless the caller has it."""
        catalog = await asyncio.to_thread(lambda: catalog_message(self._catalog.menus()))
        same = request.known_version == catalog.version
        return pb.GetCatalogResponse(version=catalog.version, catalog=None if same else catalog)
