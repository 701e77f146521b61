"""One source for both Qts: pyright with PyQt5's and PyQt6's own stubs, and the plug-in at work in PyQt6."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.daemon import ROOT
from tests.hosts import root

STUBS = "usr/lib/x86_64-linux-gnu/krita-python-libs/PyKrita/krita.pyi"
INSIDE = Path(__file__).with_name("inside")


@pytest.mark.parametrize(("major", "python"), [(5, "3.10"), (5, "3.13"), (6, "3.13")])
def test_types_hold(tmp_path: Path, major: int, python: str) -> None:
    """Every name of Qt and of Krita that the plug-in uses is there, in either Qt, in the oldest and newest Python."""
    shutil.copytree(ROOT / "plugins" / "krita" / "bottega_krita", tmp_path / "bottega_krita")
    settings = {
        "include": ["bottega_krita"],
        "extraPaths": [str(ROOT / "shared"), str(root.debian() / "usr/lib/python3/dist-packages")],
        "stubPath": str(_stubs(tmp_path / "stubs", major)),
        "defineConstant": {"QT6": major == 6},
        "pythonVersion": python,
        "typeCheckingMode": "standard",
        "reportIncompatibleMethodOverride": False,  # the two Qts name arguments differently
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "-p", str(tmp_path), "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    found = json.loads(done.stdout)
    wrong = [
        f"{Path(each['file']).name}:{each['range']['start']['line'] + 1} {each['message']}"
        for each in found["generalDiagnostics"]
        if each["severity"] == "error" and not each["file"].endswith(".pyi")
    ]
    assert not wrong, "\n".join(wrong)
    assert found["summary"]["filesAnalyzed"] > 20


def _stubs(folder: Path, major: int) -> Path:
    """Krita's own stubs, for this Qt; what they forget to import is added."""
    folder.mkdir()
    text = (root.debian() / STUBS).read_text().replace("PyQt5", f"PyQt{major}")
    text = text.replace("import collections, re, typing", "import collections.abc, re, typing\nfrom typing import *", 1)
    if major == 6:
        text = text.replace("QtWidgets.QAction", "QtGui.QAction")
    (folder / "krita.pyi").write_text(text)
    return folder


def test_the_docker_works_in_qt_6(plugin: Path, tmp_path: Path) -> None:
    """Krita 6 has PyQt6 alone: there the zip's docker is built, filled, read again and drawn, beside a stand-in for
    Krita's own modules, and PyQt5 is never asked for."""
    zipfile.ZipFile(plugin).extractall(tmp_path)
    own = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": "/inside/standin:/plugin", "BOTTEGA_HOME": "/none"}
    command = root.inside(["python3", "/inside/six.py"], {tmp_path: "/plugin", INSIDE: "/inside"})
    done = subprocess.run(command, env=root.clean(own), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["same"] and said["qt5"] is False and said["prompt"] == "a (red:1.1) door"
    assert said["asked"] == ["fill", "-1"] and said["width"] < 330
