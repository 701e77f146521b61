"""Where the daemon is: nothing for the one of this computer."""

import bpy
from bpy.props import StringProperty

from . import studio
from .client import BottegaError, Session
from .host import PACKAGE
from .link import check_online
from .panels.parts import draw_error


class BottegaPreferences(bpy.types.AddonPreferences):
    """The plug-in's own preferences."""

    bl_idname = PACKAGE

    address: StringProperty(
        name="Address", description="host:port of a daemon elsewhere; empty: the one of this computer"
    )
    token: StringProperty(name="Token", description="What lets you in there", subtype="PASSWORD")
    person: StringProperty(name="Name", description="Who the jobs are for, where several share a daemon")

    def draw(self, context: bpy.types.Context) -> None:
        """The fields, and whether the address may be reached."""
        for name in ("address", "token", "person"):
            self.layout.prop(self, name)
        row = self.layout.row()
        row.operator("bottega.connect")
        try:
            check_online(self.address)
        except BottegaError as error:
            draw_error(self.layout, error)


def session() -> Session:
    """The session with the daemon that the preferences name. Raises BottegaError where Blender may not reach it."""
    found = bpy.context.preferences.addons.get(PACKAGE)
    wishes = found.preferences if found else None
    if wishes is None:  # registered by a script, not enabled as an extension
        return studio.here().link.connect()
    return studio.here().link.connect(wishes.address.strip(), wishes.token.strip(), wishes.person.strip())
