"""The button for Smart UV Project on a mesh whose maps are in use: what it makes, leaves, and what is painted there."""

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import material

here = stage.enable()
settings = bpy.context.scene.bottega
settings.prompt, settings.views, settings.texture_size, settings.count = "red brick", 1, "512", 2
facts: dict = {}


def refused(operator) -> str:
    """What an operator says that fails."""
    try:
        operator()
    except RuntimeError as error:
        return str(error)
    return ""


def coordinates(name: str) -> np.ndarray:
    """(c, 2) of a map."""
    layer = cube.data.uv_layers[name]
    values = np.empty(len(layer.uv) * 2, np.float32)
    layer.uv.foreach_get("vector", values)
    return values.reshape(-1, 2)


def chosen() -> list[str]:
    """Which map is edited and which one renders use."""
    maps = cube.data.uv_layers
    return [maps.active.name, next(each.name for each in maps if each.active_render)]


# All faces share one square on the map that renders use; another map is edited.
cube = stage.cube()
cube.data.uv_layers[0].name = "Tiled"
square = np.tile(np.array((0, 0, 1, 0, 1, 1, 0, 1), np.float32), len(cube.data.polygons))
cube.data.uv_layers["Tiled"].uv.foreach_set("vector", square)
cube.data.uv_layers.new(name="Second")
cube.data.uv_layers.active = cube.data.uv_layers["Second"]
cube.data.uv_layers["Second"].uv.foreach_set("vector", square * 0.5)
before = {name: coordinates(name) for name in ("Tiled", "Second")}
facts["refused"] = [refused(bpy.ops.bottega.project), here.works[0].error.fix]
facts["unwrap"] = list(bpy.ops.bottega.unwrap())
facts["maps"] = [each.name for each in cube.data.uv_layers]
facts["kept"] = [bool((coordinates(name) == values).all()) for name, values in before.items()]
facts["chosen"] = chosen()

# The projection is painted there, and shown there by name.
facts["project"] = [refused(bpy.ops.bottega.project), here.works[0].state]
image = material.active_image_node(cube).image
facts["shown_on"] = material.map_of(cube, image)
facts["still"] = chosen()
ours = coordinates("Bottega")
faces = np.zeros(len(cube.data.polygons), bool)
faces[2] = True
cube.data.polygons.foreach_set("select", faces)
bpy.ops.bottega.new_mask(image=image.name, faces=True)
white = np.argwhere(stage.array(settings.mask)[::-1, :, 0] > 0.5)
face = ours[list(cube.data.polygons[2].loop_indices)] * 512
facts["mask"] = [white.min(0).tolist(), white.max(0).tolist()]
facts["face"] = [face.min(0)[::-1].tolist(), face.max(0)[::-1].tolist()]
facts["flip"] = [list(bpy.ops.bottega.variation(image=image.name)), material.active_image_node(cube).image != image]

# What others wear that share no map of ours is as it was; a second press changes our own map alone.
facts["texture"] = list(bpy.ops.bottega.texture())
facts["place"] = material.map_of(cube, material.active_image_node(cube).image)
bpy.ops.bottega.unwrap()
facts["again"] = [[each.name for each in cube.data.uv_layers], chosen()]
facts["kept"] += [bool((coordinates(name) == values).all()) for name, values in before.items()]

# A mesh has eight maps at most.
cube.data.uv_layers.remove(cube.data.uv_layers["Bottega"])
while len(cube.data.uv_layers) < 8:
    cube.data.uv_layers.new()
facts["full"] = [refused(bpy.ops.bottega.unwrap), len(cube.data.uv_layers), chosen()]
stage.report(**facts)
