"""Bottega in Blender: textures, depth-guided renders, painted by a daemon that owns the GPU."""

# SPDX-License-Identifier: GPL-3.0-or-later

import bpy

from . import editors, operators, panels, preferences, presets, settings, studio, words
from .client import BottegaError

CLASSES = (
    settings.BottegaLora,
    settings.BottegaSettings,
    preferences.BottegaPreferences,
    *operators.CLASSES,
    *presets.CLASSES,
    *panels.CLASSES,
)

HANDLERS = {
    "undo_pre": editors.leaving,
    "redo_pre": editors.leaving,
    "undo_post": editors.undone,
    "redo_post": editors.redone,
    "load_post": editors.forget,
}
"""By the names of Blender's lists of them."""


def _tick() -> float | None:
    """Blender's timer: keep the main thread's part going."""
    here = studio.here()
    here.link.heed()
    return here.main.pump()


def _connect() -> None:
    """Once Blender has started: meet the daemon, so that the panels know it, and read the history."""
    try:
        preferences.session()
        studio.here().history.load()
    except BottegaError as error:
        print(f"Bottega: {words.said(error)}")


def register() -> None:
    """Enable the plug-in."""
    studio.open_studio()
    for each in CLASSES:
        bpy.utils.register_class(each)
    bpy.types.Scene.bottega = bpy.props.PointerProperty(type=settings.BottegaSettings)
    for name, entry in panels.MENUS.items():
        getattr(bpy.types, name).append(entry)
    bpy.app.translations.register(__package__, words.translations())
    for name, handler in HANDLERS.items():
        getattr(bpy.app.handlers, name).append(handler)
    bpy.app.timers.register(_tick, first_interval=0.1, persistent=True)
    if not bpy.app.background:
        bpy.app.timers.register(_connect, first_interval=0.5, persistent=True)  # a file may be opened at once


def unregister() -> None:
    """Disable it, and leave nothing behind but what was made."""
    for timer in (_tick, _connect):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)
    for name, handler in HANDLERS.items():
        handlers = getattr(bpy.app.handlers, name)
        if handler in handlers:  # another add-on may have cleared the list
            handlers.remove(handler)
    editors.forget()
    bpy.app.translations.unregister(__package__)
    for name, entry in panels.MENUS.items():
        getattr(bpy.types, name).remove(entry)
    del bpy.types.Scene.bottega
    for each in reversed(CLASSES):
        bpy.utils.unregister_class(each)
    studio.close_studio()
