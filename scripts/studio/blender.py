"""Runs in Blender: a sphere gets a seamless texture. blender.py FOLDER ZIP"""

import json
import os
import sys
import time
from pathlib import Path

import bpy

OUT = Path(sys.argv[1])


def main():
    """Install the zip, wait for the others, paint, and render what came of it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.extensions.package_install_files(filepath=sys.argv[2], repo="user_default", enable_on_install=True)
    camera, ball = stage()
    settings = bpy.context.scene.bottega
    settings.prompt, settings.steps, settings.guidance = "red brick wall", 20, 5.0
    settings.random_seed, settings.seed, settings.width, settings.height = False, 3, 128, 128
    from bl_ext.user_default.bottega import studio

    here = studio.here()
    here.main.wait(lambda: here.link.catalog is not None, 60)
    together()
    begun = time.time()
    said = list(bpy.ops.bottega.texture())
    seconds = time.time() - begun
    image = bpy.data.images[here.works[0].results[0]]
    image.save(filepath=str(OUT / "texture.png"))
    mapping = next(node for node in ball.active_material.node_tree.nodes if node.type == "MAPPING")
    mapping.inputs["Scale"].default_value = (6, 3, 1)
    bpy.context.scene.camera = camera
    bpy.context.scene.render.filepath = str(OUT / "mesh.png")
    bpy.ops.render.render(write_still=True)
    tell(said=said, seconds=seconds, version=bpy.app.version_string)


def stage():
    """A sphere in daylight, and a camera before it."""
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples = "CYCLES", 16
    scene.cycles.use_denoising = False
    scene.render.resolution_x = scene.render.resolution_y = 256
    scene.view_settings.view_transform = "Standard"
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 3.0, (0.9, 0, 0.5)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location, camera.rotation_euler, camera.data.lens = (0, -6, 0), (1.5708, 0, 0), 70
    for each in (sun, camera):
        scene.collection.objects.link(each)
    bpy.ops.mesh.primitive_uv_sphere_add(radius=1.25, segments=48, ring_count=32)
    bpy.ops.object.shade_smooth()
    return camera, bpy.context.object


def together():
    """Say that this host is ready, and wait until all are."""
    (OUT / "ready").touch()
    while not (OUT / "go").exists():
        time.sleep(0.02)


def tell(**facts):
    """Report, and end at once: Blender 4.2 as a module crashes when Python tidies up after it."""
    (OUT / "report.json").write_text(json.dumps(facts))
    sys.stdout.flush()
    os._exit(0)


main()
