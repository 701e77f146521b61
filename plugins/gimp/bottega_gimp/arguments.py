"""What each procedure can be asked: the table that arguments, dialogs, panel and parameters are made from.

Its texts are English here and translated where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["text", "string", "seed", "menu", "int", "double", "bool", "choice", "drawable"]
Needs: TypeAlias = Literal["nothing", "image", "drawable"]

MOST_TIMES = 16
"""As large as the daemon makes a picture's sides, in one task."""


@dataclass(frozen=True)
class Argument:
    """One argument of a procedure. `menu` is a string that the catalog fills: GIMP remembers choices for ever."""

    name: str
    kind: Kind
    label: str
    blurb: str
    default: str | int | float | bool | None = ""
    least: float = 0
    most: float = 0
    choices: tuple[tuple[str, str], ...] = ()
    """Value and label of each."""
    advanced: bool = False
    """Shown when it is asked for."""


@dataclass(frozen=True)
class Procedure:
    """One thing that can be done."""

    kind: str
    label: str
    blurb: str
    needs: Needs
    arguments: tuple[Argument, ...]

    @property
    def name(self) -> str:
        """What scripts call it by."""
        return f"bottega-{self.kind}"

    @property
    def paints(self) -> bool:
        """It makes pictures of words and a seed; else of pixels alone."""
        return any(each.name == "prompt" for each in self.arguments)

    @property
    def plain(self) -> tuple[Argument, ...]:
        """The arguments that travel with a result: all but layers and how the job is run."""
        return tuple(each for each in self.arguments if each.kind != "drawable" and each.name != "in-panel")


_PROMPT = (
    Argument("prompt", "text", "Prompt", "What is to be seen"),
    Argument("negative-prompt", "string", "Negative prompt", "What is not to be seen"),
)
_MODEL = (
    Argument("checkpoint", "menu", "Model", "A model of the daemon; empty takes its default"),
    Argument("sampler", "menu", "Sampler", "A sampler of the daemon; empty takes its default", advanced=True),
    Argument("schedule", "menu", "Noise schedule", "A schedule of the daemon; empty takes its default", advanced=True),
    Argument("steps", "int", "Steps", "Denoising steps; 0 takes the daemon's default", 0, 0, 1000, advanced=True),
    Argument(
        "guidance", "double", "Guidance", "How closely to follow the prompt; 0 takes the default", 0.0, 0, 100,
        advanced=True,
    ),
    Argument("seed", "seed", "Seed", "A whole number that repeats a picture; empty draws one"),
    Argument("count", "int", "Candidates", "Pictures to choose from, in one layer group", 1, 1, 16),
)  # fmt: skip
_KINDS = (
    ("canny", "Outlines of the layer"),
    ("lines", "White lines on black"),
    ("depth", "Depth: near is bright"),
    ("normal", "Normals: red is right, green up"),
    ("pose", "Drawn skeleton"),
)
_CONTROL_KIND = Argument(
    "control-kind", "choice", "Follow", "What of the control layer is followed", "canny", choices=_KINDS
)
_CONTROL_STRENGTH = Argument("control-strength", "double", "How closely", "Strength of the control", 1.0, 0, 2)
_CONTROL_SPAN = (
    Argument("control-start", "double", "Followed from", "Part of the steps that go before", 0.0, 0, 1, advanced=True),
    Argument("control-end", "double", "until", "Part of the steps up to which it acts", 1.0, 0, 1, advanced=True),
)
_CONTROL = (
    Argument("control", "drawable", "Control layer", "A layer that the picture follows", None, advanced=True),
    replace(_CONTROL_KIND, advanced=True),
    replace(_CONTROL_STRENGTH, advanced=True),
    *_CONTROL_SPAN,
)
_LENGTH = "In pixels; 0 keeps the shape of the selection, the image, the control layer or the model"
_SIZE = (
    Argument("width", "int", "Width", _LENGTH, 0, 0, 4096),
    Argument("height", "int", "Height", _LENGTH, 0, 0, 4096),
)
_SOURCES = (("visible", "What is visible"), ("layer", "The selected layer alone"))
_SOURCE = Argument("source", "choice", "Begin from", "Which pixels are sent", "visible", choices=_SOURCES)
_ALONG = (("xy", "All edges"), ("x", "Left and right"), ("y", "Top and bottom"))
_AROUND = (
    Argument("grow", "int", "Grow", "Pixels by which the selection reaches further", 4, 0, 2048, advanced=True),
    Argument("feather", "int", "Feather", "Pixels over which the new layer fades out", 8, 0, 2048, advanced=True),
    Argument(
        "context", "choice", "Surroundings", "How much of the image around is sent", "automatic", advanced=True,
        choices=(
            ("automatic", "As suits the selection"), ("selection", "The selection alone"), ("image", "The whole image"),
        ),
    ),
    Argument("detail", "double", "Detail", "How many times finer than usual", 1.0, 1, 4, advanced=True),
)  # fmt: skip
_FILL = Argument(
    "fill", "choice", "Fill first with", "What the selection holds before it is painted", "auto", advanced=True,
    choices=(
        ("auto", "As suits the strength"), ("keep", "What is there"), ("border", "Its surroundings"),
        ("blur", "Its colours, blurred"), ("neutral", "Grey"), ("noise", "Noise"),
    ),
)  # fmt: skip
_IN_PANEL = Argument(
    "in-panel", "bool", "Go on working meanwhile", "Hand the job to the panel's queue, which inserts the result", False
)


