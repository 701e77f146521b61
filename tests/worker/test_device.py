"""The device: taken as the front names it, or refused with a remedy; its number format and its share for models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import psutil
import pytest
import torch

from bottega_daemon.errors import InvalidRequest
from bottega_daemon.models.load import preferred_dtype
from bottega_daemon.worker import protocol
from bottega_daemon.worker.device import Device

Dtype = Literal["auto", "float32", "bfloat16", "float16"]


@pytest.fixture(autouse=True)
def same_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def setup(device: str = "cpu", dtype: Dtype = "auto", threads: int = 0) -> protocol.Setup:
    return protocol.Setup(device, "", (), dtype=dtype, threads=threads)


def test_the_processor_is_opened() -> None:
    device = Device.open(setup())
    assert device.torch == torch.device("cpu") and device.name
    assert device.memory_total == pytest.approx(psutil.virtual_memory().total, rel=0.01)
    assert device.budget == device.memory_total // 2


@pytest.mark.parametrize("name", ["cuda:97", "abacus", "", "cpu:no"])
def test_a_device_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Device.open(setup(name))
    assert caught.value.field == "device" and "bottega doctor" in caught.value.remedy
    assert repr(name) in caught.value.message


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("float32", torch.float32),
        ("bfloat16", torch.bfloat16),
        ("float16", torch.float16),
        ("auto", preferred_dtype(torch.device("cpu"))),
    ],
)
def test_the_number_format_is_chosen(asked: Dtype, given: torch.dtype) -> None:
    device = Device.open(setup(dtype=asked))
    assert device.dtype is given
    assert device.ready().dtype == str(given).removeprefix("torch.")


@pytest.mark.parametrize(("native", "dtype"), [(True, torch.bfloat16), (False, torch.float32)])
def test_half_precision_only_where_the_processor_multiplies_it(
    monkeypatch: pytest.MonkeyPatch, native: bool, dtype: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: native)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    assert Device.open(setup()).dtype is dtype


@pytest.mark.parametrize(("kind", "share"), [("cpu", 0.5), ("cuda", 0.75), ("mps", 0.5), ("xpu", 0.5)])
def test_pictures_are_left_their_share_of_memory(kind: str, share: float) -> None:
    assert Device(torch.device(kind), "", 1000, torch.float32).budget == 1000 * share


def test_threads_are_set_where_the_front_says_so() -> None:
    Device.open(setup(threads=2))
    assert torch.get_num_threads() == 2
    Device.open(setup(threads=0))
    assert torch.get_num_threads() == 2
