"""The options that commands share, in groups."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated

from typer import Option

_DAEMON, _LOOK, _PLACE, _FOLLOW = "Daemon", "How to paint", "Pictures", "Structure to follow"
_FOCUS, _SELECT = "Around the selection", "What to repaint"
_SUFFIX = "[@STRENGTH[:START:END]]"


class Axes(str, Enum):
    """Axes along which a picture continues into itself."""

    none = "none"
    x = "x"
    y = "y"
    xy = "xy"


class Filling(str, Enum):
    """What the selection holds before it is denoised."""

    auto = "auto"
    keep = "keep"
    neutral = "neutral"
    blur = "blur"
    border = "border"
    noise = "noise"


@dataclass(frozen=True)
class Reaching:
    """Which daemon is asked, and how it is told about."""

    address: Annotated[
        str | None,
        Option(
            envvar="BOTTEGA_ADDRESS", rich_help_panel=_DAEMON, metavar="HOST:PORT", help="Default: your own daemon."
        ),
    ] = None
    token: Annotated[
        str | None, Option(envvar="BOTTEGA_TOKEN", rich_help_panel=_DAEMON, help="For another person's daemon.")
    ] = None
    as_json: Annotated[
        bool, Option("--json", rich_help_panel=_DAEMON, help="Answer with one JSON object, for scripts.")
    ] = False


@dataclass(frozen=True)
class Look:
    """How pictures are denoised. None leaves the choice to the daemon's defaults, which `catalog` tells."""

    negative: Annotated[str, Option(rich_help_panel=_LOOK, help="What to stay away from.")] = ""
    checkpoint: Annotated[str, Option(rich_help_panel=_LOOK, help="A model of the catalog.")] = ""
    steps: Annotated[int | None, Option(rich_help_panel=_LOOK, help="Denoising steps, 1 to 1000.")] = None
    guidance: Annotated[
        float | None, Option(rich_help_panel=_LOOK, help="How closely to follow the prompt, 0 to 100.")
    ] = None
    lora: Annotated[
        list[str] | None,
        Option(
            metavar="NAME[:WEIGHT[:TEXT]]",
            rich_help_panel=_LOOK,
            help="A LoRA of the catalog, -10 to 10; may be given several times. TEXT is the text encoder's weight.",
        ),
    ] = None
    sampler: Annotated[str, Option(rich_help_panel=_LOOK, help="A sampler of the catalog.")] = ""
    schedule: Annotated[str, Option(rich_help_panel=_LOOK, help="A noise schedule of the catalog.")] = ""
    clip_skip: Annotated[
        int | None, Option(rich_help_panel=_LOOK, help="Layer of the text encoder, from its end; 1 is the last.")
    ] = None
    seed: Annotated[
        int | None, Option(rich_help_panel=_LOOK, help="0 to 4294967295; the same seed makes the same picture.")
    ] = None
    count: Annotated[
        int, Option("--count", "-n", rich_help_panel=_LOOK, help="Pictures; the k-th has the seed + k.")
    ] = 1


@dataclass(frozen=True)
class Size:
    """How large."""

    size: Annotated[
        str | None,
        Option(metavar="WxH", rich_help_panel=_LOOK, help="Pixels, 16 to 4096 a side. Default: the model's own."),
    ] = None


@dataclass(frozen=True)
class Selecting:
    """What of a picture is repainted, and how it blends in."""

    mask: Annotated[
        list[Path] | None,
        Option(
            rich_help_panel=_SELECT,
            help="White is repainted, black is kept, grey blends. Several are repainted each on its own.",
        ),
    ] = None
    rect: Annotated[
        list[str] | None,
        Option(metavar="X,Y,W,H", rich_help_panel=_SELECT, help="Instead of a mask: repaint this rectangle."),
    ] = None
    expand: Annotated[
        str | None,
        Option(metavar="L,T,R,B", rich_help_panel=_SELECT, help="Paint beyond the picture, so many pixels a side."),
    ] = None
    grow: Annotated[
        str,
        Option(metavar="PIXELS|%", rich_help_panel=_SELECT, help="How far the selection reaches beyond itself: 4, 5%."),
    ] = "0"
    feather: Annotated[
        str,
        Option(metavar="PIXELS|%", rich_help_panel=_SELECT, help="Over how much more the result fades out: 16, 5%."),
    ] = "0"
    fill: Annotated[
        Filling, Option(rich_help_panel=_SELECT, help="What the selection holds before it is repainted.")
    ] = Filling.auto
    match_color: Annotated[
        bool, Option(rich_help_panel=_SELECT, help="Take the autoencoder's shift of colours back.")
    ] = True
    at: Annotated[
        str | None,
        Option(metavar="WxH", rich_help_panel=_SELECT, help="Repaint at this size, then bring it back to its own."),
    ] = None
    layers: Annotated[
        bool,
        Option(
            "--layers",
            rich_help_panel=_SELECT,
            help="Write the repainted layers alone; --json tells their bounds.",
        ),
    ] = False


