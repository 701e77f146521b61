"""A job whose daemon is killed while it is painted, and started again."""

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega.panels import sidebar

here = stage.enable()
settings = bpy.context.scene.bottega
settings.target, settings.steps = "IMAGE", 60
settings.prompt, settings.seed, settings.random_seed = "red brick", 7, False
bpy.ops.bottega.texture(wait=0)
work = here.works[0]
stage.pump(lambda: work.state == "running" and work.fraction > 0)
(stage.OUT / "running").touch()
stage.pump(lambda: here.link.connection.state == "lost")
facts = {"ended_meanwhile": work.ended, "says": stage.draw(sidebar.BOTTEGA_PT_main)}
(stage.OUT / "lost").touch()
stage.pump(lambda: work.ended)
stage.pump(lambda: here.link.connection.state == "connected")
np.save(stage.OUT / "picture.npy", stage.array(bpy.data.images[work.results[0]])[..., :3])
stage.report(state=work.state, **facts)
