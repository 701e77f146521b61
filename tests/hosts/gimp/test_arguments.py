"""Every argument of every procedure, as the daemon is asked for it, and what the picture becomes by it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bottega import messages as m
from bottega.client import Client, connect
from tests.daemon import running_daemon
from tests.hosts.gimp import rig
from tests.hosts.gimp.test_procedures import values
from tests.meaning.rulers import X, Y, seam

WEIGHTS = Path(__file__).resolve().parents[3] / "daemon/bottega_daemon/starter/weights/controlnets"
HOW = {
    "prompt": "green moss",
    "negative_prompt": "blue",
    "checkpoint": "starter",
    "sampler": "euler",
    "schedule": "beta",
    "steps": 3,
    "guidance": 3.5,
    "seed": "21",
    "count": 2,
}
FOLLOW = {"control_strength": 0.75, "control_start": 0.25, "control_end": 0.5}
AROUND = {"grow": 3, "feather": 5, "context": "image", "detail": 2.0}
ASKED: dict[str, dict[str, Any]] = {
    "generate": {**HOW, **FOLLOW, "control_kind": "depth", "width": 72, "height": 88},
    "inpaint": {**HOW, **FOLLOW, **AROUND, "control_kind": "pose", "strength": 0.7, "source": "layer", "fill": "noise"},
    "outpaint": {**HOW, **AROUND, "left": 8, "right": 16, "top": 24, "bottom": 32},
    "refine": {**HOW, **FOLLOW, **AROUND, "control_kind": "lines", "strength": 0.6, "source": "layer"},
    "texture": {**HOW, "seamless": "y", "width": 72, "height": 88},
    "control": {**HOW, **FOLLOW, "control_kind": "normal"},
}
"""None of it is a default."""
CALLED = {"run-mode", "image", "drawables", "in-panel"}
"""How it is called, not what for."""
CONTROLS = {
    "canny": m.ControlKind.CANNY,
    "lines": m.ControlKind.CANNY,
    "depth": m.ControlKind.DEPTH,
    "normal": m.ControlKind.NORMAL,
    "pose": m.ControlKind.POSE,
}
DONE: set[str] = set()
"""Jobs that were looked at."""
CALL = """
from tools import layer as new_layer, paint as fill

def scene():
    # a grey ramp, over it a layer of 64 by 48 that leads, in its middle something selected
    image = picture(120, 96)
    own = new_layer(image, 64, 48, 20, 30, name="own"); fill(own, (128, 128, 255, 255))
    image.select_rectangle(ChannelOps.REPLACE, 30, 36, 24, 24)
    return image, own

def asked(kind, given):
    image, own = scene()
    said = call(kind, image, [own], **given, **({"control": own} if "control_kind" in given else {}))
    assert said["status"] == "success", said
    image.delete()
    return said["parameters"]
