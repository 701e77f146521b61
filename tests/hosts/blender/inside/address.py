"""A daemon whose address is typed into the preferences: reached, not reached, not let in, and not allowed."""

import json
import os
from pathlib import Path

import bpy
import stage
from bl_ext.user_default import bottega as launched
from bl_ext.user_default.bottega import words
from bl_ext.user_default.bottega.host import PACKAGE
from bl_ext.user_default.bottega.panels import sidebar
from bl_ext.user_default.bottega.params import Params

here = stage.enable()
settings = bpy.context.scene.bottega
settings.prompt, settings.target = "moss", "IMAGE"
wishes = bpy.context.preferences.addons[PACKAGE].preferences
told = json.loads((Path(os.environ["BOTTEGA_HOME"]) / "daemon.json").read_text())
os.environ["BOTTEGA_HOME"] = str(stage.OUT / "nowhere")  # nothing tells where a daemon is but what is typed


def connected(address, token=""):
    """What comes of an address: the connection's state, and what the panel says of it."""
    wishes.address, wishes.token = address, token
    try:
        bpy.ops.bottega.connect(wait=0)
    except RuntimeError as error:
        return ["refused", str(error)]
    stage.pump(lambda: here.link.connection.state in ("connected", "lost"))
    error = here.link.connection.error
    shown = " ".join(stage.draw(sidebar.BOTTEGA_PT_main))
    return [here.link.connection.state, words.said(error) if error else "", shown]


class Preferences:
    """Stands in for Blender's panel."""

    def __init__(self):
        self.layout, self.address, self.bl_rna = stage.Layout(), wishes.address, wishes.bl_rna


def drawn():
    """What the preferences show."""
    seen = Preferences()
    type(wishes).draw(seen, bpy.context)
    return " ".join(seen.layout.seen)


facts = {"typed": connected(told["address"], told["token"])}
facts["job"], facts["state"] = list(bpy.ops.bottega.texture()), here.works[0].state
facts["shown"] = drawn()
facts["nobody"] = connected("127.0.0.1:9")
facts["stranger"] = connected(told["address"], "not this one")
facts["garbled"] = connected("studio box:door")
facts["away"] = connected("studio-box:7868")
facts["away_shown"] = drawn()
facts["left"] = [here.complaint.fix, here.link.session is None or "studio-box" not in here.link._begun[0]]
bpy.context.preferences.system.use_online_access = True
wishes.address = "bottega.invalid:7868"
facts["allowed"] = [list(bpy.ops.bottega.connect(wait=0)), here.link._begun[0]]
stage.pump(lambda: here.link.connection.state == "lost")
facts["unreached"] = words.said(here.link.connection.error)
bpy.context.preferences.system.use_online_access = False
facts["barred"] = [launched._tick() > 0, here.link.session is None, words.said(here.link.connection.error)]
facts["barred_shown"] = " ".join(stage.draw(sidebar.BOTTEGA_PT_main))


def refused():
    """What a job is told."""
    try:
        bpy.ops.bottega.texture()
    except RuntimeError as error:
        return str(error)
    return ""


facts["barred_job"] = refused()
bpy.context.preferences.system.use_online_access = True
bpy.ops.bottega.connect(wait=0)
work = here.work(Params(), here.link.session, lambda *_: None)
bpy.context.preferences.system.use_online_access = False
facts["barred_job_again"] = [refused(), here.link.session is None, work.state, words.said(work.error)]
facts["again"] = connected(told["address"], told["token"])
stage.report(**facts)
