"""What can be asked of the daemon, as plain values that hold pixels; sent by `Client.submit` and `Session.submit`.

    generate("weathered copper", seamless="xy", count=4)
    generate("a stone hall", controls=[depth_control(z)])
    inpaint(picture, mask, "a red door")

None, "" and 0 leave the choice to the daemon's defaults, which the catalog tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bottega.hints import DepthHint, InpaintHint, Keypoint, MapHint, NormalHint, PhotoHint, PoseHint
from bottega.pixels import Pixels

Seamless: TypeAlias = Literal["none", "x", "y", "xy"]
Fill: TypeAlias = Literal["auto", "keep", "neutral", "blur", "border", "noise"]
ControlKind: TypeAlias = Literal["depth", "canny", "pose", "inpaint", "normal"]


@dataclass(frozen=True)
class Control:
    """One control network at work. Strength is 0..2; `start` and `end` are the fractions of the steps it acts in."""

    kind: ControlKind
    hint: MapHint | PhotoHint | DepthHint | NormalHint | PoseHint | InpaintHint
    network: str = ""
    strength: float | None = None
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Lora:
    """A LoRA of the catalog at work. Weights are -10..10; `text_weight` is the text encoder's, None takes `weight`."""

    name: str
    weight: float | None = None
    text_weight: float | None = None


@dataclass(frozen=True)
class Painting:
    """How pictures are denoised: what all painting tasks have in common."""

    negative_prompt: str = field(default="", kw_only=True)
    checkpoint: str = field(default="", kw_only=True)
    sampler: str = field(default="", kw_only=True)
    schedule: str = field(default="", kw_only=True)
    steps: int = field(default=0, kw_only=True)
    guidance: float | None = field(default=None, kw_only=True)
    clip_skip: int = field(default=0, kw_only=True)
    """CLIP layers from the end; 1 is the last."""
    seed: int | None = field(default=None, kw_only=True)
    """0 to 2^32 - 1, also for the last picture: the k-th has seed + k. None: the daemon draws one, and tells it with
    each picture."""
    count: int = field(default=1, kw_only=True)
    seamless: Seamless = field(default="none", kw_only=True)
    """Axes along which the picture continues into itself."""
    controls: Sequence[Control] = field(default=(), kw_only=True)
    loras: Sequence[Lora] = field(default=(), kw_only=True)
    """The prompt may name more: "<lora:name:0.8>"; embeddings are used by writing their names into it."""


@dataclass(frozen=True)
class Generate(Painting):
    """A picture from words, or from words and a start picture. 0 x 0 takes the start's extent or the model's own.

    `strength` is how far to leave the start picture: 0 returns it, 1 forgets it.
    """

    prompt: str
    width: int = 0
    height: int = 0
    start: Pixels | None = None
    strength: float | None = None


@dataclass(frozen=True)
class Margin:
    """A distance in pixels of the picture: `pixels` + `relative` * the diagonal of what the mask selects."""

    pixels: int = 0
    relative: float = 0.0


@dataclass(frozen=True)
class Inpaint(Painting):
    """Repaint the masked part of a picture: `mask` has one channel ("data"), white is repainted, black is kept, grey is
    repainted by so much.

    The result is a layer to lay over the picture: RGBA in its depth and colour space, cut to `Picture.bounds`.
    """

    picture: Pixels
    mask: Pixels
    prompt: str
    strength: float | None = None
    fill: Fill = "auto"
    """What the masked part holds before it is denoised."""
    more_masks: Sequence[Pixels] = field(default=(), kw_only=True)
    """More parts to repaint, each on its own: `Picture.mask` tells which one a result is for, 0 being `mask`."""
    grow: Margin = field(default=Margin(), kw_only=True)
    """How far the selection reaches beyond itself."""
    feather: Margin = field(default=Margin(), kw_only=True)
    """Over how much more the result fades out; denoising fades out over twice as much."""
    match_color: bool | None = field(default=None, kw_only=True)
    """Take the autoencoder's shift of colours back; None is the daemon's default, True."""
    outpaint: bool = field(default=False, kw_only=True)
    """Pixels of the picture whose alpha is 0 belong to every mask."""
    width: int = field(default=0, kw_only=True)
    """The size to denoise at, in the picture's proportions; 0 x 0 is the picture's own."""
    height: int = field(default=0, kw_only=True)


@dataclass(frozen=True)
class Detect:
    """Find the structure of a picture: the result is one picture of its size, as `map_control` takes it back. `kind` is
    one of the catalog's detected kinds; thresholds are those of `canny_control`."""

    photo: Pixels
    kind: ControlKind = "canny"
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Upscale:
    """Enlarge a picture by an upscaler of the catalog, "" being the first: the result is one picture in its channels,
    depth and colour space. 0 x 0 is the picture's size times the upscaler's scale; else at least the picture's, 16
    times as large at most."""

    picture: Pixels
    width: int = 0
    height: int = 0
    upscaler: str = field(default="", kw_only=True)
    seamless: Seamless = field(default="none", kw_only=True)
    """Axes along which the picture continues into itself."""


Paints: TypeAlias = Generate | Inpaint
"""What makes pictures of words."""
Task: TypeAlias = Paints | Detect | Upscale

generate = Generate
inpaint = Inpaint
upscale = Upscale


def depth_control(
    z: Pixels,
    background: Pixels | None = None,
    *,
    network: str = "",
    strength: float | None = None,
    start: float | None = None,
    end: float | None = None,
) -> Control:
    """Follow a renderer's depth: planar Z in metres; infinite, NaN or white in `background` where there is nothing."""
    return Control("depth", DepthHint(z, background), network, strength, start, end)


def canny_control(
    photo: Pixels,
    *,
    low: float = 0.0,
    high: float = 0.0,
    network: str = "",
    strength: float | None = None,
    start: float | None = None,
    end: float | None = None,
) -> Control:
    """Follow a picture's edges, found by the daemon; thresholds of 0 and 0 are its own."""
    return Control("canny", PhotoHint(photo, low, high), network, strength, start, end)


def normal_control(
    normals: Pixels,
    *,
    network: str = "",
    strength: float | None = None,
    start: float | None = None,
    end: float | None = None,
) -> Control:
    """Follow a renderer's normals in the camera's space, n * 0.5 + 0.5: X right, Y up, Z towards the viewer."""
    return Control("normal", NormalHint(normals), network, strength, start, end)


def pose_control(
    figures: Sequence[Sequence[Keypoint]],
    *,
    network: str = "",
    strength: float | None = None,
    start: float | None = None,
    end: float | None = None,
) -> Control:
    """Follow figures of 18 joints each, numbered as OpenPose numbers COCO-18."""
    hint = PoseHint(tuple(tuple(figure) for figure in figures))
    return Control("pose", hint, network, strength, start, end)


def inpaint_control(
    *, network: str = "", strength: float | None = None, start: float | None = None, end: float | None = None
) -> Control:
    """Let a control network that was made for inpainting see what is missing; only in `inpaint`."""
    return Control("inpaint", InpaintHint(), network, strength, start, end)


def map_control(
    kind: ControlKind,
    map: Pixels,
    *,
    network: str = "",
    strength: float | None = None,
    start: float | None = None,
    end: float | None = None,
) -> Control:
    """Follow a picture that is already what the network expects."""
    return Control(kind, MapHint(map), network, strength, start, end)
