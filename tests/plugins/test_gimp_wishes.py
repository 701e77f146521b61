"""Presets of GIMP's plug-in, without GIMP."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "gimp"


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, which needs none."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    return import_module("bottega_gimp.wishes")


@pytest.mark.parametrize(("kept", "used"), [("texture", "upscale"), ("refine", "upscale"), ("upscale", "texture")])
def test_a_preset_for_painting_says_nothing_of_enlarging(wishes: Any, kept: str, used: str) -> None:
    """Nor the other way round: "seamless" and "source" are arguments of both, and mean something else."""
    others = {"seamless": "y", "source": "layer"}
    preset = wishes.preset_of(wishes.Wish(kept, others))
    before = wishes.Wish(used, {"seamless": "none", "source": "visible"})
    after = wishes.styled(before, preset)
    assert (after["seamless"], after["source"]) == ("none", "visible")
    same = wishes.styled(wishes.Wish(kept, {}), preset)
    assert all(same[name] == others[name] for name in preset if name in others)
