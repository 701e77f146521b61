"""What only a GPU can show: its pictures are the processor's, company changes them little, and its memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bottega_daemon.config import STARTER_ROOT
from bottega_daemon.diffusion.denoiser import denoise
from bottega_daemon.diffusion.pixels import from_float
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint, load_controlnet
from bottega_daemon.models.upscalers import load_upscaler
from bottega_daemon.models.wearing import wear
from bottega_daemon.spec import ChannelDepth, Control, Extent, Generate, ReadyHint, Upscale
from bottega_daemon.tasks.stages import Load, Models
from bottega_daemon.worker import calls, protocol
from bottega_daemon.worker.device import Device
from bottega_daemon.worker.loader import Loader
from bottega_daemon.worker.memory import attempt, is_out_of_memory
from tests.worker.kit import Bench, paint, picture, read_models, words

pytestmark = pytest.mark.gpu

MIXED = {
    "a": paint("red brick wall", sampler="euler", steps=6, seed=1),
    "b": paint("blue wood", sampler="heun", schedule="karras", steps=4, seed=2, guidance=7.0),
    "c": paint("green stone", sampler="dpmpp_2m_sde", steps=5, seed=3, negative_prompt="red"),
}
"""Jobs that have nothing in common but the model and the extent."""


@pytest.fixture
def exact() -> Iterator[None]:
    """Products of float32 in float32, not in TensorFloat32."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


def on_gpu(root: Path, dtype: torch.dtype) -> Models:
    found, device = Library([root]).scan(), torch.device("cuda:0")
    checkpoint = load_checkpoint(next(each for each in found.checkpoints if each.name == "tiny"), device, dtype)
    return Models(checkpoint, {each.name: load_controlnet(each, device, dtype) for each in found.controlnets})


def apart(a: Any, b: Any) -> int:
    """The largest difference of two 8-bit pictures."""
    return int(np.abs(a.astype(int) - b.astype(int)).max())


def test_a_gpu_is_opened() -> None:
    device = Device.open(protocol.Setup("cuda:0", "", ()))
    assert device.torch == torch.device("cuda:0") and device.name == torch.cuda.get_device_name(0)
    assert device.dtype in {torch.bfloat16, torch.float16}
    assert device.budget == int(device.memory_total * 0.75) > 0


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("name", list(MIXED))
def test_a_gpu_paints_what_the_processor_paints(tiny_root: Path, tmp_path: Path, name: str) -> None:
    there = Bench(on_gpu(tiny_root, torch.float32), tmp_path / "gpu").run(MIXED[name])[0]
    here = Bench(read_models(tiny_root), tmp_path / "cpu").run(MIXED[name])[0]
    assert apart(there, here) <= 2


@pytest.mark.usefixtures("exact")
def test_a_controlled_picture_is_the_processors(tiny_root: Path, tmp_path: Path) -> None:
    made: list[Any] = []
    for models, folder in ((on_gpu(tiny_root, torch.float32), "gpu"), (read_models(tiny_root), "cpu")):
        bench = Bench(models, tmp_path / folder)
        control = Control("tiny-depth", "depth", ReadyHint(bench.image(picture(64, 5))), 0.8, 0.0, 0.7)
        how = words(steps=6, seamless="x", controls=(control,))
        made += bench.run(Generate(how, Extent(128, 64), bench.image(picture(64, 6)), 0.7))
    assert apart(made[0], made[1]) <= 2


@pytest.mark.parametrize("name", list(MIXED))
def test_company_in_bfloat16(tiny_root: Path, tmp_path: Path, name: str) -> None:
    models = on_gpu(tiny_root, torch.bfloat16)
    alone = Bench(models, tmp_path / "alone").run(MIXED[name])[0]
    together = Bench(models, tmp_path / "together")
    for each, task in MIXED.items():
        together.submit(each, task)
        together.tick()  # so that they join at different ticks
    together.finish()
    ended = together.of(name)[-1]
    assert isinstance(ended, protocol.Succeeded) and ended.shared_calls > 0
    assert apart(together.pictures(name)[0], alone) <= 3


