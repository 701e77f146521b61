"""A host's process with our plug-in and a neighbour in it: python -I -S process.py FOLDER NEIGHBOUR ORDER PACKAGES."""

from __future__ import annotations

import builtins
import importlib
import json
import os
import signal
import sys
import typing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from neighbours import NEIGHBOURS, move_in

PLUGIN = "hosted.bottega_sample"


def everybodys() -> dict[str, Any]:
    """What all plug-ins of a process share, and none may change."""
    for name in typing.__all__:
        getattr(typing, name)  # 3.13 makes some at their first use
    return {
        "path": list(sys.path),
        "meta_path": [id(finder) for finder in sys.meta_path],
        "path_hooks": [id(hook) for hook in sys.path_hooks],
        "environment": dict(os.environ),
        "builtins": {name: id(value) for name, value in vars(builtins).items() if name != "_"},
        "typing": {name: id(value) for name, value in vars(typing).items() if callable(value)},
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "excepthook": id(sys.excepthook),
    }


def ours(jobs: bool) -> dict[str, object]:
    """Load the plug-in, use it, and see what it left."""
    before, known = everybodys(), set(sys.modules)
    work = importlib.import_module(f"{PLUGIN}.work")
    said = {**work.talk(), **(work.paint() if jobs else {})}
    changed = [name for name, value in everybodys().items() if value != before[name]]
    standard = set(sys.stdlib_module_names) | {"hosted"}
    strangers = sorted(name for name in set(sys.modules) - known if name.partition(".")[0] not in standard)
    return {**said, "python": sys.version_info[:2], "changed": changed, "strangers": strangers}


def main(folder: str, neighbour: str, order: str, packages: str) -> None:
    """Say as JSON how it went, each time that ours was used."""
    sys.path.append(folder)
    if neighbour == "nobody":
        print(json.dumps([ours(jobs=True)]))
        return
    load, look = NEIGHBOURS[neighbour]
    said = [ours(jobs=False)] if order == "after" else []
    move_in(neighbour, packages)
    state = load()
    look(state)
    said.append(ours(jobs=False))
    look(state)
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
