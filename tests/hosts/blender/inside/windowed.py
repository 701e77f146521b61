"""What scripts in a Blender with a window share: its areas, and steps that leave Blender time to draw.

They tell the outside what they need by files in their folder, `OUT`.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import bpy

OUT = Path(sys.argv[-1])


def window() -> bpy.types.Window:
    """The only one."""
    return bpy.context.window_manager.windows[0]


def area(kind: str) -> bpy.types.Area:
    """The first area of a kind."""
    return next(each for each in window().screen.areas if each.type == kind)


def within(where: bpy.types.Area):
    """A context in an area's main region."""
    region = next(each for each in where.regions if each.type == "WINDOW")
    return bpy.context.temp_override(window=window(), area=where, region=region)


def split() -> None:
    """An Image Editor beside the 3D View, both with their sidebars."""
    with within(area("VIEW_3D")):
        bpy.ops.screen.area_split(direction="VERTICAL", factor=0.56)
    other = [each for each in window().screen.areas if each.type == "VIEW_3D"][-1]
    other.type = "IMAGE_EDITOR"
    for each in (area("VIEW_3D"), other):
        each.spaces.active.show_region_ui = True


def sidebars() -> None:
    """Show our tab."""
    for kind in ("VIEW_3D", "IMAGE_EDITOR"):
        for region in area(kind).regions:
            if region.type == "UI":
                region.active_panel_category = "Bottega"


def until(true: Callable[[], object]) -> Iterator[float]:
    """Wait for something."""
    while not true():
        yield 0.1


def german() -> None:
    """Have Blender speak German."""
    view = bpy.context.preferences.view
    view.language = next(name for name in ("de", "de_DE") if name in bpy.app.translations.locales)
    view.use_translate_interface = view.use_translate_tooltips = True


def run(steps: Iterator[float]) -> None:
    """Do what an artist would do: each number is so many seconds of rest. Then leave."""

    def go() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            pass
        except Exception:
            traceback.print_exc()
        (OUT / "end").touch()
        bpy.ops.wm.quit_blender()
        return None

    bpy.app.timers.register(go, first_interval=3.0)
