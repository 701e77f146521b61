"""Tells what a network that enlarges pictures is from its header: its kind, its sizes, its scale. No torch, no weights.

Two kinds: Compact (SRVGGNet, Wang et al. 2021, arXiv 2107.10833), and ESRGAN (Wang et al. 2018, arXiv 1809.00219) under
any of the three sets of names that its files use.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models.entries import Enlarging, Upscaler
from bottega_daemon.models.header import REMEDY, Header, read_header

MAX_LAYERS = 256
"""More layers than this in a header is a lie that would take minutes to build."""
MAX_SCALE = 8
PREFIXES = ("params_ema.", "params.", "state_dict.", "module.", "generator.", "")
"""What trainers put before every name; the first that is found counts."""
UNSHUFFLED = {3: 1, 12: 2, 48: 4}
"""How much smaller an ESRGAN makes its picture before it works on it, by the channels that it then has."""

_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})
_PLACE = "(0|[1-9][0-9]{0,2})"
_REMEDY = "Use a 1x to 8x ESRGAN (Real-ESRGAN, UltraSharp …) or Compact (realesr-general …), saved as safetensors."
_OLD_NAMES: tuple[tuple[str, str], ...] = (
    (r"^model\.1\.sub\.([0-9]+)\.RDB([0-9])\.conv([0-9])\.0\.", r"body.\1.rdb\2.conv\3."),
    (r"^RRDB_trunk\.([0-9]+)\.RDB([0-9])\.conv([0-9])\.", r"body.\1.rdb\2.conv\3."),
    (r"^model\.1\.sub\.[0-9]+\.(?=weight|bias)", "conv_body."),
    (r"^trunk_conv\.", "conv_body."),
    (r"^model\.0\.", "conv_first."),
    (r"^upconv([0-9])\.", r"conv_up\1."),
    (r"^HRconv\.", "conv_hr."),
)
"""Names of ESRGAN's first releases, and what they are called since Real-ESRGAN."""


@dataclass(frozen=True)
class Structure:
    """What it takes to build one of these networks."""

    layout: Enlarging
    scale: int
    width: int
    """Channels between its layers."""
    depth: int
    """Compact: layers between the first and the last. ESRGAN: blocks."""
    growth: int
    """ESRGAN: channels that each layer of a dense block adds."""
    unshuffled: int
    ups: int
    """ESRGAN: how often it doubles."""
    names: Mapping[str, str]
    """The file's name of each weight, by the network's own."""


def upscaler_file(path: Path) -> Upscaler:
    """Describe an upscaler; raise CorruptModel with a remedy where it is none of a kind that is known."""
    found = structure(path, read_header(path))
    stat = path.stat()
    return Upscaler(path.stem, path, found.layout, found.scale, stat.st_size, stat.st_mtime_ns)


def structure(path: Path, header: Header) -> Structure:
    """What the file's network is built like; raises CorruptModel."""
    prefix = next(each for each in PREFIXES if all(name.startswith(each) for name in header.tensors))
    names = {name.removeprefix(prefix): name for name in header.tensors}
    shapes = {name: header.tensors[full].shape for name, full in names.items()}
    found = _compact(shapes, names) or _esrgan(shapes, names)
    if found is None:
        reason = f"{path} is not an upscaler of a kind that this version can use."
        raise CorruptModel(reason, remedy=_REMEDY)
    for name, shape in weights_of(found).items():
        tensor = header.tensors.get(found.names.get(name, ""))
        if tensor is None or tensor.shape != shape or tensor.dtype not in _FLOATS:
            reason = f"{path} has no weight {name} of shape {list(shape)}."
            raise CorruptModel(reason, remedy=REMEDY)
    return found


