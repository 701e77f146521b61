"""Projection: by its functions with pictures that are known, and as an artist asks for it."""

import bmesh
import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega.params import Params
from bl_ext.user_default.bottega.projection.reading import Target, Wish, read
from bl_ext.user_default.bottega.projection.sights import seen
from bl_ext.user_default.bottega.scene import gather, views
from bl_ext.user_default.bottega.scene.atlas import look, paint, painted, weights
from mathutils import Matrix

here = stage.enable()
settings = bpy.context.scene.bottega
facts: dict = {}

cube = stage.cube("Cube", rotation=(0.3, 0.2, 0.7))
bpy.ops.mesh.primitive_uv_sphere_add(radius=0.4, location=(0.9, -2.5, 0.2))
bpy.context.object.name = "Ball"
camera = stage.camera((0, -7, 0), (90, 0, 0), lens=60.0)
graph = bpy.context.evaluated_depsgraph_get


view = views.of_camera(camera, graph(), 256, 256)


def begun(size: int) -> Target:
    """The cube, read for a projection from the camera."""
    found = gather.Scene()
    for _ in gather.gather(graph, found):
        pass
    wish = Wish("Cube", size, Params(kind="projection"), cube.session_uid, (view,))
    return read(wish, found)


state = begun(1024)
now = seen(state, view)
ys, xs = np.mgrid[:256, :256]
checker = np.repeat((((ys // 32 + xs // 32) % 2) * 0.5 + 0.25)[..., None], 3, 2)
checker[..., 1] = xs / 255.0
weight, x, y = weights(state.texels, now.view, now.surface, now.mine)
paint(state.texels, checker, weight, x, y)
again, known = look(state.texels, now.surface, state.world.uv, now.mine)
some = known > 0
facts["psnr"] = float(-10 * np.log10(((again - checker)[some] ** 2).mean()))
facts["seen_again"], facts["mine"] = float(some.mean()), float(now.mine.mean())
behind = (state.texels.points @ now.view.camera[:3, :3].T + now.view.camera[:3, 3])[weight > 0]
ray = behind / -behind[:, 2:] * (7 - 2.5)  # where the texel's ray passes the ball
facts["closest_to_ball"] = float(np.hypot(ray[:, 0] - 0.9, ray[:, 1] - 0.2).min())
np.save(stage.OUT / "again.npy", again)

plain = begun(256)
now = seen(plain, view)
paint(plain.texels, np.full((256, 256, 3), 0.25), *weights(plain.texels, now.view, now.surface, now.mine))
full = painted(plain.texels)
facts["all_filled"] = float(np.abs(full - 0.25).max())

settings.prompt, settings.seed, settings.random_seed = "red brick", 5, False
settings.views, settings.texture_size = 3, "512"
bpy.context.view_layer.objects.active = cube
other_slots = len(bpy.data.objects["Ball"].material_slots)
before = stage.everything()
facts["outcome"] = list(bpy.ops.bottega.project())
after = stage.everything()
facts["changed"] = sorted(
    name for name in before if before[name] != after.get(name) and not name.startswith(("images.", "materials."))
)
facts["other"] = [other_slots, len(bpy.data.objects["Ball"].material_slots)]
image = cube.active_material.node_tree.nodes.active.image
facts["shows"] = [image.name == here.works[0].results[0], *image.size, bool(image.packed_file)]
np.save(stage.OUT / "texture.npy", stage.array(image)[..., :3])


def refused() -> str:
    """What is said of the active object."""
    try:
        bpy.ops.bottega.project()
    except RuntimeError as error:
        return str(error)
    return ""


second = stage.camera((0, 7, 0), (90, 0, 180), lens=60.0)
for thing in (camera, second, cube):
    thing.select_set(True)
settings.views_from, settings.count, settings.outlines = "SELECTED", 2, 0.5
facts["selected"] = list(bpy.ops.bottega.project())
names = list(here.works[0].results)
facts["variations"] = [cube.active_material.node_tree.nodes.active.image.name == names[0], len(set(names))]
facts["flip"] = list(bpy.ops.bottega.variation(image=names[0]))
facts["flipped"] = cube.active_material.node_tree.nodes.active.image.name == names[1]
settings.views_from, settings.count, settings.outlines, settings.texture_size = "AROUND", 1, 0.0, "2048"
bpy.ops.bottega.use_again(image=names[0])
facts["again"] = [settings.views_from, settings.texture_size, round(settings.outlines, 3)]
settings.views_from, settings.outlines = "AROUND", 0.0

faces = np.zeros(len(cube.data.polygons), bool)
faces[2] = True
cube.data.polygons.foreach_set("select", faces)
facts["mask"] = list(bpy.ops.bottega.new_mask(image=names[0], faces=True))
np.save(stage.OUT / "mask.npy", stage.array(settings.mask)[..., 0])
bpy.ops.object.mode_set(mode="EDIT")
bpy.ops.mesh.select_all(action="DESELECT")
edited = bmesh.from_edit_mesh(cube.data)
edited.faces.ensure_lookup_table()
edited.faces[2].select_set(True)
bmesh.update_edit_mesh(cube.data)
bpy.ops.bottega.new_mask(image=names[0], faces=True)
bpy.ops.object.mode_set(mode="OBJECT")
facts["in_edit_mode"] = bool((stage.array(settings.mask)[..., 0] == np.load(stage.OUT / "mask.npy")).all())
facts["meshes"] = sorted(each.name for each in bpy.data.meshes)
corners = [cube.data.uv_layers.active.uv[k].vector[:] for k in cube.data.polygons[2].loop_indices]
facts["face"] = [list(each) for each in corners]
faces[:] = False
cube.data.polygons.foreach_set("select", faces)


def unmasked() -> str:
    """What is said where no face is selected."""
    try:
        bpy.ops.bottega.new_mask(image=names[0], faces=True)
    except RuntimeError as error:
        return str(error)
    return ""


facts["no_face"] = unmasked()
mirror = cube.modifiers.new("mirror", "MIRROR")
cube.data.transform(Matrix.Translation((2, 0, 0)))
facts["mirrored"] = refused()
cube.modifiers.remove(mirror)
uv = np.tile(np.array((0, 0, 1, 0, 1, 1, 0, 1), np.float32), len(cube.data.polygons))
cube.data.uv_layers[0].uv.foreach_set("vector", uv)
facts["overlapping"] = refused()
cube.data.uv_layers[0].uv.foreach_set("vector", np.full(len(cube.data.loops) * 2, 1.5, np.float32))
facts["outside"] = refused()
faces[2] = True
cube.data.polygons.foreach_set("select", faces)
before = settings.mask
facts["face_outside"] = [unmasked(), settings.mask == before]
while cube.data.uv_layers:
    cube.data.uv_layers.remove(cube.data.uv_layers[0])
facts["bare"] = refused()
stage.report(**facts)
