"""Operators in the background without a daemon, with one that was never met before, and with one that dies."""

import os
import shutil
import time
from pathlib import Path

import bpy
import numpy as np
import stage

here = stage.enable()
settings = bpy.context.scene.bottega
settings.target, settings.prompt = "IMAGE", "moss"
facts: dict = {}


def tried(operator, **options) -> dict:
    """What came of an operator, and how long it took."""
    begun, said, outcome = time.monotonic(), "", []
    try:
        outcome = list(operator(**options))
    except RuntimeError as error:
        said = str(error)
    return {"said": said, "outcome": outcome, "seconds": time.monotonic() - begun}


# Nobody is there.
known = Path(os.environ["BOTTEGA_HOME"])
os.environ["BOTTEGA_HOME"] = str(stage.OUT / "nowhere")
facts["connect"] = tried(bpy.ops.bottega.connect)
facts["texture"] = tried(bpy.ops.bottega.texture)
facts["state"] = here.works[0].state
image, mask = (bpy.data.images.new(name, 64, 64) for name in ("picture", "mask"))
mask.pixels.foreach_set(np.ones(64 * 64 * 4, np.float32))
settings.mask = mask
facts["unmet"] = tried(bpy.ops.bottega.repaint, image="picture")

# A daemon whose menus nobody has asked for yet.
home = stage.OUT / "home"
home.mkdir()
shutil.copy(known / "daemon.json", home)
os.environ["BOTTEGA_HOME"] = str(home)
here.link.disconnect()
facts["first"] = tried(bpy.ops.bottega.repaint, image="picture")
facts["repainted"] = [work.state for work in here.works if work.params.kind == "inpaint"]
here.link.disconnect()
facts["met"] = tried(bpy.ops.bottega.connect)
facts["menus"] = [here.link.connection.state, here.link.catalog is not None]

# Time runs out.
settings.steps = 400
facts["late"] = tried(bpy.ops.bottega.texture, wait=0.5)
facts["goes_on"] = not here.works[0].ended
bpy.ops.bottega.cancel(number=0)
stage.pump(lambda: here.works[0].ended)
stage.report(**facts)
