"""Where the daemon is: nothing for the one of this computer."""

import bpy
from bpy.props import StringProperty

from . import studio
from .client import BottegaError, Session


class BottegaPreferences(bpy.types.AddonPreferences):
    """The plug-in's own preferences."""

    bl_idname = __package__

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
            studio.check_online(self.address)
        except BottegaError as error:
            self.layout.label(text=str(error), icon="ERROR")


def session() -> Session:
    """The session with the daemon that the preferences name. Raises BottegaError where Blender may not reach it."""
    found = bpy.context.preferences.addons.get(__package__)
    wishes = found.preferences if found else None
    if wishes is None:  # run from source, not enabled as an extension
        return studio.here().connect()
    return studio.here().connect(wishes.address.strip(), wishes.token.strip(), wishes.person.strip())
