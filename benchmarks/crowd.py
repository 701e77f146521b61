"""What sharing the step loop gives: eight people at once, against the same eight jobs one after another.

Prompts, samplers, step counts and seeds differ. `python -m benchmarks.crowd [rounds]`
"""

from __future__ import annotations

import statistics
import sys
from concurrent.futures import ThreadPoolExecutor

import bottega
from benchmarks.kit import client, interleave, ratio, show, starter_daemon

PEOPLE = ("ada", "bea", "cy", "dan", "eve", "fay", "gil", "hal")
PROMPTS = ("a red brick wall", "green grass", "blue tiles", "wooden planks")
WALKS = (("euler", 20), ("dpmpp_2m", 16), ("euler_a", 24), ("ddim", 18))


def tasks() -> list[bottega.Generate]:
    """One job for each person."""
    jobs = []
    for place in range(len(PEOPLE)):
        sampler, steps = WALKS[place % len(WALKS)]
        jobs.append(bottega.generate(PROMPTS[place % len(PROMPTS)], sampler=sampler, steps=steps, seed=place))
    return jobs


def main() -> None:
    """Run both ways in turn and print medians, their ratio, and how well calls were shared."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with starter_daemon() as daemon:
        studios = [client(daemon, person) for person in PEOPLE]
        studios[0].run(tasks()[0])

        shares: list[float] = []

        def one_by_one() -> None:
            for studio, task in zip(studios, tasks(), strict=True):
                studio.run(task)

        def at_once() -> None:
            with ThreadPoolExecutor(len(PEOPLE)) as crowd:
                list(crowd.map(lambda pair: pair[0].run(pair[1]), zip(studios, tasks(), strict=True)))
            ended = [studio.jobs(limit=1)[0] for studio in studios]
            shares.extend(job.shared_calls / max(job.model_calls, 1) for job in ended)

        taken = interleave({"one after another": one_by_one, "all at once": at_once}, rounds)
        for studio in studios:
            studio.close()
    speedup = ratio(taken["one after another"], taken["all at once"])
    rows = [
        (name, statistics.median(times), min(times), len(PEOPLE) / statistics.median(times))
        for name, times in taken.items()
    ]
    show(f"crowd: {len(PEOPLE)} jobs, {rounds} rounds", ("", "median s", "best s", "pictures/s"), rows)
    print(f"speed-up {speedup:.2f}; of a job's model calls, {statistics.mean(shares):.0%} were shared with others")


if __name__ == "__main__":
    main()
