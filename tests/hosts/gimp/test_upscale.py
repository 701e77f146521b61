"""Upscale from scripts: an image of its own that holds what every client gets, and nothing of the artist's changed."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from bottega.client import Client
from bottega.pixels import ColorSpace, Depth, Pixels
from bottega.tasks import Seamless, Upscale
from tests.hosts.gimp import hands
from tests.hosts.gimp.rig import Gimp
from tests.meaning.rulers import X, Y, seam

SCENE = """
from tools import layer as new_layer, paint as fill

def scene(width=40, height=28, base=RGB, precision="U8_NON_LINEAR", profile=None, hole=False):
    # the ramp, and over a part of it a layer that is half seen; 300 pixels per inch
    image = picture(width, height, base, precision, profile)
    top = new_layer(image, width // 2, height // 2, 6, 5, name="top"); fill(top, (220, 30, 90, 255))
    top.set_opacity(50.0)
    if hole:
        clear(image.get_layers()[1], 12, 28)
    image.set_resolution(300.0, 200.0)
    image.clean_all()
    return image

def own(image):
    # all that is the artist's
    pixels = [text(everything(each)) for each in image.get_layers()]
    return tree(image), pixels, image.is_dirty(), image.get_parasite_list()

def sort(image):
    profile = image.get_color_profile()
    return [image.get_width(), image.get_height(), image.get_base_type().value_nick, image.get_precision().value_nick,
        text(bytes(profile.get_icc_profile())) if profile else "", *image.get_resolution()[1:]]

def enlarged(image, name, **values):
    # what was seen, what came of it, and what must hold
    before, shown = own(image), seen(image, 0, 0, image.get_width(), image.get_height(), name)
    said = call("upscale", image, **values)
    assert said["status"] == "success", said
    made, where = said["layer"], said["image"]
    found = {"seen": text(shown), "made": text(everything(made, name)), "untouched": own(image) == before,
        "sorts": [sort(image), sort(where)], "layer": about(made), "tree": tree(where), "said": said["parameters"],
        "image": json.loads(bytes(where.get_parasite("bottega").get_data())), "layers": said["layers"] == [made]}
    image.delete()
    return found, where, made

def natives(where, made, data, name):
    # a layer's own numbers, and those that GIMP makes of these
    other = new_layer(where, made.get_width(), made.get_height())
    other.get_buffer().set(Gegl.Rectangle.new(0, 0, made.get_width(), made.get_height()), name, base64.b64decode(data))
    other.get_buffer().flush()
    return text(everything(made, None)), text(everything(other, None))
"""
CASES: list[tuple[str, str, str | None, bool, str, Depth, ColorSpace]] = [
    ("U8_NON_LINEAR", "rgb", None, False, "R'G'B' u8", "u8", "srgb"),
    ("U8_NON_LINEAR", "rgb", None, True, "R'G'B'A u8", "u8", "srgb"),
    ("U8_LINEAR", "rgb", None, False, "RGB u8", "u8", "linear"),
    ("U8_PERCEPTUAL", "grey", None, False, "Y' u8", "u8", "srgb"),
    ("U8_NON_LINEAR", "grey", None, True, "R'G'B'A u8", "u8", "srgb"),
    ("U16_NON_LINEAR", "rgb", None, True, "R'G'B'A u16", "u16", "srgb"),
    ("U16_LINEAR", "grey", None, False, "Y u16", "u16", "linear"),
    ("U32_NON_LINEAR", "rgb", None, False, "R'G'B' float", "f32", "srgb"),
    ("HALF_LINEAR", "rgb", None, False, "RGB half", "f16", "linear"),
    ("FLOAT_LINEAR", "rgb", None, True, "RGBA float", "f32", "linear"),
    ("FLOAT_PERCEPTUAL", "grey", None, False, "Y' float", "f32", "srgb"),
    ("DOUBLE_LINEAR", "rgb", None, False, "RGB float", "f32", "linear"),
    ("U8_NON_LINEAR", "rgb", "rgb_adobe", False, "R'G'B' half", "f16", "srgb"),
    ("U16_NON_LINEAR", "rgb", "rgb_adobe", True, "R'G'B'A float", "f32", "srgb"),
    ("U16_NON_LINEAR", "grey", "d50_gray_lab_trc", False, "Y' float", "f32", "srgb"),
]
TYPES: dict[Depth, tuple[Any, float]] = {
    "u8": (np.uint8, 255.0),
    "u16": (np.uint16, 65535.0),
    "f16": (np.float16, 1.0),
    "f32": (np.float32, 1.0),
}


@pytest.fixture(autouse=True)
def prepared(gimp: Gimp) -> None:
    gimp.run(SCENE + hands.QUEUE)


def numbers(data: bytes, depth: Depth) -> np.ndarray[Any, Any]:
    kind, one = TYPES[depth]
    return np.frombuffer(data, kind).astype(np.float64) / one


@pytest.mark.parametrize(("precision", "base", "profile", "hole", "name", "depth", "space"), CASES, ids=str)
def test_the_new_image_holds_what_every_client_gets(
    gimp: Gimp,
    client: Client,
    precision: str,
    base: str,
    profile: str | None,
    hole: bool,
    name: str,
    depth: Depth,
    space: ColorSpace,
) -> None:
    """Of what is visible, to the last bit that the image has; grey with holes travels as RGBA. Profile and pixels per
    inch stay."""
    said = gimp.run(
        'result, where, made = enlarged(scene(base={"rgb": RGB, "grey": GRAY}[base], precision=precision,'
        " profile=profile, hole=hole), name)",
        precision=precision,
        base=base,
        profile=profile,
        hole=hole,
        name=name,
    )
    channels = {"Y": 1, "Y'": 1}.get(name.split(maxsplit=1)[0], 4 if hole else 3)
    given = Pixels(40, 28, channels, depth, space, base64.b64decode(said["seen"]))
    (oracle,) = client.run(Upscale(given, upscaler="starter-4x"))
    wanted = oracle.pixels.data
    if not profile and (base, hole) != ("grey", True):
        assert np.abs(numbers(base64.b64decode(said["made"]), depth) - numbers(wanted, depth)).max() <= 1e-6
    natives = gimp.run(
        "result = natives(where, made, data, name)\nwhere.delete()", data=base64.b64encode(wanted).decode(), name=name
    )
    kind = np.uint16 if precision.startswith("U16") else np.uint8
    own, same = (np.frombuffer(base64.b64decode(each), kind).astype(int) for each in natives)
    assert np.abs(own - same).max() <= (1 if profile else 0), "between profiles babl may round in two ways"
    assert said["untouched"]
    (width, height, *before), (*size, base_, precision_, profile_, right, down) = said["sorts"]
    assert size == [4 * width, 4 * height] and [base_, precision_, profile_, right, down] == before
    assert [right, down] == [300.0, 200.0]
    assert said["tree"] == ["Bottega: Upscale"] and said["layer"]["place"] == [0, 0, *size]
    assert not said["layer"]["mask"], "alpha is the layer's own"


@pytest.mark.parametrize(("times", "size"), [(1.0, (40, 28)), (2.5, (100, 70)), (3.01, (120, 84)), (16.0, (640, 448))])
def test_the_factor_says_how_large(gimp: Gimp, client: Client, times: float, size: tuple[int, int]) -> None:
    said = gimp.run(
        'result, where, made = enlarged(scene(), "R\'G\'B\' u8", times=times, upscaler="starter-4x")', times=times
    )
    given = Pixels(40, 28, 3, "u8", "srgb", base64.b64decode(said["seen"]))
    (oracle,) = client.run(Upscale(given, *size))
    assert said["sorts"][1][:2] == [*size] and base64.b64decode(said["made"]) == oracle.pixels.data


@pytest.mark.parametrize("along", ["none", "x", "y", "xy"])
def test_a_texture_goes_on_beyond_its_edges(gimp: Gimp, client: Client, along: Seamless) -> None:
    said = gimp.run(
        """
        made = call("texture", prompt="green marble", steps=6, seed="3")
        result, where, made = enlarged(made["image"], "R'G'B' u8", times=2.0, seamless=along)
        """,
        along=along,
    )
    given = Pixels(128, 128, 3, "u8", "srgb", base64.b64decode(said["seen"]))
    (oracle,) = client.run(Upscale(given, 256, 256, seamless=along))
    assert base64.b64decode(said["made"]) == oracle.pixels.data
    tile = np.frombuffer(oracle.pixels.data, np.uint8).reshape(1, 256, 256, 3)
    if along == "xy":
        assert seam(tile, X) < 1.3 and seam(tile, Y) < 1.3


def test_one_layer_alone_is_enlarged_with_its_mask_wherever_it_lies(gimp: Gimp, client: Client) -> None:
    said = gimp.run("""
        image = scene()
        off = new_layer(image, 30, 20, 25, -8, name="off"); fill(off, (40, 200, 40, 255)); off.set_opacity(10.0)
        mask = off.create_mask(Gimp.AddMaskType.WHITE); off.add_mask(mask)
        mask.get_buffer().set(Gegl.Rectangle.new(0, 0, 15, 20), "Y u8", bytes(300)); mask.get_buffer().flush()
        image.set_selected_layers([off]); image.clean_all()
        result, where, made = enlarged(image, "R'G'B'A u8", source="layer")
    """)
    colours = np.full((20, 30, 4), (40, 200, 40, 255), np.uint8)
    colours[:, :15, 3] = 0
    made = np.frombuffer(base64.b64decode(said["made"]), np.uint8).reshape(80, 120, 4)
    (oracle,) = client.run(Upscale(Pixels(30, 20, 4, "u8", "srgb", colours.tobytes())))
    wanted = np.frombuffer(oracle.pixels.data, np.uint8).reshape(80, 120, 4)
    assert said["untouched"] and (made[..., 3] == wanted[..., 3]).all()
    assert (made == wanted)[made[..., 3] > 0].all()


def test_a_script_is_given_layer_and_parameters_which_stay_with_them(gimp: Gimp) -> None:
    """Of every argument that there is, none of them a default."""
    asked = {"upscaler": "starter-4x", "times": 1.5, "source": "layer", "seamless": "x"}
    names, said = gimp.run(
        """
        result, where, made = enlarged(scene(), "R'G'B' u8", **asked)
        procedure = Gimp.get_pdb().lookup_procedure("bottega-upscale")
        result = [[each.name for each in procedure.get_arguments()], result]
        """,
        asked=asked,
    )
    assert set(names) == {"run-mode", "image", "drawables", "in-panel", *asked}
    assert said["said"] == {"procedure": "bottega-upscale", **asked}
    assert said["layer"]["parasite"] == said["image"] == said["said"] and said["layers"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('call("upscale", flat)', ("indexed", "Image > Mode > RGB")),
        ('call("upscale", picture(32, 32), upscaler="nope")', ("no upscaler “nope”", "starter-4x")),
        ('call("upscale", picture(32, 32), times=0.5)', ("0.5 makes nothing larger", "1 to 16")),
        ('call("upscale", picture(5000, 10))', ("20000 × 40 pixels", "at most 3.27")),
        ('call("upscale", picture(5000, 10), times=3.27)["status"]', ("success",)),
        ('call("upscale", picture(1300, 1290), times=8.0)', ("10400 × 10320", "at most 6.32")),
        ('call("upscale", Gimp.Image.new(16384, 4096, RGB), times=2.0)', ("32768 × 8192", "Scale the image down")),
        ('call("upscale", picture(32, 32), layers=[], source="layer")', ("No layer is selected", "layer list")),
    ],
)
def test_what_cannot_be_says_what_to_do(gimp: Gimp, code: str, words: tuple[str, ...]) -> None:
    said = gimp.run(f"""
        flat = picture(32, 32)
        assert flat.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.WEB, 0, False, False, "")
        result = {code}
    """)
    if words == ("success",):
        assert said == "success"
    else:
        assert said["status"] == "execution-error" and all(word in said["error"] for word in words), said
