"""Two windows of one Blender: each shows a scene of its own, and is worked in while jobs of the other end."""

import bpy
import windowed
from bl_ext.user_default.bottega import undo


def opened():
    """A second window, with a scene of its own."""
    with windowed.within(windowed.area("VIEW_3D")):
        bpy.ops.wm.window_new_main()
    yield 1.0
    second = bpy.context.window_manager.windows[1]
    second.scene = bpy.data.scenes.new("Other")
    return second


def closed(second):
    """Leave one window."""
    with bpy.context.temp_override(window=second):
        bpy.ops.wm.window_close()
    yield 1.0


def elsewhere(facts):
    """What hinders a step while a mesh of another scene is edited in another window."""
    second = yield from opened()
    mesh = bpy.data.objects.new("Edited", bpy.data.meshes.new("Edited"))
    second.scene.collection.objects.link(mesh)
    second.view_layer.objects.active = mesh
    found = [undo.hindrance()]
    for _ in range(2):
        with bpy.context.temp_override(window=second):
            bpy.ops.object.editmode_toggle()
        found.append(undo.hindrance())
    facts["elsewhere"] = found
    yield from closed(second)


def asked(second, operator, **settings):
    """A job that is asked for in the second window."""
    for name, value in settings.items():
        setattr(second.scene.bottega, name, value)
    area = next(each for each in second.screen.areas if each.type == "VIEW_3D")
    with bpy.context.temp_override(window=second, area=area):
        operator()


def images(window):
    """What the Image Editors of a window show."""
    spaces = [each.spaces.active for each in window.screen.areas if each.type == "IMAGE_EDITOR"]
    return {space.image.name if space.image else "" for space in spaces}


def both(facts, here):
    """A texture and a render for the second window's scene, while the first one's is worked in."""
    first, second = windowed.window(), (yield from opened())
    own, there = (bpy.data.objects.new(name, bpy.data.meshes.new(name)) for name in ("Own", "There"))
    square = [(-1, 0, -1), (1, 0, -1), (1, 0, 1), (-1, 0, 1)]
    for thing, scene in ((own, first.scene), (there, second.scene)):
        thing.data.from_pydata(square, [], [(0, 1, 2, 3)])
        thing.data.uv_layers.new()
        scene.collection.objects.link(thing)
    rig = first.view_layer.objects.active
    second.view_layer.objects.active = there
    eye = bpy.data.objects.new("Eye", bpy.data.cameras.new("Eye"))
    eye.location.y, eye.rotation_euler.x = -5, 1.5708
    second.scene.collection.objects.link(eye)
    second.scene.camera = eye
    with bpy.context.temp_override(window=first):
        bpy.ops.ed.undo_push(message="Two scenes")
    small = {"prompt": "moss", "steps": 2, "width": 128, "height": 128}
    asked(second, bpy.ops.bottega.texture, target="MATERIAL", **small)
    work = here.works[0]
    rig.location.x = 3.0
    with bpy.context.temp_override(window=first):
        bpy.ops.ed.undo_push(message="Moved")
    yield from windowed.until(lambda: work.ended)
    worn = [[slot.material is not None for slot in thing.material_slots] for thing in (own, there)]
    facts["two"] = {"texture": [work.state, *worn, first.scene.name != second.scene.name]}
    asked(second, bpy.ops.bottega.render)
    yield from windowed.until(lambda: here.works[0].ended)
    render = here.works[0]
    facts["two"]["render"] = [render.state, sum(images(each) == set(render.results) for each in (first, second))]
    for _ in range(2):
        with bpy.context.temp_override(window=first):
            bpy.ops.ed.undo()
        yield 0.5
    things = bpy.data.objects
    made = [sum(each.get("bottega_job") == job.mark for each in bpy.data.images) for job in (work, render)]
    facts["two"]["undone"] = [made, len(things["There"].material_slots), things["Rig"].location.x]
    yield from closed(bpy.context.window_manager.windows[1])
