"""Everything a request can contain, as plain values: rpc fills them, the book stores them, the worker obeys them.

No torch, no gRPC, no generated messages here: this is what the layers have in common. Values are already validated
(`bottega_daemon.rpc.convert` is the only place that checks a stranger's message), so the code below them need not ask.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

ChannelDepth = Literal["u8", "u16", "f16", "f32"]
ColorSpace = Literal["srgb", "linear", "data"]
Encoding = Literal["raw", "zlib"]
Priority = Literal["batch", "interactive", "live"]
Axes = Literal["none", "x", "y", "xy"]
Fill = Literal["auto", "keep", "neutral", "blur", "border", "noise"]

DEPTH_BYTES: dict[ChannelDepth, int] = {"u8": 1, "u16": 2, "f16": 2, "f32": 4}


class Extent(msgspec.Struct, frozen=True):
    """A size in pixels."""

    width: int
    height: int


class Bounds(msgspec.Struct, frozen=True):
    """A rectangle of pixels: its top left one and its size."""

    x: int
    y: int
    width: int
    height: int


class Margin(msgspec.Struct, frozen=True):
    """A distance: `pixels`, and `relative` times the diagonal of what a mask selects."""

    pixels: int = 0
    relative: float = 0.0


class Image(msgspec.Struct, frozen=True):
    """Pixels in the blob store: rows from top to bottom, channels interleaved, little-endian, straight alpha last."""

    digest: str
    """SHA-256 of the blob as stored (encoded), 64 lower-case hex digits."""
    extent: Extent
    channels: int
    depth: ChannelDepth
    color_space: ColorSpace
    encoding: Encoding = "raw"

    @property
    def raw_bytes(self) -> int:
        """Size of the decoded pixels."""
        return self.extent.width * self.extent.height * self.channels * DEPTH_BYTES[self.depth]


class Keypoint(msgspec.Struct, frozen=True):
    """One COCO-18 joint in pixels of the job's extent; confidence 0 means not seen."""

    x: float
    y: float
    confidence: float = 1.0


class ReadyHint(msgspec.Struct, frozen=True, tag="hint"):
    """A control picture that is already what the network expects: white edges, drawn skeleton, near-bright depth,
    normals whose red is left."""

    image: Image


class PhotoHint(msgspec.Struct, frozen=True, tag="photo"):
    """A picture in which the daemon finds the structure itself (canny edges)."""

    image: Image
    low: float = 100.0
    high: float = 200.0


class DepthHint(msgspec.Struct, frozen=True, tag="depth"):
    """The camera's planar Z in metres (float, one channel) with an optional background mask (white = background)."""

    z: Image
    background: Image | None = None


class NormalHint(msgspec.Struct, frozen=True, tag="normals"):
    """The camera's normals, n * 0.5 + 0.5 in three channels: X right, Y up, Z towards the viewer."""

    image: Image


class PoseHint(msgspec.Struct, frozen=True, tag="pose"):
    """Skeletons of COCO-18 joints."""

    people: tuple[tuple[Keypoint, ...], ...]


class InpaintHint(msgspec.Struct, frozen=True, tag="inpaint"):
    """The picture without its masked part: the inpaint task has both."""


Hint: TypeAlias = ReadyHint | PhotoHint | DepthHint | NormalHint | PoseHint | InpaintHint


class Control(msgspec.Struct, frozen=True):
    """One control network at work: `start` and `end` are fractions of the steps during which it acts."""

    network: str
    """Catalog name of the control network."""
    kind: str
    hint: Hint
    strength: float = 1.0
    start: float = 0.0
    end: float = 1.0


class Lora(msgspec.Struct, frozen=True):
    """A LoRA at work: how strongly it changes the UNet and the text encoder."""

    name: str
    weight: float = 1.0
    text_weight: float = 1.0


class Denoising(msgspec.Struct, frozen=True):
    """How pictures are denoised: what every painting task has in common."""

    checkpoint: str
    prompt: str
    negative_prompt: str = ""
    sampler: str = "dpmpp_2m"
    schedule: str = "karras"
    steps: int = 20
    guidance: float = 5.0
    clip_skip: int = 1
    seed: int = 0
    count: int = 1
    """Pictures; the k-th has seed + k and is the picture which that seed gives alone."""
    seamless: Axes = "none"
    controls: tuple[Control, ...] = ()
    loras: tuple[Lora, ...] = ()
    """In the order of their names, each once."""
    embeddings: tuple[str, ...] = ()
    """Catalog names of the embeddings that the two prompts may mean."""


