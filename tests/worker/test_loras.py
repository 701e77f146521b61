"""Jobs with LoRAs in the step loop: the picture is diffusers', sets do not mix, and nothing of them stays behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega_daemon.errors import BottegaError, CorruptModel, InvalidRequest, NotFound
from bottega_daemon.models import wearing
from bottega_daemon.spec import Lora
from bottega_daemon.tasks.stages import Load, Models
from bottega_daemon.worker import batching, protocol
from bottega_daemon.worker.device import Device
from bottega_daemon.worker.loader import Loader
from tests import tiny
from tests.tiny_adapters import UNET_LAYERS, tiny_embedding, tiny_lora
from tests.worker.kit import Bench, paint, read_models

STYLE, INK = Lora("tiny-style"), Lora("tiny-ink", -0.5, 0.4)
SETS: tuple[tuple[Lora, ...], ...] = ((), (STYLE,), (INK,), (INK, STYLE), (Lora("tiny-style", 2.0, 0.0),))
SECONDS = 30


@pytest.fixture(scope="module")
def models(tiny_root: Path) -> Models:
    return read_models(tiny_root)


@pytest.fixture
def bench(models: Models, tmp_path: Path) -> Bench:
    return Bench(models, tmp_path)


def test_a_picture_with_two_loras_is_that_of_diffusers(bench: Bench, tiny_root: Path) -> None:
    """Oracle: load_lora_weights, set_adapters with a weight each. Latents differ by at most 1e-4."""
    how: dict[str, Any] = {"steps": 10, "guidance": 4.0, "seed": 11, "negative_prompt": "blue"}
    bench.run(paint(**how, loras=(Lora("tiny-ink", -0.5, -0.5), Lora("tiny-style", 0.8, 0.8))))
    ours = bench.samples["job"][0].result
    pipe = cast(Any, StableDiffusionPipeline.from_pretrained(tiny_root / "checkpoints" / "tiny"))
    pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config, timestep_spacing="linspace")
    pipe.set_progress_bar_config(disable=True)
    for name in ("tiny-style", "tiny-ink"):
        pipe.load_lora_weights(
            tiny_root / "loras", weight_name=f"{name}.safetensors", adapter_name=name.replace("-", "_")
        )
    pipe.set_adapters(["tiny_style", "tiny_ink"], [0.8, -0.5])
    theirs = pipe(
        "red brick wall",
        negative_prompt="blue",
        num_inference_steps=10,
        guidance_scale=4.0,
        height=64,
        width=64,
        generator=torch.Generator("cpu").manual_seed(11),
        output_type="latent",
    ).images
    assert ours is not None
    assert (ours - theirs).abs().max() <= 1e-4 * max(1.0, theirs.std())


@settings(max_examples=12)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_after_any_jobs_a_picture_is_bit_equal_to_the_fresh_one(
    models: Models, tmp_path_factory: pytest.TempPathFactory, numbers: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("bench")
    fresh = Bench(read_fresh(models), folder).run(paint(steps=2))[0]
    before = {name: value.clone() for name, value in models.checkpoint.unet.state_dict().items()}
    for index, number in enumerate(numbers):
        Bench(models, folder).run(paint(steps=2, seed=index, loras=SETS[number]))
    models.checkpoint.derived.pop("text", None)
    assert np.array_equal(Bench(models, folder).run(paint(steps=2))[0], fresh)
    assert all(torch.equal(value, before[name]) for name, value in models.checkpoint.unet.state_dict().items())


def read_fresh(models: Models) -> Models:
    """The same models in their own weights, with nothing encoded yet."""
    for part in ("unet", "text_encoder"):
        wearing.wear(models.checkpoint, part, ())
    models.checkpoint.derived.pop("text", None)
    return models


def test_jobs_with_different_sets_run_together_as_they_would_alone(models: Models, tmp_path: Path) -> None:
    tasks = {f"job {n}": paint(steps=5, seed=n, loras=SETS[n % len(SETS)]) for n in range(7)}
    alone = {name: Bench(models, tmp_path / "alone").run(task)[0] for name, task in tasks.items()}
    together = Bench(models, tmp_path / "together")
    for name, task in tasks.items():
        together.submit(name, task)
    together.finish()
    for name, picture in alone.items():
        assert np.abs(together.pictures(name)[0].astype(int) - picture.astype(int)).max() <= 1, name
    different = [np.abs(alone["job 0"].astype(int) - alone[f"job {n}"].astype(int)).max() for n in range(1, 5)]
    assert min(different) > 10, "every set shows"
    ended = [event for event in together.of("job 6") if isinstance(event, protocol.Succeeded)]
    assert ended[0].shared_calls >= 3, "those with the same set share their calls"


def test_weights_are_not_changed_at_every_tick(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    changes: list[str] = []
    real = wearing._restore

    def counted(net: Any, worn: Any, names: Any) -> None:
        changes.append(type(net).__name__)
        real(net, worn, names)

    monkeypatch.setattr(wearing, "_restore", counted)
    steps = 3 * batching.RUN
    bench.submit("style", paint(steps=steps, loras=(STYLE,)))
    bench.submit("ink", paint(steps=steps, seed=2, loras=(INK,)))
    bench.finish()
    assert changes.count("UNet2DConditionModel") <= 2 * steps // batching.RUN + 1


def test_an_embedding_in_the_prompt_changes_the_picture(bench: Bench) -> None:
    plain = bench.run(paint("red tinyword wall"), "plain")[0]
    learned = bench.run(paint("red tinyword wall", embeddings=("tinyword",)), "learned")[0]
    assert np.abs(plain.astype(int) - learned.astype(int)).max() > 0


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with good and bad LoRAs and embeddings."""
    root = tmp_path_factory.mktemp("shelf")
    tiny.tiny_checkpoint(root / "checkpoints" / "a")
    tiny.tiny_checkpoint(root / "checkpoints" / "mender", channels=9)
    tiny_lora(root / "loras" / "good.safetensors")
    tiny_lora(root / "loras" / "attention.safetensors", layers=UNET_LAYERS[:1], text_layers=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tiny.UNET, "cross_attention_dim", 768)
        tiny_lora(root / "loras" / "wide.safetensors", text_layers=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tiny.UNET, "block_out_channels", (32, 32, 32, 32))
        tiny_lora(root / "loras" / "broad.safetensors", text_layers=())
    tiny_embedding(root / "embeddings" / "word.safetensors")
    return root


