"""The connection with the daemon, its menus, and whether Blender's user lets plug-ins reach it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextlib import suppress

import bpy

from .client import BottegaError, Connection, Session, Unready, messages, parse_address
from .host import Main

OFFLINE = "Blender may not go online."


class Link:
    """A session with the daemon that the preferences name. All methods are for the main thread and return at once."""

    def __init__(
        self, main: Main, changed: Callable[[], object], left: Callable[[Session, BottegaError], object]
    ) -> None:
        """`left` hears of a session that is given up, and why."""
        self._main = main
        self._changed, self._left = changed, left
        self.connection = Connection("connecting")
        self.session: Session | None = None
        self._catalog: messages.Catalog | None = None
        self._begun: tuple[str, str, str] | None = None

    @property
    def catalog(self) -> messages.Catalog | None:
        """The last menus known, also without a daemon."""
        if self._catalog is None and self.session:
            self._catalog = self.session.known_catalog
        return self._catalog

    def connect(self, address: str = "", token: str = "", person: str = "") -> Session:
        """The session with the daemon of these preferences. Raises BottegaError for one that may not be reached."""
        wanted = (address, token, person)
        self.heed()
        if self.session and self._begun == wanted:
            return self.session
        check_online(address)
        self._leave(Unready("Another daemon was chosen while this was painted.", remedy="Paint it again."))
        self._begun = wanted
        self.session = Session(
            self._main.call,
            address or None,
            token or None,
            person or None,
            on_connection=self._connected,
            on_catalog=self._menus,
        )
        return self.session

    def heed(self) -> None:
        """End the dealings with a daemon elsewhere when Blender may not go online any more; to be called often."""
        if not self._begun or bpy.app.online_access:
            return
        try:
            check_online(self._begun[0])
        except BottegaError as error:
            self._leave(error)
            self._connected(Connection("lost", error))

    def _leave(self, error: BottegaError) -> None:
        if self.session:
            self._left(self.session, error)
        self.disconnect()

    def disconnect(self) -> None:
        """Hang up; jobs go on in the daemon."""
        if self.session:
            self.session.close(patience=0)
        self.session, self._begun, self._catalog = None, None, None
        self.connection = Connection("connecting")

    def _connected(self, connection: Connection) -> None:
        self.connection = connection
        self._changed()

    def _menus(self, catalog: messages.Catalog) -> None:
        self._catalog = catalog
        self._changed()


def check_online(address: str) -> None:
    """Raise unless Blender's user lets plug-ins reach this address; this computer is always reached."""
    if not address:
        return
    host, _ = parse_address(address)
    if not _is_here(host) and not bpy.app.online_access:
        remedy = "Allow Online Access in Preferences > System, or use the daemon of this computer."
        raise Unready(OFFLINE, remedy=remedy, fix="bottega.allow_online")


def _is_here(host: str) -> bool:
    """Whether this is this computer."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
