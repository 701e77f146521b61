"""Operators that help with what is missing: a connection, a daemon, a UV map."""

import bpy

from .. import preferences, studio, unwrapping
from ..client import BottegaError
from .asking import Asking, refuse, waited


class BOTTEGA_OT_connect(bpy.types.Operator, Asking):
    """Connect to the daemon that the preferences name"""

    bl_idname = "bottega.connect"
    bl_label = "Connect"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Begin a session; it goes on trying by itself, also after the operator has waited in vain."""
        link = studio.here().link
        try:
            preferences.session()
            seconds = self.seconds()
            if seconds and not waited(lambda: link.connection.state == "connected" and link.catalog, seconds):
                self.report({"ERROR"}, "The daemon has not answered in time")
                return {"CANCELLED"}
        except BottegaError as error:
            return refuse(self, error)
        studio.here().complaint = None
        return {"FINISHED"}


class BOTTEGA_OT_start_daemon(bpy.types.Operator):
    """Start the daemon of this computer"""

    bl_idname = "bottega.start_daemon"
    bl_label = "Start the Daemon"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where it is known how to."""
        return studio.here().link.connection.startable

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start it; the connection tells how that goes."""
        preferences.session().start_daemon()
        return {"FINISHED"}


class BOTTEGA_OT_allow_online(bpy.types.Operator):
    """Show where Blender is allowed to go online"""

    bl_idname = "bottega.allow_online"
    bl_label = "Open System Preferences"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """The choice is the user's."""
        context.preferences.active_section = "SYSTEM"
        return bpy.ops.screen.userpref_show()


class BOTTEGA_OT_unwrap(bpy.types.Operator):
    """Give the active mesh a UV map by Smart UV Project, beside those that it has"""

    bl_idname = "bottega.unwrap"
    bl_label = "Smart UV Project"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a mesh has one."""
        return context.object is not None and context.object.type == "MESH"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Unwrap all faces that are not hidden; mode and selection are as they were, other objects are left alone."""
        try:
            unwrapping.unwrap(context, context.object)
        except BottegaError as error:
            return refuse(self, error)
        studio.here().complaint = None
        return {"FINISHED"}


CLASSES = (
    BOTTEGA_OT_connect,
    BOTTEGA_OT_start_daemon,
    BOTTEGA_OT_allow_online,
    BOTTEGA_OT_unwrap,
)
