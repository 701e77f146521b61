"""What of ours has Blender let go of Python's lock, again and again, while other threads take it as they can."""

import sys
import threading
import time

import bpy
import stage
from bl_ext.user_default.bottega import undo
from bl_ext.user_default.bottega.scene import gather, graphs

SECONDS = 2.0
THREADS = 6
for number in range(200):
    stage.cube(f"Cube {number}", size=0.1, location=(number, 0, 0))
ended: list[bool] = []
facts: dict = {}


def busy() -> None:
    """Make and forget objects."""
    while not ended:
        [str(number) for number in range(20)]


def repeated(step) -> int:
    """How often something could be done."""
    until, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        number += 1
        bpy.context.object.location.x = number
        step()
    return number


sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=busy) for _ in range(THREADS)]
for thread in threads:
    thread.start()
graph = graphs.of(bpy.context)
facts["evaluated"] = repeated(graph)
facts["gathered"] = repeated(lambda: list(gather.gather(graph, gather.Scene())))
facts["remembered"] = repeated(lambda: undo.remember("Step"))
ended.append(True)
for thread in threads:
    thread.join()
stage.report(**facts)
