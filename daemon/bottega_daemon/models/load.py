"""Loads checkpoints and control networks from disk into memory: mapped in the file's own type, cast on the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import torch
from safetensors import SafetensorError
from torch import nn

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models import shapes, weights
from bottega_daemon.models.entries import Checkpoint, ControlNetwork
from bottega_daemon.models.families import CONFIGS, FAMILIES
from bottega_daemon.models.files import read_json, weights_file
from bottega_daemon.models.header import REMEDY, Header, read_header
from bottega_daemon.models.model_set import ControlNet, ModelSet, Prediction
from bottega_daemon.models.noise_levels import training_sigmas
from bottega_daemon.models.offline import go_offline

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

T = TypeVar("T")

MAX_LAYERS = 128
"""More layers than this in a config is a lie that would take minutes to build."""

PREDICTIONS = ("epsilon", "v_prediction")

INPAINT_CHANNELS = 9
"""Of a UNet that is told what is missing: latents, a mask, and latents of what is known."""


def preferred_dtype(device: torch.device) -> torch.dtype:
    """Return the number type to compute in: bfloat16 where the hardware multiplies it natively, else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if device.type == "cpu" and native else torch.float32


def load_checkpoint(entry: Checkpoint, device: torch.device, dtype: torch.dtype) -> ModelSet:
    """Load a checkpoint; raise CorruptModel with file and remedy where its files are not what they claim to be."""
    go_offline()
    source = _single_file(entry) if entry.layout == "single_file" else _folder(entry)
    nets = {part: _moved(source.net(part), device, _suited(part, dtype)) for part in _BUILD if part != "controlnet"}
    scheduler = source.configs["scheduler"]
    sigmas = _checked(source.path, lambda: training_sigmas(scheduler))
    prediction = scheduler.get("prediction_type", "epsilon")
    if prediction not in PREDICTIONS:
        reason = f"{entry.path} predicts {prediction!r}, which this version cannot use."
        raise CorruptModel(reason, remedy="Use a model with epsilon or v prediction.")
    return ModelSet(
        name=entry.name,
        family=entry.family,
        **cast(Any, nets),
        tokenizer=_tokenizer(source.tokenizer, nets["text_encoder"]),
        sigmas=sigmas,
        prediction_type=cast(Prediction, prediction),
        native_extent=entry.native_extent,
        scaling_factor=float(cast(Any, nets["vae"]).config["scaling_factor"]),
        dtype=dtype,
        device=device,
        nbytes=weights.nbytes(*nets.values()),
        fits=entry.fits,
        knows_missing=int(cast(Any, nets["unet"]).config["in_channels"]) == INPAINT_CHANNELS,
    )


def load_controlnet(entry: ControlNetwork, device: torch.device, dtype: torch.dtype) -> ControlNet:
    """Load a control network and take its hint embedding apart; raise CorruptModel as `load_checkpoint` does."""
    go_offline()
    single = entry.layout == "single_file"
    path = entry.path if single else weights_file(entry.path)
    header = read_header(path)
    if single:
        config = read_json(CONFIGS / entry.family / "controlnet" / "config.json") | shapes.control_config(header)
    else:
        config = read_json(entry.path / "config.json")
    net = _Source(path, {"controlnet": config}, {"controlnet": path}, {path: header}, path).net("controlnet")
    _moved(net, device, dtype)
    size = weights.nbytes(net)
    embedding, net.controlnet_cond_embedding = net.controlnet_cond_embedding, nn.Identity()
    flipped = config.get("controlnet_conditioning_channel_order", "rgb") == "bgr"
    cast(Any, net).register_to_config(controlnet_conditioning_channel_order="rgb")  # embed_hint does the flip
    return ControlNet(
        entry.name, entry.kind, cast(Any, net), cast(nn.Module, embedding), flipped, dtype, device, size, entry.fits
    )


def _suited(part: str, dtype: torch.dtype) -> torch.dtype:
    """Autoencoders of Stable Diffusion overflow in float16: some of their activations pass 65504."""
    return torch.float32 if part == "vae" and dtype == torch.float16 else dtype


def _moved(net: nn.Module, device: torch.device, dtype: torch.dtype) -> nn.Module:
    """Move a net in place by torch's own `to`: diffusers' warns of every cast, whether it matters or not."""
    return nn.Module.to(net, device, dtype)


class _Source:
    """Where the configs, weights and tokenizer of one model lie."""

    def __init__(
        self,
        path: Path,
        configs: Mapping[str, dict[str, Any]],
        files: Mapping[str, Path],
        headers: Mapping[Path, Header],
        tokenizer: Path,
    ) -> None:
        self.path, self.configs, self.files, self.headers, self.tokenizer = path, configs, files, headers, tokenizer

    def net(self, part: str) -> nn.Module:
        """Return one net with its weights, on the CPU, in the file's type."""
        file, config = self.files[part], _sane(self.path, self.configs[part])
        build = _BUILD[part]
        return _checked(file, lambda: weights.fill(lambda: build(config), part, file, self.headers[file]))


