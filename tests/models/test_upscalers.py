"""Networks that enlarge: told by their headers under any of their names, and computed as their papers say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional as F

from bottega_daemon.config import STARTER_ROOT
from bottega_daemon.models.inspect_upscalers import upscaler_file
from bottega_daemon.models.library import Library
from bottega_daemon.models.upscalers import Compact, Esrgan, load_upscaler
from tests.models.kit import weights

State = Mapping[str, torch.Tensor]
CPU = torch.device("cpu")


def random_state(net: torch.nn.Module, seed: int = 0) -> dict[str, torch.Tensor]:
    """Weights that matter, small enough for values to stay sane."""
    dice = torch.Generator().manual_seed(seed)
    return {name: torch.randn(value.shape, generator=dice) * 0.08 for name, value in net.state_dict().items()}


def saved(path: Path, state: State) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in state.items()}, path)
    return path


def old_names(state: State, ups: int) -> dict[str, torch.Tensor]:
    """As ESRGAN's first release names them: by places in a sequence, rectifiers counted."""
    blocks = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("body."))
    ends = [3 * (index + 1) for index in range(ups)]
    places = {f"conv_up{index + 1}": place for index, place in enumerate(ends)}
    places |= {"conv_hr": 3 * ups + 2, "conv_last": 3 * ups + 4, "conv_first": 0}
    named: dict[str, torch.Tensor] = {}
    for name, value in state.items():
        owner, *rest = name.split(".")
        if owner == "body":
            block, dense, layer, kind = rest
            named[f"model.1.sub.{block}.RDB{dense[-1]}.{layer}.0.{kind}"] = value
        elif owner == "conv_body":
            named[f"model.1.sub.{blocks}.{rest[0]}"] = value
        else:
            named[f"model.{places[owner]}.{rest[0]}"] = value
    return named


def trunk_names(state: State, ups: int) -> dict[str, torch.Tensor]:
    """As its second release does."""
    whole = {"conv_body": "trunk_conv", "conv_hr": "HRconv", "conv_up1": "upconv1", "conv_up2": "upconv2"}
    named: dict[str, torch.Tensor] = {}
    for name, value in state.items():
        owner, *rest = name.split(".")
        if owner == "body":
            block, dense, layer, kind = rest
            named[f"RRDB_trunk.{block}.RDB{dense[-1]}.{layer}.{kind}"] = value
        else:
            named[".".join([whole.get(owner, owner), *rest])] = value
    return named


NAMES: dict[str, Callable[[State, int], dict[str, torch.Tensor]]] = {
    "its own": lambda state, ups: dict(state),
    "params_ema": lambda state, ups: {f"params_ema.{name}": value for name, value in state.items()},
    "first release": old_names,
    "second release": trunk_names,
}


def esrgan(state: State, picture: torch.Tensor, unshuffled: int, ups: int) -> torch.Tensor:
    """The oracle: figures 4 and 3 of the paper (arXiv 1809.00219), written out."""

    def conv(name: str, x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x, state[f"{name}.weight"], state[f"{name}.bias"], padding=1)

    first = conv("conv_first", F.pixel_unshuffle(picture, unshuffled))
    x = first
    for block in range(1 + max(int(name.split(".")[1]) for name in state if name.startswith("body."))):
        entered = x
        for dense in (1, 2, 3):
            features = [x]
            for layer in (1, 2, 3, 4):
                made = conv(f"body.{block}.rdb{dense}.conv{layer}", torch.cat(features, 1))
                features.append(torch.where(made > 0, made, 0.2 * made))
            x = x + 0.2 * conv(f"body.{block}.rdb{dense}.conv5", torch.cat(features, 1))
        x = entered + 0.2 * x
    x = first + conv("conv_body", x)
    for index in range(ups):
        x = conv(f"conv_up{index + 1}", x.repeat_interleave(2, -1).repeat_interleave(2, -2))
        x = torch.where(x > 0, x, 0.2 * x)
    x = conv("conv_hr", x)
    return conv("conv_last", torch.where(x > 0, x, 0.2 * x))


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize(("unshuffled", "ups"), [(1, 2), (2, 2), (4, 2)], ids=["4x", "2x", "1x"])
def test_an_esrgan_is_the_papers_under_any_names(tmp_path: Path, names: str, unshuffled: int, ups: int) -> None:
    state = random_state(Esrgan(8, 2, 4, unshuffled, ups))
    entry = upscaler_file(saved(tmp_path / "net.safetensors", NAMES[names](state, ups)))
    scale = 2**ups // unshuffled
    assert (entry.name, entry.layout, entry.scale) == ("net", "esrgan", scale)
    loaded = load_upscaler(entry, CPU)
    picture = torch.rand(1, 3, 8, 12, generator=torch.Generator().manual_seed(1))
    made, wanted = loaded.net(picture), esrgan(state, picture, unshuffled, ups)
    assert made.shape == (1, 3, 8 * scale, 12 * scale)
    assert (made - wanted).abs().max() < 1e-5 < wanted.std()
    assert (loaded.multiple, loaded.scale) == (unshuffled, scale)
    assert loaded.nbytes == sum(value.numel() * 4 for value in state.values())


