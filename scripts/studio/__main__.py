"""Blender, Krita and GIMP paint on one daemon at the same time, and share its UNet calls:

    make studio-demo        (python -m scripts.studio [FOLDER]: studio-demo/sheet.png and its pictures)

Real hosts with the built plug-ins, provided as for the tests; the painter is the embedded starter model.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bottega import messages
from bottega.client import connect
from bottega.tasks import generate
from bottega_daemon.cli.demo import sheet
from scripts import package
from tests.daemon import Daemon, running_daemon
from tests.hosts import provision, root
from tests.hosts.gimp import rig as gimp_rig
from tests.hosts.krita import rig as krita_rig

HERE = Path(__file__).parent
BLENDER = "4.5"
PATIENCE = 600.0
NAMES = {"blender": "Blender", "krita": "Krita", "gimp": "GIMP"}
HOSTS = tuple(NAMES)
OUTPAINT = """
import pathlib, time
out = pathlib.Path("/out")
image = Gimp.Image.new(96, 128, RGB)
paper = layer(image, 96, 128, name="scene")
data = (out / "part.rgba").read_bytes()
paper.get_buffer().set(Gegl.Rectangle.new(0, 0, 96, 128), "R'G'B'A u8", data)
paper.get_buffer().flush()
(out / "ready").touch()
while not (out / "go").exists():
    time.sleep(0.02)
begun = time.time()
said = call("outpaint", image, prompt="a blue sphere on a white floor", right=32, steps=20, seed="3", feather=4)
assert said["status"] == "success", said
(out / "painted.rgba").write_bytes(seen(image, 0, 0, 128, 128))
result = {"seconds": time.time() - begun, "version": Gimp.version()}
"""


@dataclass(frozen=True)
class Desk:
    """One host's place."""

    out: Path
    """What it is given and leaves."""
    plugin: Path
    home: Path
    daemon: Daemon


@dataclass(frozen=True)
class Day:
    """What came of it."""

    said: dict[str, dict[str, Any]]
    """What each host reports: its version, and how many seconds it waited."""
    jobs: list[messages.Job]
    """The oldest first."""
    calls: int
    """Of the UNet, for all of them."""
    given: Image.Image
    """The picture that Krita and GIMP begin from."""
    out: dict[str, Path]
    """What each host was given and has left."""