"""


@pytest.fixture(scope="module")
def studio(plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[rig.Gimp, Client], Any, None]:
    """A GIMP, and the client of a daemon that has a network for normals too: the one for depth by another name."""
    models = tmp_path_factory.mktemp("models")
    shutil.copytree(WEIGHTS / "starter-depth", models / "controlnets" / "starter-normal")
    (models / "controlnets/starter-normal/bottega.json").write_text(json.dumps({"kind": "normal"}))
    home = rig.profile(tmp_path_factory.mktemp("arguments") / "home", plugin)
    with (
        running_daemon(tmp_path_factory.mktemp("daemon"), [models], starter=True) as daemon,
        rig.console(home, daemon) as gimp,
        connect(daemon.address, daemon.token) as client,
    ):
        gimp.run(CALL)
        yield gimp, client


def newest(client: Client) -> Any:
    """What the daemon was asked for last."""
    (job, *older) = client.jobs()
    DONE.update(each.job_id for each in (job, *older))
    return job.task and (job.task.generate or job.task.inpaint)


@pytest.mark.parametrize("kind", ASKED)
def test_every_argument_is_what_the_daemon_is_asked_for(studio: tuple[rig.Gimp, Client], kind: str) -> None:
    """None of them is left out here, or has no effect there."""
    gimp, client = studio
    given = ASKED[kind]
    names, said = gimp.run(
        """
        procedure = Gimp.get_pdb().lookup_procedure("bottega-" + kind)
        result = [[each.name for each in procedure.get_arguments()], asked(kind, given)]
        """,
        kind=kind,
        given=given,
    )
    led = {"control"} if "control_kind" in given else set[str]()
    assert set(names) - CALLED == {name.replace("_", "-") for name in given} | led
    assert {name: said[name.replace("_", "-")] for name in given} == given, "it travels with the result"
    job = next(each for each in reversed(client.jobs()) if each.job_id not in DONE)  # the first of several passes
    DONE.update(each.job_id for each in client.jobs())
    task: Any = job.task and (job.task.generate or job.task.inpaint)
    how = task.denoising
    assert [how.prompt, how.negative_prompt, how.checkpoint] == ["green moss", "blue", "starter"]
    assert [how.sampler, how.schedule, how.steps] == ["euler", "beta", 3]
    assert [how.guidance, how.seed, how.count] == [3.5, 21, 2]
    if led:
        (control,) = how.controls
        assert control.kind == CONTROLS[given["control_kind"]]
        assert [control.strength, control.start, control.end] == [0.75, 0.25, 0.5]
    if "strength" in given:
        assert task.strength == pytest.approx(given["strength"])
    if "grow" in given:
        assert [task.grow.pixels, task.feather.pixels, task.outpaint] == [3, 5, kind == "outpaint"]
    if "width" in given:
        assert [task.extent.width, task.extent.height] == [72, 88]
    if kind == "inpaint":
        assert task.fill == m.InpaintFill.NOISE
    if kind == "texture":
        assert task.denoising.seamless == m.Seamless(vertical=True)


@pytest.mark.parametrize("kind", CONTROLS)
def test_a_control_layer_is_sent_as_its_kind_wants_it(studio: tuple[rig.Gimp, Client], kind: str) -> None:
    """All of it, where it lies on the canvas; around it black, or white where the daemon is to find outlines."""
    gimp, client = studio
    gimp.run('asked("generate", given)', given={"prompt": "moss", "steps": 1, "width": 120, "control_kind": kind})
    (control,) = newest(client).denoising.controls
    hint = control.photo or control.normals
    sent = hint.image if hint else control.map
    assert sent and bool(control.photo) == (kind == "canny") and bool(control.normals) == (kind == "normal")
    assert sent.color_space == (m.ColorSpace.DATA if kind == "normal" else m.ColorSpace.SRGB)
    pixels = np.frombuffer(client.download(sent.digest), np.uint8).reshape(120, 120, 4)  # from 30, 36 on
    assert (pixels[:42, :54] == [128, 128, 255, 255]).all()
    around = [255 if kind == "canny" else 0] * 3 + [255]
    assert (pixels[42:] == around).all() and (pixels[:, 54:] == around).all()


def test_context_and_detail_say_how_much_is_sent_and_how_finely(studio: tuple[rig.Gimp, Client]) -> None:
    gimp, client = studio
    found: dict[str, tuple[int, int]] = {}
    base = {"steps": 1, "strength": 0.3, "grow": 0, "feather": 0}
    for context in ("selection", "automatic", "image"):
        gimp.run('asked("inpaint", given)', given={**base, "context": context})
        task = newest(client)
        found[context] = task.picture.extent.width, task.extent.width
    sent = [found[context][0] for context in ("selection", "automatic", "image")]
    assert sent == sorted(set(sent)) and sent[-1] == 120
    gimp.run('asked("inpaint", given)', given={**base, "context": "image", "detail": 2.0})
    task = newest(client)
    assert task.picture.extent.width == 120
    assert task.extent.width == pytest.approx(2 * found["image"][1], abs=2)


def test_each_setting_makes_another_picture_and_a_control_of_no_strength_none(studio: tuple[rig.Gimp, Client]) -> None:
    gimp, _client = studio
    said = gimp.run("""
        base = {"prompt": "green moss", "negative_prompt": "blue", "seed": "3", "steps": 4, "width": 64, "height": 64,
            "sampler": "euler", "schedule": "karras", "guidance": 5.0}
        led = {"control_kind": "depth", "control_strength": 1.0, "control_start": 0.0, "control_end": 1.0}
        def painted(kind="generate", **more):
            image, own = scene()
            said = call(kind, image, [own], **{**base, **({"control": own} if set(led) & set(more) else {}), **more})
            assert said["status"] == "success", said
            data = everything(said["layer"], "R'G'B' u8")
            image.delete()
            return data
        plain = painted()
        others = [painted(**{name: value}) for name, value in (("prompt", "bricks"), ("negative_prompt", "green"),
            ("seed", "4"), ("steps", 5), ("sampler", "heun"), ("guidance", 8.0), ("schedule", "normal"),
            ("schedule", "exponential"), ("schedule", "sgm_uniform"), ("schedule", "simple"), ("schedule", "beta"))]
        follows = [painted(**{**led, **each}) for each in ({}, {"control_strength": 0.5}, {"control_start": 0.5},
            {"control_end": 0.5}, {"control_kind": "pose"}, {"control_kind": "lines"}, {"control_kind": "canny"})]
        result = [len({plain, *others, *follows}), painted(**{**led, "control_strength": 0.0}) == plain,
            painted() == plain]
    """)
    assert said == [1 + 11 + 7, True, True]


@pytest.mark.parametrize("along", ["x", "y", "xy"])
def test_a_texture_continues_along_the_edges_that_were_asked_for(studio: tuple[rig.Gimp, Client], along: str) -> None:
    gimp, _client = studio
    said = gimp.run(
        """
        said = call("texture", prompt="green marble", steps=6, seed="3", seamless=along)
        result = text(everything(said["layer"], "R'G'B' u8"))
        said["image"].delete()
        """,
        along=along,
    )
    tile = values(said, 1, 128, 128, 3)
    assert (seam(tile, X) < 1.3) == ("x" in along) and (seam(tile, Y) < 1.3) == ("y" in along)


def test_a_control_that_ends_before_it_begins_is_refused_in_words(studio: tuple[rig.Gimp, Client]) -> None:
    gimp, _client = studio
    said = gimp.run("""
        image, own = scene()
        result = call("generate", image, [own], prompt="moss", control=own, control_start=0.5, control_end=0.25)
        image.delete()
    """)
    assert said["status"] == "execution-error" and "Set end above start" in said["error"]