@pytest.mark.parametrize("ups", [0, 1, 3])
def test_first_releases_of_other_scales(tmp_path: Path, ups: int) -> None:
    """Its places tell how often it doubles."""
    state = random_state(Esrgan(4, 1, 2, 1, ups))
    entry = upscaler_file(saved(tmp_path / "net.safetensors", old_names(state, ups)))
    picture = torch.rand(1, 3, 6, 5, generator=torch.Generator().manual_seed(2))
    made = load_upscaler(entry, CPU).net(picture)
    assert entry.scale == 2**ups and (made - esrgan(state, picture, 1, ups)).abs().max() < 1e-5


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_a_compact_corrects_the_nearest_enlargement(tmp_path: Path, scale: int) -> None:
    """Channel c * scale^2 + row * scale + column of the last layer is that pixel of a pixel (arXiv 2107.10833)."""
    state = random_state(Compact(6, 2, scale))
    entry = upscaler_file(saved(tmp_path / "net.safetensors", state))
    assert (entry.layout, entry.scale) == ("compact", scale)
    picture = torch.rand(1, 3, 5, 7, generator=torch.Generator().manual_seed(3))
    x = picture
    for layer in range(0, 6, 2):
        x = F.conv2d(x, state[f"body.{layer}.weight"], state[f"body.{layer}.bias"], padding=1)
        x = torch.maximum(x, torch.zeros(())) + state[f"body.{layer + 1}.weight"][:, None, None] * torch.minimum(
            x, torch.zeros(())
        )
    x = F.conv2d(x, state["body.6.weight"], state["body.6.bias"], padding=1)[0]
    wanted = picture[0].repeat_interleave(scale, -1).repeat_interleave(scale, -2)
    for row in range(scale):
        for column in range(scale):
            wanted[:, row::scale, column::scale] += x[row * scale + column :: scale * scale]
    assert (load_upscaler(entry, CPU).net(picture)[0] - wanted).abs().max() < 1e-5