def main() -> None:
    """Paint, print, and leave the sheet."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "studio-demo")
    with tempfile.TemporaryDirectory() as name:
        print(shared(demo(Path(name), folder)))
    print(folder / "sheet.png")


def demo(scratch: Path, folder: Path) -> Day:
    """Have all hosts paint, and leave the contact sheet in a folder."""
    day = paint(scratch)
    folder.mkdir(parents=True, exist_ok=True)
    page = sheet.sheet("Three hosts, one GPU", _line(day.said), cells(day), 3)
    page.save(folder / "sheet.png", optimize=True)
    return day


def paint(scratch: Path) -> Day:
    """Have all three hosts paint on one daemon at the same time."""
    provision.blender(BLENDER)  # what takes minutes when it is not there yet, before any host waits for another
    root.debian()
    with running_daemon(scratch / "daemon", starter=True) as daemon, connect(daemon.address, daemon.token) as client:
        scene = client.run(generate("a blue sphere on a white floor", 128, 128, steps=20, guidance=5.0, seed=3))[0]
        before = client.load().workers[0].denoiser_calls
        desks = {host: _desk(host, scratch, daemon) for host in HOSTS}
        given = Image.frombytes("RGB", (128, 128), scene.pixels.data).convert("RGBA")
        _give(desks, given)
        said = _all_at_once(desks)
        calls = sum(worker.denoiser_calls for worker in client.load().workers) - before
        jobs = client.jobs()[-2::-1]  # the oldest is the scene that two of them begin from
    return Day(said, jobs, calls, given, {host: desk.out for host, desk in desks.items()})


def _desk(host: str, scratch: Path, daemon: Daemon) -> Desk:
    (row,) = [each for each in package.HOSTS if each.name == host]
    out = scratch / host
    out.mkdir()
    plugin = package.build(row, package.PLUGINS / host, scratch / "dist")
    home = scratch / f"{host}-home"
    return Desk(out, plugin, _HOMES[host](home, plugin) if host in _HOMES else home, daemon)


_HOMES: dict[str, Callable[[Path, Path], Path]] = {"krita": krita_rig.profile, "gimp": gimp_rig.profile}
"""What makes a home with the plug-in in it; Blender installs it by itself."""


def _give(desks: dict[str, Desk], scene: Image.Image) -> None:
    """The pictures that Krita and GIMP begin from."""
    large = np.asarray(scene.resize((256, 256), Image.Resampling.LANCZOS))
    (desks["krita"].out / "scene.bgra").write_bytes(np.ascontiguousarray(large[..., [2, 1, 0, 3]]).tobytes())
    (desks["gimp"].out / "part.rgba").write_bytes(np.ascontiguousarray(np.asarray(scene)[:, :96]).tobytes())


def _all_at_once(desks: dict[str, Desk]) -> dict[str, dict[str, Any]]:
    """Start all hosts; when the last is ready, all begin. What each reports."""
    with ThreadPoolExecutor(len(desks)) as pool:
        running = {host: pool.submit(_WORK[host], desk) for host, desk in desks.items()}
        deadline = time.monotonic() + PATIENCE
        while not all((desk.out / "ready").exists() for desk in desks.values()):
            for host, future in running.items():
                if future.done():
                    raise AssertionError(f"{host} ended early") from future.exception()
            assert time.monotonic() < deadline, "not all hosts became ready"
            time.sleep(0.05)
        for desk in desks.values():
            (desk.out / "go").touch()
        return {host: future.result(PATIENCE) for host, future in running.items()}


def _blender(desk: Desk) -> dict[str, Any]:
    kept = ("BOTTEGA_", "PYTHON", "BLENDER")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(kept)}
    environment |= {"BOTTEGA_HOME": str(desk.daemon.home), "BLENDER_USER_RESOURCES": str(desk.out / "user")}
    command = [str(provision.blender(BLENDER)), str(HERE / "blender.py"), str(desk.out), str(desk.plugin)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    report = desk.out / "report.json"
    assert report.exists(), f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return json.loads(report.read_text())


def _krita(desk: Desk) -> dict[str, Any]:
    binds = {desk.out: "/out", desk.daemon.home: "/daemon", HERE: "/studio"}
    places = {"BOTTEGA_HOME": "/daemon", "PYTHONPATH": "/inside:/studio"}
    krita_rig.run_offscreen(desk.home, "krita_desk", binds, timeout=PATIENCE, **places)
    return json.loads((desk.out / "report.json").read_text())


def _gimp(desk: Desk) -> dict[str, Any]:
    with gimp_rig.console(desk.home, desk.daemon, {desk.out: "/out"}) as gimp:
        return gimp.run(OUTPAINT)


_WORK: dict[str, Callable[[Desk], dict[str, Any]]] = {"blender": _blender, "krita": _krita, "gimp": _gimp}


def shared(day: Day) -> str:
    """How well the hosts shared the UNet."""
    lines = [f"{host:<8} {facts['version']:<24} {facts['seconds']:5.1f} s" for host, facts in day.said.items()]
    lines += [f'"{job.title}": {job.model_calls} UNet calls, {job.shared_calls} shared' for job in day.jobs]
    alone = sum(job.model_calls for job in day.jobs)
    lines += [f"{day.calls} UNet calls did what {alone} would have done one by one"]
    return "\n".join([*lines, "(a texture that wraps around shares with such textures alone)"])


def _line(said: dict[str, dict[str, Any]]) -> str:
    versions = ", ".join(f"{NAMES[host]} {facts['version'].split()[0]}" for host, facts in said.items())
    return f"{versions} at the same time; the starter model, 20 steps, seed 3 each, none chosen"


def cells(day: Day) -> list[sheet.Cell]:
    """What each host was given, and what it made of it."""
    scene = day.given
    blender, krita, gimp = (day.out[host] for host in HOSTS)
    texture = Image.open(blender / "texture.png").convert("RGB")
    large = scene.resize((256, 256), Image.Resampling.LANCZOS).convert("RGB")
    mask = Image.new("L", (256, 256))
    mask.paste(255, (96, 96, 160, 160))
    painted = np.frombuffer((krita / "painted.bgra").read_bytes(), np.uint8).reshape(256, 256, 4)
    part = Image.new("RGB", (128, 128), sheet.PAPER)
    part.paste(scene.convert("RGB").crop((0, 0, 96, 128)))
    beyond = Image.frombytes("RGBA", (128, 128), (gimp / "painted.rgba").read_bytes()).convert("RGB")
    return [
        sheet.Cell(sheet.tiled(texture), "Blender: a texture, 2 x 2", "“red brick wall”"),
        sheet.Cell(sheet.outlined(large, mask), "Krita: a selection", "in a picture of the same model"),
        sheet.Cell(part, "GIMP: a canvas", "96 pixels wide, to grow to the right"),
        sheet.Cell(Image.open(blender / "mesh.png").convert("RGB"), "On the mesh", "6 x 3 times around a sphere"),
        sheet.Cell(Image.fromarray(np.ascontiguousarray(painted[..., [2, 1, 0]])), "Inpainted", "“a red sphere”"),
        sheet.Cell(beyond, "Outpainted", "“a blue sphere on a white floor”"),
    ]


if __name__ == "__main__":
    main()
