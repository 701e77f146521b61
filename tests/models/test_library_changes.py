"""The library's version tells changes, and only what has changed is read again."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path

import pytest

from bottega_daemon.models import inspect, inspect_adapters
from bottega_daemon.models.header import Header, read_header
from bottega_daemon.models.library import Library
from tests.models.kit import copy, weights, write

LORA = {"lora_unet_down_blocks_0.diff": (1,)}
"""The shapes of the least file that is one."""


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files whose headers are read, in order."""
    names: list[str] = []

    def noted(path: Path) -> Header:
        names.append(path.name)
        return read_header(path)

    for module in (inspect, inspect_adapters):
        monkeypatch.setattr(module, "read_header", noted)
    return names


def test_the_version_changes_with_the_content_and_only_then(tiny_root: Path, tmp_path: Path) -> None:
    library = Library([tmp_path])
    seen = [library.scan().version]
    folder = copy(tiny_root, tmp_path, "controlnets/tiny-depth")
    seen.append(library.scan().version)
    os.utime(folder / "bottega.json", ns=(1, 1))
    seen.append(library.scan().version)
    weights(tmp_path / "loras" / "a.safetensors", LORA)
    seen.append(library.scan().version)
    (tmp_path / "loras" / "a.safetensors").rename(tmp_path / "loras" / "b.safetensors")
    seen.append(library.scan().version)
    assert len(set(seen)) == len(seen)
    write(tmp_path / "loras" / ".hidden", "nothing")
    write(tmp_path / "readme.txt", "nothing")
    assert library.scan().version == Library([tmp_path]).scan().version == seen[-1]
    assert library.scan() is library.scan()
    shutil.rmtree(folder)
    (tmp_path / "loras" / "b.safetensors").unlink()
    assert library.scan().version == seen[0]


def test_only_what_changed_is_read_again(tiny_root: Path, tmp_path: Path, read: list[str]) -> None:
    library = Library([tmp_path])
    copy(tiny_root, tmp_path, "checkpoints/tiny")
    folder = copy(tiny_root, tmp_path, "controlnets/tiny-depth")
    loras = [weights(tmp_path / "loras" / f"{name}.safetensors", LORA) for name in "abc"]
    first = library.scan()
    assert len(read) == 7
    read.clear()
    weights(tmp_path / "loras" / "new.safetensors", LORA)
    os.utime(loras[1], ns=(1, 1))
    write(folder / "bottega.json", '{"kind": "canny"}')
    (folder / "diffusion_pytorch_model.safetensors").touch()
    second = library.scan()
    assert sorted(read) == ["b.safetensors", "diffusion_pytorch_model.safetensors", "new.safetensors"]
    assert second.checkpoints == first.checkpoints
    assert [entry.kind for entry in second.controlnets] == ["canny"]
    assert [entry.name for entry in second.loras] == ["a", "b", "c", "new"]
    assert second == Library([tmp_path]).scan()


def test_a_sidecar_that_comes_later_is_heard(tiny_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "controlnets" / "some-depth.safetensors"
    file.parent.mkdir()
    shutil.copy(tiny_root / "controlnets" / "tiny-depth" / "diffusion_pytorch_model.safetensors", file)
    library = Library([tmp_path])
    assert [entry.kind for entry in library.scan().controlnets] == ["depth"]
    sidecar = write(file.with_name("some-depth.bottega.json"), '{"kind": "pose"}')
    assert [entry.kind for entry in library.scan().controlnets] == ["pose"]
    sidecar.unlink()
    assert [entry.kind for entry in library.scan().controlnets] == ["depth"]


def test_no_header_is_kept(tmp_path: Path) -> None:
    for number in range(3):
        weights(
            tmp_path / "loras" / f"{number}.safetensors",
            {f"lora_unet_down_blocks_{index}.diff": (1,) for index in range(100)},
        )
    library = Library([tmp_path])
    assert len(library.scan().loras) == 3
    gc.collect()
    assert not [thing for thing in gc.get_objects() if type(thing) is Header]
    assert len(library.scan().loras) == 3


def test_a_problem_that_was_mended_is_gone(tmp_path: Path) -> None:
    path = write(tmp_path / "loras" / "a.safetensors", "not yet whole")
    library = Library([tmp_path])
    assert [problem.path for problem in library.scan().problems] == [path]
    weights(path, LORA)
    assert library.scan().problems == ()
    assert [entry.name for entry in library.scan().loras] == ["a"]
