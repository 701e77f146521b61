"""Memory, disk, the data folder and the model folders."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

from bottega_daemon.cli.checks.finding import Finding, Level
from bottega_daemon.cli.tables import bytes_text
from bottega_daemon.config import STARTER_ROOT, Config
from bottega_daemon.models.library import Library

GIB = 1 << 30
SECRETS = ("token", "daemon.json")
"""Files in the data folder that let their reader in."""


def check_machine(config: Config) -> list[Finding]:
    """Memory and disk."""
    import psutil

    memory = psutil.virtual_memory()
    text = f"{bytes_text(memory.available)} of {bytes_text(memory.total)} free"
    low = memory.available < 2 * GIB
    remedy = "Close other programs: a Stable Diffusion 1.5 checkpoint takes 2 to 4 GiB." if low else ""
    facts = {"available": memory.available, "total": memory.total}
    return [Finding("memory", "note" if low else "ok", text, remedy, facts), _disk(config.home)]


def _disk(home: Path) -> Finding:
    place = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    level: Level = "wrong" if free < GIB // 2 else "note" if free < 5 * GIB else "ok"
    remedy = "" if level == "ok" else "Make room, or move the data folder: set BOTTEGA_HOME."
    return Finding("disk", level, f"{bytes_text(free)} free at {place}", remedy, {"free": free, "path": str(place)})


def check_home(config: Config) -> list[Finding]:
    """The data folder can be written, and what lets people in can be read by its owner alone."""
    home = config.home
    facts = {"path": str(home)}
    remedy = "Make it yours, or choose another: set BOTTEGA_HOME."
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return [Finding("data", "wrong", f"{home} cannot be written ({error.strerror})", remedy, facts)]
    return [Finding("data", "ok", f"{home} can be written", facts=facts), *_secrets(home)]


def _secrets(home: Path) -> list[Finding]:
    found: list[Finding] = []
    for path in (home / name for name in SECRETS):
        if os.name != "posix" or not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            text = f"{path} can be read by others (mode {mode:03o})"
            remedy = (
                f"chmod 600 {path}; if others use this machine, delete {home / 'token'} and start the daemon again."
            )
            found.append(Finding("data", "wrong", text, remedy, {"path": str(path), "mode": f"{mode:03o}"}))
    return found


def check_models(config: Config) -> list[Finding]:
    """What each model folder holds, and the files in it that cannot be used."""
    found = [finding for root in config.model_roots for finding in _root(root)]
    if not Library(config.model_roots).scan().checkpoints:
        remedy = f"Put a Stable Diffusion 1.x checkpoint (.safetensors) into {config.model_roots[0] / 'checkpoints'}."
        found.append(Finding("models", "wrong", "there is no checkpoint at all", remedy))
    return found


def _root(root: Path) -> list[Finding]:
    if not root.is_dir():
        wrong = root == STARTER_ROOT
        remedy = "Install Bottega again: the starter model belongs to it." if wrong else ""
        return [Finding("models", "wrong" if wrong else "ok", f"{root}: not there", remedy, {"path": str(root)})]
    inventory = Library((root,)).scan()
    counts = {
        "checkpoints": len(inventory.checkpoints),
        "control networks": len(inventory.controlnets),
        "LoRAs": len(inventory.loras),
        "embeddings": len(inventory.embeddings),
        "upscalers": len(inventory.upscalers),
        "other": len(inventory.vaes),
    }
    text = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "empty"
    problems = [
        Finding("models", "note", f"{problem.path}: {problem.reason}", problem.remedy, {"path": str(problem.path)})
        for problem in inventory.problems
    ]
    return [Finding("models", "ok", f"{root}: {text}", facts={"path": str(root), **counts}), *problems]
