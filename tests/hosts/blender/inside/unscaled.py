"""A daemon without an upscaler, and then one that has one while the menus of the first are remembered."""

import os
import shutil

import bpy
import stage
from bl_ext.user_default.bottega import preferences
from bl_ext.user_default.bottega.panels import entries, image, sidebar
from images import blobs, painted

here = stage.enable()
facts: dict = {}
mine = painted("mine", blobs(32, 24, 3), alpha=False)
stage.editor(0).image = mine
node = stage.cube()
node.data.materials.append(bpy.data.materials.new("own"))


def drawn() -> list:
    """What offers it: the Image Editor's panel, the 3D View's, the menu."""
    places = (image.BOTTEGA_PT_image, sidebar.BOTTEGA_PT_texture, entries.in_image_menu)
    return ["Upscale Image" in stage.draw(place) for place in places]


facts["unmet"] = drawn()
try:
    bpy.ops.bottega.upscale(image="mine")
except RuntimeError as error:
    facts["refused"] = str(error)
facts["drawn"], facts["panel"] = drawn(), " ".join(stage.draw(image.BOTTEGA_PT_image))
here.link.disconnect()
shutil.copy(stage.OUT / "daemon.json", os.environ["BOTTEGA_HOME"])
preferences.session()
facts["remembered"] = len(here.link.catalog.upscalers)
facts["outcome"] = list(bpy.ops.bottega.upscale(image="mine"))
stage.report(**facts)