class Generate(msgspec.Struct, frozen=True, tag="generate"):
    """Text to image, or image to image where `start` is given."""

    how: Denoising
    extent: Extent
    start: Image | None = None
    strength: float = 1.0
    """1 forgets the start picture, 0 returns it."""


class Inpaint(msgspec.Struct, frozen=True, tag="inpaint"):
    """Repaint masked parts of a picture, each on its own; a mask is one channel, white (255 or 1.0) is repainted.

    The result is a layer: RGBA of the picture's depth and colour space, cut to bounds, with its own alpha.
    """

    how: Denoising
    picture: Image
    mask: Image
    strength: float = 1.0
    fill: Fill = "auto"
    more_masks: tuple[Image, ...] = ()
    grow: Margin = Margin()
    """How far the selection reaches beyond itself."""
    feather: Margin = Margin()
    """Over how much more the result fades out."""
    match_color: bool = True
    outpaint: bool = False
    """Pixels of alpha 0 belong to every mask."""
    extent: Extent | None = None
    """The size to denoise at; None is the picture's own."""

    @property
    def masks(self) -> tuple[Image, ...]:
        """All parts to repaint."""
        return self.mask, *self.more_masks

    @property
    def canvas(self) -> Extent:
        """The size to denoise at."""
        return self.extent or self.picture.extent


class Detect(msgspec.Struct, frozen=True, tag="detect"):
    """The structure of a picture, as a control network of this kind reads it: RGB of 8 bits."""

    kind: str
    hint: PhotoHint


class Upscale(msgspec.Struct, frozen=True, tag="upscale"):
    """A picture, enlarged by a network."""

    upscaler: str
    picture: Image
    extent: Extent
    """The result's."""
    seamless: Axes = "none"


Paints: TypeAlias = Generate | Inpaint
Task: TypeAlias = Paints | Detect | Upscale


class JobSpec(msgspec.Struct, frozen=True):
    """A job as it stands in the book: a task and how urgent it is."""

    task: Task
    priority: Priority = "interactive"
    replaces: str = ""
    """Coalescing key: a newer job of the same person with the same key cancels the older one. "" = none."""
    cancel_when_unwatched_after: float = 0.0
    """Seconds without a watcher after which the job is cancelled. 0 = never."""
    previews: bool = True


def count_of(task: Task) -> int:
    """Pictures that a task has denoised side by side, for each mask."""
    return task.how.count if isinstance(task, Paints) else 0


def images_of(task: Task) -> list[tuple[str, Image]]:
    """Every picture that a task needs, with the field that names it: ("inpaint.mask", Image)."""
    if isinstance(task, Detect):
        return [("detect.photo.image", task.hint.image)]
    if isinstance(task, Upscale):
        return [("upscale.picture", task.picture)]
    if isinstance(task, Generate):
        return [*([("generate.start", task.start)] if task.start else []), *_followed(task.how, "generate")]
    masks = [(f"inpaint.more_masks[{index}]", mask) for index, mask in enumerate(task.more_masks)]
    own = [("inpaint.picture", task.picture), ("inpaint.mask", task.mask)]
    return [*own, *masks, *_followed(task.how, "inpaint")]


def _followed(how: Denoising, name: str) -> list[tuple[str, Image]]:
    """The pictures that controls follow."""
    found = list[tuple[str, Image]]()
    for index, control in enumerate(how.controls):
        where = f"{name}.denoising.controls[{index}]"
        match control.hint:
            case ReadyHint(image):
                found.append((f"{where}.map", image))
            case PhotoHint(image):
                found.append((f"{where}.photo.image", image))
            case DepthHint(z, background):
                found.append((f"{where}.depth.z", z))
                if background:
                    found.append((f"{where}.depth.background", background))
            case NormalHint(image):
                found.append((f"{where}.normals.image", image))
            case PoseHint() | InpaintHint():
                pass
    return found