def _strength(default: float) -> Argument:
    return Argument("strength", "double", "Strength", "How far to leave what is there", default, 0, 1)


def _side(name: str, label: str) -> Argument:
    return Argument(name, "int", label, "Pixels to add on this side; all 0 fills what is transparent", 0, 0, 8192)


PROCEDURES = (
    Procedure(
        "generate", "Generate…", "Paint a picture from words into a new layer or image", "nothing",
        (*_PROMPT, *_SIZE, *_MODEL, *_CONTROL, _IN_PANEL),
    ),
    Procedure(
        "inpaint", "Inpaint Selection…", "Paint the selected part anew into a layer with a mask", "image",
        (*_PROMPT, _strength(1.0), _SOURCE, *_MODEL, _FILL, *_AROUND, *_CONTROL, _IN_PANEL),
    ),
    Procedure(
        "outpaint", "Outpaint Canvas…", "Paint beyond the edges of the canvas", "image",
        (
            *_PROMPT, _side("left", "Left"), _side("right", "Right"), _side("top", "Top"), _side("bottom", "Bottom"),
            *_MODEL, *_AROUND, _IN_PANEL,
        ),
    ),
    Procedure(
        "refine", "Refine…", "Paint the image or the selection anew, keeping its forms", "image",
        (*_PROMPT, _strength(0.4), _SOURCE, *_MODEL, *_AROUND, *_CONTROL, _IN_PANEL),
    ),
    Procedure(
        "texture", "Texture (seamless)…", "Paint a texture that can be laid side by side", "nothing",
        (
            *_PROMPT,
            Argument(
                "seamless", "choice", "Seamless", "Along which edges it continues into itself", "xy", choices=_ALONG,
            ),
            *_SIZE, *_MODEL, _IN_PANEL,
        ),
    ),
    Procedure(
        "control", "Control from Layer…", "Paint a picture that follows the selected layer's structure", "drawable",
        (
            *_PROMPT,
            Argument(
                "control", "drawable", "Control layer", "A layer that the picture follows; none is the selected one",
                None,
            ),
            _CONTROL_KIND, _CONTROL_STRENGTH, *_MODEL, *_CONTROL_SPAN, _IN_PANEL,
        ),
    ),
    Procedure(
        "upscale", "Upscale…", "Make a larger image with its details found again", "image",
        (
            Argument("upscaler", "menu", "Upscaler", "An upscaler of the daemon; empty takes its first"),
            Argument(
                "times", "double", "Factor", "How many times as large; 0 takes the upscaler's own scale", 0.0, 0,
                MOST_TIMES,
            ),
            replace(_SOURCE, label="Enlarge"),
            Argument(
                "seamless", "choice", "Seamless", "Along which edges it continues into itself", "none",
                choices=(("none", "No edges"), *_ALONG),
            ),
            _IN_PANEL,
        ),
    ),
)  # fmt: skip
BY_KIND = {each.kind: each for each in PROCEDURES}
BY_NAME = {each.name: each for each in PROCEDURES}


def texts() -> set[str]:
    """Everything in this table that is shown."""
    found: set[str] = set()
    for procedure in PROCEDURES:
        found |= {procedure.label, procedure.blurb}
        for each in procedure.arguments:
            found |= {each.label, each.blurb, *(label for _, label in each.choices)}
    return found