SPOILED: dict[str, Callable[[dict[str, torch.Tensor]], None]] = {
    "a weight is missing": lambda state: state.__delitem__("conv_hr.weight"),
    "a bias is missing": lambda state: state.__delitem__("conv_hr.bias"),
    "a weight has another shape": lambda state: state.update({"conv_hr.weight": torch.zeros(4, 4, 1, 1)}),
    "a weight is of whole numbers": lambda state: state.update({"conv_hr.bias": torch.zeros(4, dtype=torch.int32)}),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_damaged_file_is_no_choice(tmp_path: Path, what: str) -> None:
    """It is a problem that names the weight, before any job asks for it."""
    state = random_state(Esrgan(4, 1, 2, 1, 2))
    SPOILED[what](state)
    path = saved(tmp_path / "upscalers" / "net.safetensors", state)
    found = Library([tmp_path]).scan()
    (problem,) = found.problems
    assert found.upscalers == () and "conv_hr" in problem.reason and problem.path == path and problem.remedy


def test_a_file_that_is_replaced_while_it_is_in_use_changes_nothing(tmp_path: Path) -> None:
    """Its weights are in memory of our own, not the file's."""
    path = saved(tmp_path / "net.safetensors", random_state(Compact(4, 1, 2)))
    loaded = load_upscaler(upscaler_file(path), CPU)
    picture = torch.rand(1, 3, 4, 4)
    before = loaded.net(picture)
    with path.open("r+b") as file:
        file.seek(-64, 2)
        file.write(bytes(64))
        file.flush()
    assert torch.equal(loaded.net(picture), before)


OTHERS: dict[str, dict[str, tuple[int, ...]]] = {
    "nothing of the kind": {"a": (2, 2)},
    "another of the kind": {
        "layers.0.residual_group.blocks.0.attn.qkv.weight": (8, 8),
        "conv_first.weight": (8, 3, 3, 3),
    },
    "ESRGAN+": {
        "conv_first.weight": (4, 3, 3, 3),
        "body.0.rdb1.conv1.weight": (2, 4, 3, 3),
        "body.0.rdb1.conv1x1.weight": (2, 4, 1, 1),
    },
    "greys only": {"body.0.weight": (4, 1, 3, 3), "body.1.weight": (4,), "body.2.weight": (16, 4, 3, 3)},
    "a gap": {"body.0.weight": (4, 3, 3, 3), "body.2.weight": (48, 4, 3, 3)},
    "no picture": {"body.0.weight": (4, 3, 3, 3), "body.1.weight": (4,), "body.2.weight": (47, 4, 3, 3)},
    "flat": {"body.0.weight": (4,), "body.1.weight": (4,), "body.2.weight": (48,)},
    "a number in other words": {"body.0.weight": (4, 3, 3, 3), "body.1.weight": (4,), "body.002.weight": (48, 4, 3, 3)},
    "a number in other letters": {"body.0.weight": (4, 3, 3, 3), "body.1.weight": (4,), "body.٢.weight": (48, 4, 3, 3)},
    "no end": {"body.0.weight": (4, 3, 3, 3), "body.1.weight": (4,), "body.2.weight": ()},
    "no width": {"body.0.weight": (0, 3, 3, 3), "body.1.weight": (0,), "body.2.weight": (48, 0, 3, 3)},
    "nothing": {},
    "a hundred times": {"body.0.weight": (4, 3, 3, 3), "body.1.weight": (4,), "body.2.weight": (30000, 4, 3, 3)},
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_none_is_a_problem_that_names_what_works(tmp_path: Path, what: str) -> None:
    path = weights(tmp_path / "upscalers" / "odd.safetensors", OTHERS[what])
    found = Library([tmp_path]).scan()
    (problem,) = found.problems
    assert found.upscalers == () and problem.path == path
    assert "not an upscaler" in problem.reason and "ESRGAN" in problem.remedy


def test_the_starters_enlarges_better_than_a_cubic() -> None:
    """Of a picture with edges that was reduced by area, what it finds again is nearer to the picture."""
    (entry,) = Library([STARTER_ROOT]).scan().upscalers
    assert (entry.name, entry.scale) == ("starter-4x", 4)
    rows, columns = torch.meshgrid(torch.arange(96.0), torch.arange(96.0), indexing="ij")
    bricks = ((rows // 16 + (columns + 12 * (rows // 16 % 2)) // 24) % 2)[None, None].expand(1, 3, -1, -1)
    picture = 0.25 + 0.4 * bricks + 0.1 * torch.sin(columns / 9)
    small = F.avg_pool2d(picture, 4)

    def loss(made: torch.Tensor) -> float:
        return 10 * math.log10(float(F.mse_loss(made[..., 8:-8, 8:-8], picture[..., 8:-8, 8:-8])))

    with torch.inference_mode():
        found = load_upscaler(entry, CPU).net(small)
    cubic = F.interpolate(small, scale_factor=4, mode="bicubic")
    assert loss(found) < loss(cubic) - 1
