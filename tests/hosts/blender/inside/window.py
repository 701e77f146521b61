"""A Blender with a window, for pictures of its panels: python -m scripts.blender_window.

It tells the outside what it needs by files in its folder: `shot-NAME` for a picture of the screen, `daemon` for one.
"""

import math
import sys
import traceback
from pathlib import Path

import bpy
from bl_ext.user_default.bottega import studio

OUT = Path(sys.argv[-1])


def area(kind: str) -> bpy.types.Area:
    """The first area of a kind."""
    return next(each for each in bpy.context.window_manager.windows[0].screen.areas if each.type == kind)


def sidebar(kind: str) -> None:
    """Show our tab."""
    for region in area(kind).regions:
        if region.type == "UI":
            region.active_panel_category = "Bottega"


def split() -> None:
    """An Image Editor beside the 3D View."""
    view = area("VIEW_3D")
    region = next(each for each in view.regions if each.type == "WINDOW")
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0], area=view, region=region):
        bpy.ops.screen.area_split(direction="VERTICAL", factor=0.56)
    other = [each for each in bpy.context.window_manager.windows[0].screen.areas if each.type == "VIEW_3D"][-1]
    other.type = "IMAGE_EDITOR"
    for each in (area("VIEW_3D"), other):
        each.spaces.active.show_region_ui = True


def scene() -> None:
    """A head with a UV map."""
    for thing in list(bpy.data.objects):
        if thing.type == "MESH":
            bpy.data.objects.remove(thing)
    bpy.ops.mesh.primitive_monkey_add(size=3, rotation=(0, 0, math.radians(20)))
    head = bpy.context.object
    head.modifiers.new("Subdivision", "SUBSURF").levels = 2
    bpy.ops.object.modifier_apply(modifier="Subdivision")
    bpy.ops.object.shade_smooth()
    bpy.ops.bottega.unwrap()


def frame() -> None:
    """Look at what is selected, from a little above."""
    view = area("VIEW_3D")
    region = next(each for each in view.regions if each.type == "WINDOW")
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0], area=view, region=region):
        bpy.ops.view3d.view_axis(type="FRONT")
        bpy.ops.view3d.view_selected()
    view.spaces.active.region_3d.view_rotation = (0.78, 0.56, 0.17, 0.22)


def shown(name: str):
    """Wait until the outside has taken a picture."""
    for kind in ("VIEW_3D", "IMAGE_EDITOR"):
        sidebar(kind)
    yield 1.5
    path = OUT / f"shot-{name}"
    path.touch()
    while path.exists():
        yield 0.1


def until(true):
    """Wait for something."""
    while not true():
        yield 0.1


def steps():
    """What an artist would do; each number is so many seconds of rest."""
    split()
    scene()
    view = area("VIEW_3D")
    region = next(each for each in view.regions if each.type == "WINDOW")
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0], area=view, region=region):
        bpy.ops.view3d.view_axis(type="FRONT")
        bpy.ops.view3d.view_selected()
    view.spaces.active.region_3d.view_rotation = (0.78, 0.56, 0.17, 0.22)
    yield 1.0
    here, settings = studio.here(), bpy.context.scene.bottega
    settings.steps, settings.guidance, settings.random_seed, settings.seed = 20, 5.0, False, 3
    yield from until(lambda: here.link.connection.state == "lost")
    yield from shown("offline")
    (OUT / "daemon").touch()
    yield from until(lambda: here.link.connection.state == "connected")
    settings.prompt, settings.count = "green marble", 2
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0], area=area("VIEW_3D")):
        bpy.ops.bottega.texture()
        yield from until(lambda: here.works[0].ended)
        settings.prompt, settings.count, settings.texture_size = "orange checkerboard", 1, "1024"
        bpy.ops.bottega.project()
        yield from until(lambda: here.works[0].state == "running" and here.works[0].fraction > 0.5)
        yield from shown("running")
        yield from until(lambda: here.works[0].ended)
    area("IMAGE_EDITOR").spaces.active.image = bpy.data.images[here.works[0].results[0]]
    area("VIEW_3D").spaces.active.shading.type = "MATERIAL"
    yield 8.0
    yield from shown("results")
    view = bpy.context.preferences.view
    view.language = next(name for name in ("de", "de_DE") if name in bpy.app.translations.locales)
    view.use_translate_interface = view.use_translate_tooltips = True
    yield from shown("german")


RUNNING = steps()


def go() -> float | None:
    """Blender's timer: the next step."""
    try:
        return next(RUNNING)
    except StopIteration:
        pass
    except Exception:
        traceback.print_exc()
    (OUT / "end").touch()
    bpy.ops.wm.quit_blender()
    return None


bpy.app.timers.register(go, first_interval=3.0)
