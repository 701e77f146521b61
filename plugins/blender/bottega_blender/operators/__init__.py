"""What can be done, by click, search or script.

In a Blender without windows `bpy.ops.bottega.texture()` returns when the result is there; `wait=0` returns at once.
"""

from . import mending, painting, results, wording

CLASSES = (*painting.CLASSES, *results.CLASSES, *wording.CLASSES, *mending.CLASSES)