CPU = Device(torch.device("cpu"), "cpu", 1 << 34, torch.float32)


@pytest.mark.parametrize(
    ("wanted", "kind", "said"),
    [
        (Load("a", (), ("gone",)), NotFound, "no LoRA 'gone'"),
        (Load("a", (), ("good", "wide")), InvalidRequest, "'wide' does not fit"),
        (Load("a", (), ("broad",)), CorruptModel, "broad.safetensors"),
        (Load("a", (), (), ("gone",)), NotFound, "no embedding 'gone'"),
    ],
)
def test_what_cannot_be_worn_is_named_and_nothing_is_kept(
    shelf: Path, wanted: Load, kind: type[BottegaError], said: str
) -> None:
    loader = Loader([shelf], CPU, 1 << 30)
    error = loader.load(wanted, lambda: None).exception(SECONDS)
    assert isinstance(error, kind) and said in error.message and error.remedy
    loader.free()
    assert loader.held() == ((), 0)


def test_loras_are_read_once_and_count_with_the_weights_they_set_aside(shelf: Path) -> None:
    loader = Loader([shelf], CPU, 1 << 30)
    wanted = Load("a", (), ("good",), ("word",))
    first, second = (loader.load(wanted, lambda: None).result(SECONDS) for _ in range(2))
    assert first.loras["good"] is second.loras["good"]
    assert first.embeddings["word"] is second.embeddings["word"]
    names, size = loader.held()
    assert names == ("a", "good", "word")
    assert size == first.checkpoint.nbytes + first.loras["good"].nbytes + first.embeddings["word"].nbytes
    file = (shelf / "loras" / "good.safetensors").stat().st_size
    assert first.loras["good"].nbytes > file // 2


def test_a_checkpoint_for_inpainting_wears_what_was_made_for_its_family(shelf: Path) -> None:
    loader = Loader([shelf], CPU, 1 << 30)
    models = loader.load(Load("mender", (), ("good",), ("word",)), lambda: None).result(SECONDS)
    before = models.checkpoint.unet.get_parameter(f"{UNET_LAYERS[0]}.weight").clone()
    wearing.wear(models.checkpoint, "unet", ((models.loras["good"], 1.0),))
    assert not torch.equal(models.checkpoint.unet.get_parameter(f"{UNET_LAYERS[0]}.weight"), before)


def test_a_lora_that_was_trained_anew_is_read_anew(shelf: Path) -> None:
    loader = Loader([shelf], CPU, 1 << 30)
    wanted = Load("a", (), ("attention",))
    first = loader.load(wanted, lambda: None).result(SECONDS)
    tiny_lora(shelf / "loras" / "attention.safetensors", seed=9, layers=UNET_LAYERS[:1], text_layers=())
    second = loader.load(wanted, lambda: None).result(SECONDS)
    assert first.loras["attention"].mark != second.loras["attention"].mark