@contextmanager
def limited(more: int) -> Iterator[None]:
    """A GPU with memory for what is held now and so many bytes more."""
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, (torch.cuda.memory_reserved(0) + more) / total), 0)
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, 0)
        torch.cuda.empty_cache()


def peak(work: Callable[[], object]) -> int:
    """Bytes that `work` takes at its height."""
    torch.cuda.reset_peak_memory_stats(0)
    before = torch.cuda.memory_allocated(0)
    work()
    return torch.cuda.max_memory_allocated(0) - before


def test_memory_that_runs_out_is_known_as_such() -> None:
    with limited(1 << 28):
        _, error = attempt(lambda: torch.empty(1 << 30, dtype=torch.uint8, device="cuda:0"))
    assert is_out_of_memory(error)


def test_memory_that_runs_out_shrinks_the_calls(
    tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "CELLS_PER_CALL", 1 << 30)
    bench = Bench(on_gpu(tiny_root, torch.float32), tmp_path)
    bench.submit("job", paint(count=64, side=512, steps=3, guidance=3.0))
    while "job" not in bench.samples:
        bench.tick()
    samples = bench.samples["job"]
    one, all_ = peak(lambda: denoise(samples[:1])), peak(lambda: denoise(samples))
    assert one < all_ // 8
    with limited(all_ // 2):
        bench.finish()
    assert len(bench.pictures("job")) == 64
    assert bench.loader.freed > 0, "memory ran out at least once"


def test_models_that_are_let_go_give_their_memory_back(tiny_root: Path) -> None:
    device = Device(torch.device("cuda:0"), "", 1 << 34, torch.float32)
    loader = Loader([tiny_root], device, 1 << 30)
    before = torch.cuda.memory_allocated(0)
    models = loader.load(Load("tiny", ("tiny-depth",)), lambda: None).result(60)
    assert torch.cuda.memory_allocated(0) - before >= models.checkpoint.nbytes
    loader.release(models)
    del models
    loader.free()
    assert loader.held() == ((), 0)
    assert torch.cuda.memory_allocated(0) - before < 1 << 16


def test_loras_are_put_on_and_taken_off_to_the_last_bit(tiny_root: Path) -> None:
    device = Device(torch.device("cuda:0"), "", 1 << 34, torch.bfloat16)
    loader = Loader([tiny_root], device, 1 << 30)
    models = loader.load(Load("tiny", (), ("tiny-ink", "tiny-style")), lambda: None).result(60)
    net = models.checkpoint.unet
    before = {name: value.clone() for name, value in net.state_dict().items()}
    places = [value.data_ptr() for value in net.parameters()]
    for loras in (("tiny-style",), ("tiny-ink", "tiny-style"), ()):
        wear(models.checkpoint, "unet", tuple((models.loras[name], 0.7) for name in loras))
        same = all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
        assert same == (not loras)
    assert [value.data_ptr() for value in net.parameters()] == places


@pytest.mark.parametrize(("depth", "most"), [("u8", 2), ("u16", 16)])
def test_a_picture_is_enlarged_as_on_the_processor(tmp_path: Path, depth: ChannelDepth, most: int) -> None:
    """Half precision shows in no byte, and 16 bits are not made in it."""
    (entry,) = Library([STARTER_ROOT]).scan().upscalers
    pictures: list[Any] = []
    for name, dtype in (("cpu", torch.float32), ("cuda:0", torch.float16)):
        enlarger = load_upscaler(entry, torch.device(name), dtype)
        assert enlarger.half == (name != "cpu")
        bench = Bench(Models(enlarger=enlarger), tmp_path / name.replace(":", "-"))
        values = np.random.default_rng(5).random((40, 300, 3), np.float32)
        image = bench.image(from_float(values, depth), depth)
        pictures += bench.run(Upscale("starter-4x", image, Extent(1200, 160)))
    assert apart(*pictures) <= most
