"""What a daemon is told when it starts: folders, address, devices, patience. Torch-free."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar, cast, get_args

from bottega.places import home
from bottega_daemon.errors import InvalidRequest

N = TypeVar("N", int, float)
Dtype: TypeAlias = Literal["auto", "float32", "bfloat16", "float16"]

DEFAULT_PORT = 7868
STARTER_ROOT = Path(__file__).parent / "starter" / "weights"
WORKER = (sys.executable, "-m", "bottega_daemon.worker")
BOUNDS: Mapping[str, tuple[int, int]] = {
    "port": (0, 65_535),
    "worker_idle": (0, 10**9),
    "retention_days": (0, 36_500),
    "threads": (0, 1024),
    "memory_budget": (0, 1 << 50),
    "preview_interval": (0, 3600),
}
"""What numbers of a configuration may be, inclusive."""


@dataclass(frozen=True)
class Config:
    """Everything that can be chosen. Folders need not exist yet."""

    home: Path = field(default_factory=home)
    models: tuple[Path, ...] = ()
    """Model folders besides `home`/models and the starter."""
    starter: bool = True
    """Offer the embedded starter model."""
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    """0 takes any free port."""
    devices: tuple[str, ...] = ("auto",)
    """Torch devices, one worker each; "auto" takes what the machine has."""
    worker_idle: float = 300.0
    """Seconds without a job after which a worker ends and gives its memory back."""
    retention_days: float = 7.0
    """Days for which ended jobs and their pictures are kept."""
    dtype: Dtype = "auto"
    threads: int = 0
    """CPU threads of each worker; 0 lets torch choose."""
    memory_budget: int = 0
    """Bytes of models that a worker keeps in memory; 0 lets it choose."""
    preview_interval: float = 0.5
    """Least seconds between two previews of one picture."""
    worker_command: tuple[str, ...] = WORKER
    """How to start a worker; tests put a scripted one here."""

    def __post_init__(self) -> None:
        """Raises InvalidRequest for a number out of its bounds, or an unknown dtype."""
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                remedy = f"Use {low} to {high} ({_variable(name)})."
                raise InvalidRequest(f"{value} is out of range.", remedy=remedy, field=name)
        if self.dtype not in get_args(Dtype):
            remedy = f"Use {', '.join(get_args(Dtype))} ({_variable('dtype')})."
            raise InvalidRequest(f"there is no dtype {self.dtype!r}.", remedy=remedy, field="dtype")

    @property
    def blobs(self) -> Path:
        """Folder of the pixels."""
        return self.home / "blobs"

    @property
    def book(self) -> Path:
        """The book's file."""
        return self.home / "book.sqlite3"

    @property
    def model_roots(self) -> tuple[Path, ...]:
        """Model folders, the first to name a model wins: the user's own, those added, the starter."""
        starter = (STARTER_ROOT,) if self.starter else ()
        return (self.home / "models", *self.models, *starter)


def from_environment() -> Config:
    """The configuration that `BOTTEGA_*` variables ask for; what they do not name keeps its default.

    Raises InvalidRequest for one that should be a number and is none, or is out of its bounds.
    """
    given = {name.removeprefix("BOTTEGA_").lower(): value for name, value in os.environ.items() if value}
    base = Config()
    return Config(
        models=tuple(Path(folder) for folder in given.get("models", "").split(os.pathsep) if folder),
        starter=given.get("starter", "1") != "0",
        host=given.get("host", base.host),
        port=_number(given, "port", base.port, int),
        devices=tuple(given.get("devices", "auto").split(",")),
        worker_idle=_number(given, "worker_idle", base.worker_idle, float),
        retention_days=_number(given, "retention_days", base.retention_days, float),
        dtype=cast(Dtype, given.get("dtype", base.dtype)),
        threads=_number(given, "threads", base.threads, int),
        memory_budget=_number(given, "memory_budget", base.memory_budget, int),
        preview_interval=_number(given, "preview_interval", base.preview_interval, float),
        worker_command=tuple(given["worker_command"].split("\n")) if "worker_command" in given else WORKER,
    )


def _number(given: Mapping[str, str], name: str, default: N, kind: Callable[[str], N]) -> N:
    text = given.get(name)
    try:
        return default if text is None else kind(text)
    except ValueError:
        variable = _variable(name)
        raise InvalidRequest(f"{text!r} is no number.", remedy=f"Set {variable} to one.", field=variable) from None


def _variable(name: str) -> str:
    return f"BOTTEGA_{name.upper()}"


def devices_of(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The devices to start workers on: "auto" becomes every GPU that the installed torch can use, else the CPU."""
    if wanted != ("auto",):
        return wanted
    if sys.platform == "darwin":
        return ("mps",) if platform.machine() == "arm64" else ("cpu",)  # torch has no mps for Intel's
    return tuple(f"cuda:{index}" for index in range(_cuda_devices())) or ("cpu",)


def _cuda_devices() -> int:
    """How many CUDA devices torch will see, found without importing it."""
    try:
        if "+cpu" in metadata.version("torch"):
            return 0
    except metadata.PackageNotFoundError:
        return 0
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([name for name in visible.split(",") if name.strip() not in ("", "-1")])
    nodes = len(list(Path("/dev").glob("nvidia[0-9]*"))) if sys.platform.startswith("linux") else 0
    return nodes or _listed_by_driver()


def _listed_by_driver() -> int:
    """GPUs that `nvidia-smi` lists, where device files do not tell (Windows, WSL)."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return 0
    try:
        listing = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(row.startswith("GPU ") for row in listing.splitlines())