@dataclass(frozen=True)
class Placing:
    """Where pictures go."""

    output: Annotated[
        Path | None,
        Option(
            "--output",
            "-o",
            rich_help_panel=_PLACE,
            help="A PNG or TIFF file, or a folder. Default: here, named by the prompt.",
        ),
    ] = None
    detach: Annotated[
        bool, Option("--detach", rich_help_panel=_PLACE, help="Submit and return; `jobs fetch` gets the pictures.")
    ] = False
    quiet: Annotated[bool, Option("--quiet", "-q", rich_help_panel=_PLACE, help="No progress bar.")] = False


@dataclass(frozen=True)
class Focus:
    """How much around a selection is sent, and how finely it is painted; see `bottega.planning.Choices`."""

    detail: Annotated[
        float,
        Option(
            metavar="FACTOR",
            rich_help_panel=_FOCUS,
            help="1 to 4: how many times finer than the model's native size or the picture is painted.",
        ),
    ] = 1.0
    megapixels: Annotated[
        float | None, Option(rich_help_panel=_FOCUS, help="Instead of --detail: paint about so many million pixels.")
    ] = None
    context: Annotated[
        float | None,
        Option(
            metavar="PART",
            rich_help_panel=_FOCUS,
            help="0 to 4: how much around the selection the model sees, as a part of its side. Default: as suits it.",
        ),
    ] = None
    include: Annotated[
        str | None,
        Option(metavar="X,Y,W,H", rich_help_panel=_FOCUS, help="The model must see this part of the picture too."),
    ] = None


@dataclass(frozen=True)
class Structure:
    """What pictures have to follow. Each file may name a strength and the part of the steps that it acts in."""

    depth: Annotated[
        list[str] | None,
        Option(
            metavar=f"FILE{_SUFFIX}",
            rich_help_panel=_FOLLOW,
            help="The camera's Z in metres: .npy, .npz, float .tiff, or a 16-bit .png with --near and --far.",
        ),
    ] = None
    canny: Annotated[
        list[str] | None,
        Option(metavar=f"PHOTO{_SUFFIX}", rich_help_panel=_FOLLOW, help="A picture whose edges to follow."),
    ] = None
    normal: Annotated[
        list[str] | None,
        Option(
            metavar=f"PICTURE{_SUFFIX}",
            rich_help_panel=_FOLLOW,
            help="The camera's normals as renderers draw them: red is right, green up, blue towards the viewer.",
        ),
    ] = None
    pose: Annotated[
        list[str] | None,
        Option(metavar=f"JSON{_SUFFIX}", rich_help_panel=_FOLLOW, help="Figures, as OpenPose writes them."),
    ] = None
    map: Annotated[
        list[str] | None,
        Option(
            metavar=f"KIND=FILE{_SUFFIX}",
            rich_help_panel=_FOLLOW,
            help="A ready map: depth (near is bright), canny (white on black), normal (red is left), pose (skeleton).",
        ),
    ] = None
    network: Annotated[
        list[str] | None,
        Option(
            metavar="KIND=NAME", rich_help_panel=_FOLLOW, help="A control network of the catalog instead of the first."
        ),
    ] = None
    near: Annotated[
        float | None, Option(rich_help_panel=_FOLLOW, help="Metres that 0 stands for in a 16-bit depth picture.")
    ] = None
    far: Annotated[
        float | None, Option(rich_help_panel=_FOLLOW, help="Metres that 65535 stands for in a 16-bit depth picture.")
    ] = None
