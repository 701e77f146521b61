"""What tests of plug-ins share that need no host."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Generator
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pytest

from tests.daemon import ROOT

PACKAGE = "bottega_blender_mocked"


@pytest.fixture(scope="module")
def blender() -> Generator[Callable[[str], Any]]:
    """Gives the modules of Blender's plug-in by name, in a Blender without windows that is none."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("bpy", "bpy.utils", "bpy.utils.previews", "bpy.props", "bpy.types"):
            patch.setitem(sys.modules, name, MagicMock())
        package = ModuleType(PACKAGE)
        package.__path__ = [str(ROOT / "plugins" / "blender" / "bottega_blender")]
        patch.setitem(sys.modules, PACKAGE, package)
        yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [each for each in sys.modules if each.startswith(f"{PACKAGE}.")]:
        del sys.modules[name]
