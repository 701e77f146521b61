"""What a daemon is told when it starts, and where its clients find it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bottega import places
from bottega_daemon import config
from bottega_daemon.config import STARTER_ROOT, Config, devices_of, from_environment
from bottega_daemon.errors import InvalidRequest


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("BOTTEGA_")]:
        monkeypatch.delenv(name)
    assert from_environment() == Config()
    monkeypatch.setenv("BOTTEGA_HOME", str(tmp_path))
    monkeypatch.setenv("BOTTEGA_PORT", "0")
    monkeypatch.setenv("BOTTEGA_MODELS", f"/a{os.pathsep}/b")
    monkeypatch.setenv("BOTTEGA_STARTER", "0")
    told = from_environment()
    assert (told.home, told.port, told.models, told.starter) == (tmp_path, 0, (Path("/a"), Path("/b")), False)
    assert told.model_roots == (tmp_path / "models", Path("/a"), Path("/b"))
    assert places.daemon_file() == tmp_path / "daemon.json"
    assert Config().model_roots[-1] == STARTER_ROOT


def test_a_number_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTTEGA_PORT", "many")
    with pytest.raises(InvalidRequest) as refused:
        from_environment()
    assert refused.value.field == "BOTTEGA_PORT"


def test_everything_that_can_be_chosen_has_a_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wanted = Config(
        home=tmp_path,
        models=(Path("/a"),),
        starter=False,
        host="::1",
        port=9,
        devices=("cpu", "cuda:7"),
        worker_idle=1.5,
        retention_days=0.5,
        dtype="bfloat16",
        threads=3,
        memory_budget=1 << 33,
        preview_interval=0.25,
        worker_command=("python", "-m", "worker"),
    )
    written: dict[str, Callable[[Any], str]] = {
        "models": lambda models: os.pathsep.join(map(str, models)),
        "starter": lambda starter: str(int(starter)),
        "devices": ",".join,
        "worker_command": "\n".join,
    }
    default = Config()
    for field in dataclasses.fields(Config):
        value = getattr(wanted, field.name)
        assert value != getattr(default, field.name)
        monkeypatch.setenv(f"BOTTEGA_{field.name.upper()}", written.get(field.name, str)(value))
    assert from_environment() == wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("threads", "-1"),
        ("threads", "5000"),
        ("port", "65536"),
        ("worker_idle", "nan"),
        ("retention_days", "-1"),
        ("memory_budget", "-1"),
        ("preview_interval", "inf"),
        ("dtype", "int3"),
    ],
)
def test_what_cannot_be_is_named_with_a_remedy(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"BOTTEGA_{name.upper()}", value)
    with pytest.raises(InvalidRequest) as refused:
        from_environment()
    assert refused.value.field == name
    assert f"BOTTEGA_{name.upper()}" in refused.value.remedy


@pytest.mark.parametrize(("machine", "found"), [("arm64", ("mps",)), ("x86_64", ("cpu",))])
def test_only_apples_own_chips_have_mps(monkeypatch: pytest.MonkeyPatch, machine: str, found: tuple[str, ...]) -> None:
    monkeypatch.setattr(config.sys, "platform", "darwin")
    monkeypatch.setattr(config.platform, "machine", lambda: machine)
    assert devices_of(("auto",)) == found


@pytest.mark.parametrize(
    ("torch", "visible", "found"),
    [("2.13.0+cpu", "0,1", ("cpu",)), ("2.13.0", "0,3", ("cuda:0", "cuda:1")), ("2.13.0", "", ("cpu",))],
)
def test_automatic_devices_are_those_that_torch_can_use(
    monkeypatch: pytest.MonkeyPatch, torch: str, visible: str, found: tuple[str, ...]
) -> None:
    monkeypatch.setattr(config.sys, "platform", "linux")
    monkeypatch.setattr(config.metadata, "version", lambda _: torch)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert devices_of(("auto",)) == found


def test_named_devices_are_taken_as_they_are() -> None:
    assert devices_of(("cuda:1", "cpu")) == ("cuda:1", "cpu")