def _single_file(entry: Checkpoint) -> _Source:
    header = read_header(entry.path)
    derived = _checked(
        entry.path,
        lambda: {
            "unet": shapes.unet_config(header),
            "vae": shapes.vae_config(header),
            "text_encoder": shapes.text_config(header),
            "scheduler": shapes.stated(header, "scheduler"),
        },
    )
    carried = FAMILIES[entry.family].configs
    configs = {part: read_json(_config_file(carried, part)) | derived[part] for part in derived}
    beside = entry.path.with_suffix(".tokenizer")
    tokenizer = beside if beside.is_dir() else carried / "tokenizer"
    return _Source(entry.path, configs, dict.fromkeys(configs, entry.path), {entry.path: header}, tokenizer)


def _folder(entry: Checkpoint) -> _Source:
    parts = ("unet", "vae", "text_encoder")
    configs = {part: read_json(_config_file(entry.path, part)) for part in (*parts, "scheduler")}
    files = {part: weights_file(entry.path / part) for part in parts}
    headers = {path: read_header(path) for path in files.values()}
    return _Source(entry.path, configs, files, headers, entry.path / "tokenizer")


def _config_file(folder: Path, part: str) -> Path:
    return folder / part / ("scheduler_config.json" if part == "scheduler" else "config.json")


def _tokenizer(folder: Path, text_encoder: nn.Module) -> CLIPTokenizer:
    from transformers import CLIPTokenizer

    try:
        tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as problem:  # tokenizers raises no narrower class for a damaged vocabulary
        remedy = "Put the model's own vocab.json and merges.txt there."
        raise CorruptModel(f"{folder} does not hold a vocabulary that can be read.", remedy=remedy) from problem
    known = cast(Any, text_encoder).config.vocab_size
    if len(tokenizer) > known:
        reason = f"{folder} has {len(tokenizer)} tokens where the text encoder knows {known}."
        raise CorruptModel(reason, remedy="Put the model's own vocabulary into its tokenizer folder.")
    return tokenizer


def _sane(path: Path, config: dict[str, Any]) -> dict[str, Any]:
    """Refuse, before anything is built from it, a config with absurdly many layers or with blocks of no width."""
    for key in ("layers_per_block", "num_hidden_layers", "transformer_layers_per_block"):
        value = config.get(key, 1)
        numbers = value if isinstance(value, list) else [value]
        if not all(isinstance(number, int) and 0 < number <= MAX_LAYERS for number in numbers):
            raise CorruptModel(f"{path} has a config whose {key} is {value!r}.", remedy=REMEDY)
    widths = config.get("block_out_channels")
    for key in ("down_block_types", "up_block_types"):
        value = config.get(key, widths)
        if isinstance(widths, list) and not (isinstance(value, list) and len(value) == len(widths)):
            raise CorruptModel(f"{path} has a config whose {key} is {value!r} for {widths} channels.", remedy=REMEDY)
    return config


def _checked(path: Path, work: Callable[[], T]) -> T:
    """Do `work`; whatever a lying file makes the libraries raise becomes a CorruptModel that names it."""
    try:
        return work()
    except _LIES as problem:
        said = next(iter(str(problem).splitlines()), "")
        reason = f"{path} cannot be loaded ({type(problem).__name__}: {said})."
        raise CorruptModel(reason, remedy=REMEDY) from problem


_LIES = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RuntimeError,
    OSError,
    ArithmeticError,
    AssertionError,
    SafetensorError,
)
"""What diffusers, transformers and safetensors raise for configs and files that do not hold together."""


def _unet(config: dict[str, Any]) -> nn.Module:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    return cast(nn.Module, UNet2DConditionModel.from_config(config))


def _vae(config: dict[str, Any]) -> nn.Module:
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    return cast(nn.Module, AutoencoderKL.from_config(config))


def _text_encoder(config: dict[str, Any]) -> nn.Module:
    from huggingface_hub.errors import StrictDataclassError
    from transformers import CLIPTextConfig, CLIPTextModel

    try:
        return CLIPTextModel(CLIPTextConfig.from_dict(config))
    except StrictDataclassError as problem:  # which is none of the errors that Python knows
        raise ValueError(str(problem)) from problem


def _controlnet(config: dict[str, Any]) -> nn.Module:
    from diffusers.models.controlnets.controlnet import ControlNetModel

    return cast(nn.Module, ControlNetModel.from_config(config))


_BUILD: Mapping[str, Callable[[dict[str, Any]], nn.Module]] = {
    "unet": _unet,
    "vae": _vae,
    "text_encoder": _text_encoder,
    "controlnet": _controlnet,
}
