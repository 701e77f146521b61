"""Makes the starter model: `python -m bottega_daemon.starter.train --profile cpu --out DIR [--processes 2]`.

Every phase goes on from its last checkpoint in DIR, so the same command resumes. Weights are exported only if their
scores pass (see training/scores.py); `--only PHASE` runs one phase, `--steps` shortens or lengthens it.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

from bottega_daemon.starter.training.settings import PROFILES, Settings

WEIGHTS = Path(__file__).parent / "weights"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="cpu", help="cpu, overnight, gpu or smoke")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--only", default="", help="one phase, or score (score-base, -depth, -canny, -pose), or export")
    parser.add_argument("--steps", type=int, default=0, help="with --only: another number of steps")
    parser.add_argument("--processes", type=int, default=1, help="one-thread processes that average their gradients")
    parser.add_argument("--resume", action="store_true", help="go on in an --out that has checkpoints")
    parser.add_argument("--force", action="store_true", help="export whatever the scores are")
    return parser.parse_args()


def _spread(processes: int) -> int:
    """Start the other ranks as copies of this command and wait for all."""
    shared = {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": os.environ.get("MASTER_PORT", "29517"),
        "WORLD_SIZE": str(processes),
    }
    command = [sys.executable, "-m", "bottega_daemon.starter.train", *sys.argv[1:]]
    ranks = [subprocess.Popen(command, env={**os.environ, **shared, "RANK": str(r)}) for r in range(processes)]
    return max(rank.wait() for rank in ranks)


def main() -> int:
    """Exit status 0: done; 1: scores under their thresholds, nothing exported; 2: bad arguments."""
    arguments = _arguments()
    if arguments.processes > 1 and "RANK" not in os.environ:
        return _spread(arguments.processes)
    import torch

    from bottega_daemon.starter.training import loop, phases, scores

    torch.set_num_threads(1)
    settings, out = PROFILES[arguments.profile], arguments.out
    out.mkdir(parents=True, exist_ok=True)
    if not arguments.resume and (out / "log.jsonl").exists():
        print(f"{out} has a run in it: add --resume to go on with it, or name another folder", file=sys.stderr)
        return 2
    wanted = [arguments.only] if arguments.only else [*phases.PHASES, "score", "export"]
    for name in wanted:
        if name in phases.PHASES:
            phases.PHASES[name](out, _with_steps(settings, name, arguments.steps))
        elif loop.world()[0] == 0 and name.startswith("score"):
            scores.score(out, settings, name.removeprefix("score").removeprefix("-"))
        elif loop.world()[0] == 0 and name == "export":
            failed = [] if arguments.force else scores.failures(out)
            if failed:
                print("not exported:", *failed, sep="\n  ", file=sys.stderr)
                return 1
            print(phases.export_all(out, arguments.weights))
    return 0


def _with_steps(settings: Settings, name: str, steps: int) -> Settings:
    """The settings with another number of steps for one phase."""
    if not steps:
        return settings
    if name.startswith("control-"):
        counts = {**settings.control_steps, name.removeprefix("control-"): steps}
        return dataclasses.replace(settings, control_steps=counts)
    return dataclasses.replace(settings, **{f"{name}_steps": steps})


if __name__ == "__main__":
    sys.exit(main())
