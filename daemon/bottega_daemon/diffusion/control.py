"""From what a host sends (depth in metres, normals, a pose, a photo, a map) to what a control network reads."""

from __future__ import annotations

import numpy as np

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion.canvas import Canvas
from bottega_daemon.diffusion.hints import canny_hint, depth_hint, is_grey, normal_hint, pose_hint
from bottega_daemon.diffusion.pixels import Floats, grey, load, resize, rgb, to_float
from bottega_daemon.errors import InvalidRequest
from bottega_daemon.spec import Control, DepthHint, InpaintHint, NormalHint, PhotoHint, PoseHint, ReadyHint


def hint_picture(control: Control, canvas: Canvas, blobs: Blobs, field: str, missing: Floats | None = None) -> Floats:
    """[height, width, 3] in 0..1 on the canvas. `field` names the control in errors; `missing` is the hint that an
    inpaint task has made of its picture.

    Structure is found at the asked extent, then padded: padding must not look like an edge. Raises InvalidRequest for
    normals that are plainly none.
    """
    match control.hint:
        case ReadyHint(image):
            picture = rgb(load(blobs, image, f"{field}.map"), "srgb")
            return canvas.enter(_coloured(picture, f"{field}.map") if control.kind == "normal" else picture)
        case PhotoHint(image, low, high):
            photo = resize(rgb(load(blobs, image, f"{field}.photo.image"), image.color_space), canvas.asked)
            return canvas.enter(canny_hint(photo, low, high))
        case DepthHint() as depth:
            return canvas.enter(_depth(depth, blobs, field))
        case NormalHint(image):
            where = f"{field}.normals.image"
            return canvas.enter(normal_hint(_coloured(rgb(load(blobs, image, where), "data"), where)))
        case PoseHint(people):
            joints = [[(point.x, point.y, point.confidence) for point in person] for person in people]
            return canvas.enter(pose_hint(np.asarray(joints, np.float32), canvas.asked))
        case InpaintHint():
            assert missing is not None, "only an inpaint task asks for this"
            return missing


def _depth(hint: DepthHint, blobs: Blobs, field: str) -> Floats:
    z = to_float(load(blobs, hint.z, f"{field}.depth.z"))[..., 0]
    if hint.background is None:
        return depth_hint(z, None)
    background = grey(load(blobs, hint.background, f"{field}.depth.background"))
    return depth_hint(z, background > 0.5)


def _coloured(picture: Floats, field: str) -> Floats:
    """The picture, unless it is grey. Raises InvalidRequest."""
    if is_grey(picture):
        remedy = "Send normals as colours: red across, green up, blue towards the viewer. For depth there is depth."
        raise InvalidRequest("a grey picture shows no normals.", remedy=remedy, field=field)
    return picture
