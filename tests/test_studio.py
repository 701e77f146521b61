"""Two artists at one daemon, over real gRPC: they share the device's calls and never each other's pictures."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import bottega
from bottega import messages as m
from tests.daemon import Daemon, running_daemon

ADA = bottega.generate("red brick wall", width=64, height=64, steps=40, sampler="euler", schedule="normal", seed=1)
BEA = bottega.generate("blue wood", width=64, height=64, steps=25, sampler="heun", guidance=7.0, seed=2)


@pytest.fixture(scope="module")
def studio(tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Daemon]:
    with running_daemon(tmp_path_factory.mktemp("studio"), [tiny_root]) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def ada(studio: Daemon) -> Generator[bottega.Client]:
    with bottega.connect(studio.address, studio.token, "ada") as client:
        client.run(bottega.generate("warm up", width=64, height=64, steps=1))
        yield client


@pytest.fixture(scope="module")
def bea(studio: Daemon) -> Generator[bottega.Client]:
    with bottega.connect(studio.address, studio.token, "bea") as client:
        yield client


def levels(picture: bottega.Picture) -> np.ndarray:
    return np.frombuffer(picture.pixels.data, np.uint8).astype(int)


def test_two_people_share_calls_and_get_their_own_pictures(ada: bottega.Client, bea: bottega.Client) -> None:
    alone = {"ada": ada.run(ADA)[0], "bea": bea.run(BEA)[0]}
    with ThreadPoolExecutor(2) as both:
        of_ada, of_bea = both.submit(ada.run, ADA), both.submit(bea.run, BEA)
        together = {"ada": of_ada.result()[0], "bea": of_bea.result()[0]}
    for name, picture in alone.items():
        assert np.abs(levels(together[name]) - levels(picture)).max() <= 1
    last = ada.jobs(limit=1)[0]
    assert (last.model_calls, last.person) == (40, "ada")
    assert last.shared_calls >= 10, "the two were handed in within moments"


def test_people_do_not_see_each_others_jobs(ada: bottega.Client, bea: bottega.Client) -> None:
    handle = ada.submit(ADA, priority="batch")
    assert handle.job_id not in {job.job_id for job in bea.jobs()}
    with pytest.raises(bottega.NotFound):
        bea.cancel(handle.job_id)
    handle.wait()


def test_a_stroke_overtakes_a_strangers_batch(ada: bottega.Client, bea: bottega.Client) -> None:
    batch = bea.submit(bottega.generate("stone", width=128, height=128, steps=60, count=8, seed=3), priority="batch")
    for event in batch.events():
        if isinstance(event.body, m.ProgressEvent) and event.body.step > 0:
            break
    stroke = bottega.generate("red", width=64, height=64, steps=4, sampler="lcm", guidance=1.0, seed=4)
    assert ada.run(stroke, priority="live")[0].seed == 4
    assert batch.job().state == m.JobState.RUNNING, "the batch is still on its way"
    batch.cancel()
    with pytest.raises(bottega.JobCancelled):
        batch.wait()


def test_a_watcher_sees_previews_and_progress_grow(ada: bottega.Client) -> None:
    seen: list[bottega.Event] = []
    task = bottega.generate("green stone", width=256, height=256, steps=30, seed=9)
    ada.run(task, seen.append, previews=True)
    previews = [event.body for event in seen if isinstance(event.body, m.PreviewEvent)]
    fractions = [event.body.fraction for event in seen if isinstance(event.body, m.ProgressEvent)]
    assert previews
    assert all(preview.jpeg[:2] == b"\xff\xd8" for preview in previews)
    assert fractions == sorted(fractions)
    assert [event.kind for event in seen if event.number and event.kind in ("picture", "succeeded")] == [
        "picture",
        "succeeded",
    ]
