"""jobs and catalog, against a real daemon."""

from __future__ import annotations

import time

from tests.cli.kit import Shell


def _submit(shell: Shell, *words: str) -> str:
    done = shell.run("generate", "stone", "--detach", "--size", "64", *words)
    assert done.code == 0, done.err
    return done.out.strip()


def test_jobs_are_listed_newest_first_and_shown_with_their_settings(shell: Shell) -> None:
    first, second = (_submit(shell, "--steps", "1", "--seed", str(seed)) for seed in (1, 2))
    listed = shell.run("jobs", "list", "--json", "--limit", "2").json["jobs"]
    assert [job["job_id"] for job in listed] == [second, first]
    assert first in shell.run("jobs", "list").out
    assert shell.run("jobs", "watch", first, "-o", "w.png", "--quiet").code == 0
    shown = shell.run("jobs", "show", first, "--json").json
    assert (shown["state"], shown["settings"]["seed"], shown["pictures"]) == ("succeeded", 1, [{"index": 0, "seed": 1}])
    assert "stone" in shell.run("jobs", "show", "last").out
    assert shell.run("jobs", "show", first[:12], "--json").json["job_id"] == first
    ended = shell.run("jobs", "list", "--state", "failed", "--json").json["jobs"]
    assert all(job["state"] == "failed" for job in ended)


def test_a_job_is_cancelled(shell: Shell) -> None:
    job_id = _submit(shell, "--steps", "1000", "--sampler", "dpmpp_sde")
    assert job_id in shell.run("jobs", "cancel", job_id).out
    watched = shell.run("jobs", "watch", job_id, "--quiet", "--json")
    assert (watched.code, watched.error["reason"], watched.json["job_id"]) == (5, "JOB_CANCELLED", job_id)
    fetched = shell.run("jobs", "fetch", job_id, "--json")
    assert (fetched.code, fetched.error["reason"]) == (2, "NOT_FOUND")
    assert "cancelled" in fetched.error["message"]


def test_a_cancelled_job_ends_soon(shell: Shell) -> None:
    job_id = _submit(shell, "--steps", "1000")
    begun = time.monotonic()
    shell.run("jobs", "cancel", job_id)
    shell.run("jobs", "watch", job_id, "--quiet")
    assert time.monotonic() - begun < 15


def test_a_job_that_is_none(shell: Shell) -> None:
    for command in ("show", "cancel", "watch", "fetch"):
        for name in ("0" * 32, "zzzzzz", "x"):
            done = shell.run("jobs", command, name, "--json")
            assert (done.code, done.error["field"]) == (2, "job_id"), done


def test_the_catalog_tells_what_may_be_asked(shell: Shell) -> None:
    found = shell.run("catalog", "--json").json
    assert {entry["name"] for entry in found["checkpoints"]} == {"tiny", "tiny-single"}
    assert {"euler", "dpmpp_2m"} <= {entry["name"] for entry in found["samplers"]}
    assert found["limits"]["max_steps"] == 1000
    text = shell.run("catalog").out
    assert "tiny-depth" in text
    assert "default" in text