def weights_of(found: Structure) -> dict[str, tuple[int, ...]]:
    """Every weight of a network, and its shape."""
    width, growth, made = found.width, found.growth, dict[str, tuple[int, ...]]()

    def conv(name: str, inner: int, outer: int) -> None:
        made.update({f"{name}.weight": (outer, inner, 3, 3), f"{name}.bias": (outer,)})

    if found.layout == "compact":
        last = 2 * found.depth + 2
        conv("body.0", 3, width)
        for place in range(2, last, 2):
            conv(f"body.{place}", width, width)
        made.update({f"body.{place}.weight": (width,) for place in range(1, last, 2)})
        conv(f"body.{last}", width, 3 * found.scale**2)
        return made
    conv("conv_first", 3 * found.unshuffled**2, width)
    for block in range(found.depth):
        for dense in (1, 2, 3):
            for layer in range(4):
                conv(f"body.{block}.rdb{dense}.conv{layer + 1}", width + layer * growth, growth)
            conv(f"body.{block}.rdb{dense}.conv5", width + 4 * growth, width)
    for name in ("conv_body", *(f"conv_up{index + 1}" for index in range(found.ups)), "conv_hr"):
        conv(name, width, width)
    conv("conv_last", width, 3)
    return made


Shapes = Mapping[str, tuple[int, ...]]


def _compact(shapes: Shapes, names: Mapping[str, str]) -> Structure | None:
    """Convolutions at even places of `body`, PReLUs between them."""
    places = [int(match[1]) for name in shapes if (match := re.fullmatch(rf"body\.{_PLACE}\.weight", name))]
    last = max(places, default=0)
    if not 2 <= last <= MAX_LAYERS or sorted(places) != list(range(last + 1)):
        return None
    first, end = shapes["body.0.weight"], shapes[f"body.{last}.weight"]
    if len(first) != 4 or len(end) != 4 or first[0] < 1 or first[1] != 3:
        return None
    scale = math.isqrt(end[0] // 3)
    if end[0] != 3 * scale * scale or not 1 <= scale <= MAX_SCALE:
        return None
    return Structure("compact", scale, first[0], last // 2 - 1, 0, 1, 0, names)


def _esrgan(shapes: Shapes, names: Mapping[str, str]) -> Structure | None:
    own = {_own_name(name): name for name in names}
    ups = _name_the_end(own)
    found = {name: shapes[old] for name, old in own.items()}
    first, dense = found.get("conv_first.weight", ()), found.get("body.0.rdb1.conv1.weight", ())
    if len(first) != 4 or len(dense) != 4 or first[1] not in UNSHUFFLED or min(first[0], dense[0]) < 1:
        return None
    blocks = {int(match[1]) for name in found if (match := re.fullmatch(rf"body\.{_PLACE}\.rdb1\.conv1\.weight", name))}
    unshuffled = UNSHUFFLED[first[1]]
    scale = 2**ups // unshuffled
    if len(blocks) > MAX_LAYERS or not 1 <= scale <= MAX_SCALE or any("conv1x1" in name for name in found):
        return None
    return Structure(
        *("esrgan", scale, first[0], len(blocks), dense[0], unshuffled, ups),
        {name: names[old] for name, old in own.items()},
    )


def _own_name(name: str) -> str:
    for old, new in _OLD_NAMES:
        renamed, count = re.subn(old, new, name)
        if count:
            return renamed
    return name


def _name_the_end(own: dict[str, str]) -> int:
    """Name the layers after the blocks, which the first releases only count: a doubling at every third place, then two
    layers at every second. Gives the number of doublings."""
    places = sorted(int(match[1]) for name in own if (match := re.fullmatch(r"model\.([0-9]{1,2})\.weight", name)))
    if len(places) >= 2:
        roles = [*(f"conv_up{index + 1}" for index in range(len(places) - 2)), "conv_hr", "conv_last"]
        for place, role in zip(places, roles, strict=True):
            for kind in ("weight", "bias"):
                if f"model.{place}.{kind}" in own:
                    own[f"{role}.{kind}"] = own.pop(f"model.{place}.{kind}")
    return sum(bool(re.fullmatch(r"conv_up[0-9]\.weight", name)) for name in own)
