"""Makes the starter model: `python -m bottega_daemon.starter.train --profile overnight --out DIR [--processes 2]`.

Every phase goes on from its last checkpoint in DIR, so the same command with --resume resumes. With a GPU, the phases
of one stage run side by side. Weights are exported only if their scores pass (see training/scores.py); `--only PHASE`
runs one phase, `--steps` shortens or lengthens it.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

from bottega_daemon.starter.training.settings import PROFILES, Lengths, Settings

WEIGHTS = Path(__file__).parent / "weights"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="overnight", choices=PROFILES)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--only", default="", help="one phase, or score (score-base, -depth, -extras …), or export")
    parser.add_argument("--steps", type=int, default=0, help="with --only: another number of steps")
    parser.add_argument("--processes", type=int, default=1, help="one-thread processes that average their gradients")
    parser.add_argument("--resume", action="store_true", help="go on in an --out that has checkpoints")
    parser.add_argument("--force", action="store_true", help="export whatever the scores are")
    return parser.parse_args()


def _copies(arguments: list[list[str]], environments: list[dict[str, str]]) -> int:
    """Run this command with each list of arguments at once; the worst of their exit statuses."""
    command = [sys.executable, "-m", "bottega_daemon.starter.train"]
    started = [
        subprocess.Popen([*command, *more], env={**os.environ, **extra})
        for more, extra in zip(arguments, environments, strict=True)
    ]
    return max(abs(each.wait()) for each in started)


def _spread(processes: int) -> int:
    """Start the ranks as copies of this command and wait for all."""
    shared = {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": os.environ.get("MASTER_PORT", "29517"),
        "WORLD_SIZE": str(processes),
    }
    ranks = [{**shared, "RANK": str(rank)} for rank in range(processes)]
    return _copies([sys.argv[1:]] * processes, ranks)


def _side_by_side(arguments: argparse.Namespace, names: tuple[str, ...]) -> int:
    """The phases of one stage, a process each."""
    common = ["--profile", arguments.profile, "--out", str(arguments.out), "--resume"]
    return _copies([[*common, "--only", name] for name in names], [{}] * len(names))


def main() -> int:
    """Exit status 0: done; 1: scores under their thresholds, nothing exported; 2: bad arguments; else: a phase fell."""
    arguments = _arguments()
    if arguments.processes > 1 and "RANK" not in os.environ:
        return _spread(arguments.processes)
    import torch

    from bottega_daemon.starter.training import loop, phases

    torch.set_num_threads(1)
    settings, out = PROFILES[arguments.profile], arguments.out
    out.mkdir(parents=True, exist_ok=True)
    if not arguments.resume and (out / "log.jsonl").exists():
        print(f"{out} has a run in it: add --resume to go on with it, or name another folder", file=sys.stderr)
        return 2
    if arguments.only in phases.PHASES:
        phases.PHASES[arguments.only](out, _with_steps(settings, arguments.only, arguments.steps))
        return 0
    for names in () if arguments.only else phases.STAGES:
        if torch.cuda.is_available() and len(names) > 1:
            failed = _side_by_side(arguments, names)
            if failed:
                return failed
            continue
        for name in names:
            phases.PHASES[name](out, settings)
    return _finish(arguments) if loop.world()[0] == 0 else 0


def _finish(arguments: argparse.Namespace) -> int:
    """Scores, then weights."""
    from bottega_daemon.starter.training import phases, results, scores

    wanted = [arguments.only] if arguments.only else ["score", "export"]
    for name in wanted:
        if name.startswith("score"):
            scores.score(
                arguments.out, name.removeprefix("score").removeprefix("-"), PROFILES[arguments.profile].scored
            )
        elif name == "export":
            failed = [] if arguments.force else scores.failures(arguments.out)
            if failed:
                print("not exported:", *failed, sep="\n  ", file=sys.stderr)
                return 1
            print(results.export_all(arguments.out, arguments.weights))
        else:
            print(f"no phase is called {name}: there are {', '.join(phases.PHASES)}", file=sys.stderr)
            return 2
    return 0


def _with_steps(settings: Settings, name: str, steps: int) -> Settings:
    """The settings with another number of steps for one phase."""
    if not steps:
        return settings
    lengths = {**settings.phases, name: Lengths(steps, settings.phases[name].batch)}
    return dataclasses.replace(settings, phases=lengths)


if __name__ == "__main__":
    sys.exit(main())
