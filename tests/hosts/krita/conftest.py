"""One daemon and one built zip for all of these tests, and a live Krita for each file."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from bottega.client import Client, connect
from scripts import package
from tests.daemon import Daemon, running_daemon
from tests.hosts import desk as desks
from tests.hosts.krita import rig
from tests.tiny_adapters import tiny_embedding, tiny_lora

OPEN = """
from bottega_krita.extension import studio
from bottega_krita import memory
from krita import Selection
S = studio()
import sys
sys.path.insert(0, "/inside")
from slices import Slices
SLICES = Slices(S.main)
K.activeWindow().qwindow().showMaximized()
dock = S.dockers[0]
dock.setVisible(True)
dock.raise_()

def fresh(width=192, height=160, name="painting"):
    made = K.createDocument(width, height, name, "RGBA", "U8", "", 72.0)
    made.rootNode().childNodes()[0].setPixelData(bytes([200, 180, 120, 255]) * (width * height), 0, 0, width, height)
    K.activeWindow().addView(made)
    made.refreshProjection()
    made.waitForDone()
    return made

def press(button):
    from PyQt5.QtCore import Qt
    from PyQt5.QtTest import QTest
    QTest.mouseClick(button, Qt.LeftButton)
"""
SAID = """
dock.form.steps.setValue(2)
dock.form.seed.setValue(3)
dock.form.count.setValue(1)
dock.form.prompt.setPlainText("green grass")
"""
Stage: TypeAlias = "Callable[[str], Told]"


class Told(dict[str, Any]):
    """A script's report, and the folder with what it left."""

    folder: Path

    def data(self, name: str) -> bytes:
        """Bytes that the script kept."""
        return (self.folder / f"{name}.bin").read_bytes()


@pytest.fixture(scope="session")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Generator[Daemon, Any, None]:
    """A daemon with the starter model, a LoRA, one that turns out to be for another model, and an embedding."""
    models = tmp_path_factory.mktemp("krita-models")
    tags = json.dumps({"5_ink": {"sumi-e": 20, "misty mountains": 9, "bamboo": 4}})
    tiny_lora(models / "loras" / "inkwash.safetensors", metadata={"ss_tag_frequency": tags})
    tiny_lora(models / "loras" / "misfit.safetensors", layers=("down_blocks.0.resnets.0.conv1",), text_layers=())
    tiny_embedding(models / "embeddings" / "oldpaper.safetensors")
    with running_daemon(tmp_path_factory.mktemp("krita-daemon"), [models], starter=True) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def client(daemon: Daemon) -> Generator[Client, Any, None]:
    """The oracle: the same requests without a host. Of each module, since others kill the daemon, and start it anew."""
    with connect(daemon.address, daemon.token) as client:
        yield client


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip that `make package` builds."""
    host = next(host for host in package.HOSTS if host.name == "krita")
    return package.build(host, package.PLUGINS / "krita", tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def told(daemon: Daemon, plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Runs a script of `inside/` in kritarunner, once, with the installed zip, and gives its report."""

    @cache
    def run(script: str) -> Told:
        out, home = tmp_path_factory.mktemp(f"krita-{script}"), tmp_path_factory.mktemp(f"home-{script}")
        rig.profile(home, plugin)
        rig.run_offscreen(home, script, {out: "/out", daemon.home: "/daemon"}, timeout=600, BOTTEGA_HOME="/daemon")
        said = Told(json.loads((out / "report.json").read_text()))
        said.folder = out
        return said

    return run


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[desks.Desk, Any, None]:
    """A screen that nobody sees."""
    with desks.desk(tmp_path_factory.mktemp("krita-desk")) as desk:
        yield desk


@pytest.fixture(scope="module")
def krita(
    daemon: Daemon, plugin: Path, desk: desks.Desk, tmp_path_factory: pytest.TempPathFactory
) -> Generator[rig.Krita, Any, None]:
    """A live Krita with the installed zip: a new one for each file, so that no file can bring another one down."""
    home = rig.profile(tmp_path_factory.mktemp("krita-home"), plugin)
    with rig.live(home, desk, {daemon.home: "/daemon"}, {"BOTTEGA_HOME": "/daemon"}) as krita:
        yield krita


@pytest.fixture(scope="module")
def opened(krita: rig.Krita) -> rig.Krita:
    """Krita with the docker, and the plug-in connected."""
    krita.run(OPEN)
    krita.wait("S.connection.state == 'connected' and S.catalog is not None")
    krita.run(SAID)
    return krita
