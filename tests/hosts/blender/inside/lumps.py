"""Results so large that they are copied in slices, while the user works, undoes and cancels."""

import time

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import arrivals, texture
from bl_ext.user_default.bottega.client import Picture, Pixels
from bl_ext.user_default.bottega.params import Params

here = stage.enable()
facts: dict = {}
NOISE = np.random.default_rng(1).integers(0, 255, (1024, 1024, 3), np.uint8)
slices: list[int] = []
copy = arrivals.copy


def copied(work):
    """Note how many files a slice copies."""
    before = len(work.copies)
    copy(work)
    slices.append(len(work.copies) - before)


arrivals.copy = copied
cube = stage.cube()
bpy.ops.ed.undo_push(message="begin")


def free(until):
    """Keep the plug-in going as Blender's timer does."""
    deadline = time.monotonic() + stage.PATIENCE
    while not until():
        assert time.monotonic() < deadline
        time.sleep(min(here.main.pump(), 0.01))


def move(number):
    """An edit of the user's."""
    bpy.ops.transform.translate("EXEC_DEFAULT", True, value=(number, 0, 0))


def there(work):
    """The user's cube; a job's images, those that are hidden, the material worn."""
    thing = bpy.data.objects["Cube"]
    ours = sum(each.get("bottega_job") == work.mark for each in bpy.data.images)
    hidden = [each.users for each in bpy.data.images if each.name.startswith(arrivals.HIDDEN)]
    return [round(thing.location.x), ours, hidden, bool(thing.material_slots and thing.material_slots[0].material)]


def recipe():
    """Two pictures with maps, of noise, which no file makes smaller."""
    for seed in range(2):
        yield texture.made_of(Picture("", seed, seed, Pixels.of(NOISE)), Params(), (True, True))


def arriving():
    """A job whose first files are copied."""
    where = texture.goal("MATERIAL", True, bpy.data.objects["Cube"])
    work = here.work(Params(), here.link.connect(), lambda work, made: texture.delivered(work, made, where))
    slices.clear()
    here.begin(work, recipe)
    free(lambda: work.copies)
    return work


work = arriving()
facts["copying"] = [work.ended, 0 < len(work.copies) < 8, there(work)[1], there(work)[3]]
move(1)
begun = len(work.copies)
free(lambda: work.ended)
facts["came"], facts["slices"] = there(work), slices[:]
images = [each for each in bpy.data.images if each.get("bottega_job") == work.mark]
facts["spaces"] = sorted({(each["bottega_role"], each.colorspace_settings.name) for each in images})
facts["equal"] = [
    bool((np.rint(stage.array(each)[..., :3] * 255) == NOISE).all())
    for each in images
    if each["bottega_role"] == "color"
]
facts["undone"] = []
for _ in range(2):
    bpy.ops.ed.undo()
    facts["undone"].append(there(work))
facts["begun"] = begun

move(2)
work = arriving()
bpy.ops.ed.undo()
free(lambda: work.ended)
facts["undone_meanwhile"] = [work.state, there(work)]

work = arriving()
bpy.ops.bottega.cancel(number=work.number)
facts["cancelled"] = [work.state, there(work)[1:3]]
stage.report(**facts)
