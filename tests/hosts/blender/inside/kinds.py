"""Images of every kind enlarged: what is sent, what comes, and what Blender makes of its file."""

import json

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import arrivals, exact, exr, pixels
from bl_ext.user_default.bottega.params import KEY
from images import blobs, filed, painted, stored

here = stage.enable()
settings = bpy.context.scene.bottega
facts: dict = {"kinds": {}}
rgb, rgba = blobs(45, 33, 3), blobs(45, 33, 4)
rgba[:6, :6, 3], rgba[20:, 30:, 3] = 0.0, 1.0
eight = np.rint(rgba * 255).astype(np.uint8)
sixteen = np.rint(rgba * 65535).astype(np.uint16)
light = np.concatenate([rgba[..., :3] * 2 - 0.1, rgba[..., 3:]], 2)
KINDS = {
    "rgb8": lambda name: filed(name, pixels.png(eight[..., :3]), "sRGB"),
    "rgba8": lambda name: filed(name, pixels.png(eight), "sRGB"),
    "premultiplied8": lambda name: filed(name, pixels.png(eight), "sRGB", "PREMUL"),
    "packed8": lambda name: filed(name, pixels.png(eight), "Non-Color", "CHANNEL_PACKED"),
    "packed_colors8": lambda name: filed(name, pixels.png(eight), "sRGB", "CHANNEL_PACKED"),
    "packed_exr": lambda name: filed(name, exr.exr(light), "Linear Rec.709", "CHANNEL_PACKED"),
    "grey8": lambda name: filed(name, pixels.png(eight[..., :1]), "Non-Color"),
    "linear8": lambda name: filed(name, pixels.png(eight[..., :3]), "Linear Rec.709"),
    "data16": lambda name: filed(name, pixels.png(sixteen[..., :3]), "Non-Color"),
    "grey16": lambda name: filed(name, pixels.png(sixteen[..., :1]), "Non-Color"),
    "rgba16": lambda name: filed(name, pixels.png(sixteen), "sRGB"),
    "exr": lambda name: filed(name, exr.exr(light), "Linear Rec.709", "PREMUL"),
    "straight_exr": lambda name: filed(name, exr.exr(light), "Linear Rec.709"),
    "srgb_exr": lambda name: filed(name, exr.exr(light[..., :3]), "sRGB"),
    "acescg_exr": lambda name: filed(name, exr.exr(light[..., :3]), "ACEScg"),
    "data_exr": lambda name: filed(name, exr.exr(light), "Non-Color"),
    "opaque_exr": lambda name: filed(name, exr.exr(light), "Linear Rec.709", "NONE"),
    "painted8": lambda name: painted(name, rgba, alpha=True),
    "painted_float": lambda name: painted(name, light[..., :3], float_buffer=True),
    "painted_dim": lambda name: painted(name, rgb / 3, float_buffer=True),
    "painted_data": lambda name: painted(name, light, alpha=True, float_buffer=True, is_data=True),
}
sent, came = [], []
numbers, encoded = exact.numbers, exact.encoded
exact.numbers = lambda of: sent.append(numbers(of)) or sent[-1]
exact.encoded = lambda got, mode, text=(): came.append(got) or encoded(got, mode, text)
settings.times = 2
for number, (name, make) in enumerate(KINDS.items()):
    arrivals.LUMP = number % 2 << 23  # every second comes as large results do, copied before
    mine = make(name)
    before = stage.array(mine)
    outcome = list(bpy.ops.bottega.upscale(image=name))
    made = bpy.data.images[here.works[0].results[0]]
    np.save(stage.OUT / f"{name}.npy", np.frombuffer(sent[-1].data, np.uint8))
    np.save(stage.OUT / f"{name}_came.npy", np.frombuffer(came[-1].data, np.uint8))
    np.save(stage.OUT / f"{name}_mine.npy", before)
    np.save(stage.OUT / f"{name}_made.npy", stage.array(made))
    # The file that came, as Blender reads it, holds the numbers that came.
    again = numbers(exact.source(made))
    np.save(stage.OUT / f"{name}_again.npy", np.frombuffer(again.data, np.uint8))
    facts["kinds"][name] = {
        "outcome": outcome,
        "name": made.name,
        "mine": stored(mine),
        "made": stored(made),
        "kept": bool((stage.array(mine) == before).all()),
        "form": [[p.width, p.height, p.channels, p.depth, p.color_space] for p in (sent[-1], came[-1], again)],
        "travels": json.loads(made[KEY]),
    }
bpy.ops.wm.save_as_mainfile(filepath=str(stage.OUT / "kinds.blend"))
bpy.ops.wm.open_mainfile(filepath=str(stage.OUT / "kinds.blend"))
facts["reopened"] = {}
for name, said in facts["kinds"].items():
    values = stage.array(bpy.data.images[said["name"]])
    facts["reopened"][name] = bool((values == np.load(stage.OUT / f"{name}_made.npy")).all())
stage.report(**facts)
