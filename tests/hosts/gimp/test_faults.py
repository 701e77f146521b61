"""What is killed in mid-job: the plug-in (GIMP's Cancel does that), GIMP itself, the daemon."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bottega import messages as m
from bottega.client import connect
from tests.client.proxy import Proxy
from tests.daemon import Daemon, start_daemon
from tests.hosts.gimp import hands, rig
from tests.hosts.gimp.rig import until

LONG = 'call("generate", prompt="copper", steps=600, seed="3", width=128, height=128)'


@pytest.fixture
def own(tmp_path: Path, plugin: Path) -> Generator[tuple[rig.Gimp, Daemon], Any, None]:
    """A GIMP and a daemon that may be killed."""
    daemon = start_daemon(tmp_path / "daemon", starter=True)
    try:
        with rig.console(rig.profile(tmp_path / "home", plugin), daemon) as gimp:
            yield gimp, daemon
    finally:
        if daemon.process.poll() is None:
            daemon.stop()


def begun(gimp: rig.Gimp, daemon: Daemon, code: str) -> Future[Any]:
    """A call under way, whose job has made steps."""
    hand = ThreadPoolExecutor(1)
    waiting = hand.submit(
        gimp.run, f"said = {code}\nresult = said if said['status'] != 'success' else about(said['layer'])"
    )
    hand.shutdown(wait=False)
    until(lambda: [job.state for job in jobs(daemon)] == [m.JobState.RUNNING], 90)
    time.sleep(1.0)
    return waiting


def jobs(daemon: Daemon) -> list[m.Job]:
    with connect(daemon.address, daemon.token) as client:
        return client.jobs()


def test_cancel_kills_the_plugin_and_the_daemon_frees_its_row(own: tuple[rig.Gimp, Daemon]) -> None:
    gimp, daemon = own
    waiting = begun(gimp, daemon, LONG)
    gimp.plugins()[-1].kill()
    said = waiting.result(30)
    assert said["status"] != "success"
    until(lambda: [job.state for job in jobs(daemon)] == [m.JobState.CANCELLED], 30)
    with connect(daemon.address, daemon.token) as client:
        assert client.load().running == 0
    again = gimp.run('said = call("generate", prompt="copper", steps=2)\nresult = said["status"]')
    assert again == "success"


def test_gimp_is_killed_in_mid_job(own: tuple[rig.Gimp, Daemon]) -> None:
    gimp, daemon = own
    waiting = begun(gimp, daemon, LONG)
    gimp.process.kill()
    with pytest.raises(AssertionError, match="has ended"):
        waiting.result(30)
    until(lambda: [job.state for job in jobs(daemon)] == [m.JobState.CANCELLED], 30)


def test_the_daemon_is_killed_and_comes_back_and_the_result_arrives(own: tuple[rig.Gimp, Daemon]) -> None:
    gimp, daemon = own
    waiting = begun(gimp, daemon, LONG.replace("600", "60"))
    daemon.kill()
    time.sleep(1.0)
    again = start_daemon(daemon.home, starter=True)
    try:
        said = waiting.result(150)
        assert said["name"] == "Bottega: copper (3)" and said["parasite"]["steps"] == 60
        assert [job.state for job in jobs(again)] == [m.JobState.SUCCEEDED]
    finally:
        again.stop()


@pytest.fixture
def apart(own: tuple[rig.Gimp, Daemon]) -> Generator[tuple[rig.Gimp, Daemon, Proxy], Any, None]:
    """The same, over a connection that can be cut."""
    gimp, daemon = own
    with Proxy(int(daemon.address.rpartition(":")[2])) as proxy:
        settings = gimp.home / rig.PROFILE / "bottega" / "settings.json"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(json.dumps({"address": f"127.0.0.1:{proxy.port}", "token": daemon.token}))
        yield gimp, daemon, proxy


AWAY = 8.0
"""Seconds: longer than a daemon keeps a job whose plug-in was perhaps killed."""
LARGE = 'call("inpaint", selected(), prompt="copper", steps=30, seed="3")'
SELECTED = """
def selected():
    image = picture(240, 200)
    image.select_rectangle(ChannelOps.REPLACE, 60, 40, 110, 100)
    return image
"""


@pytest.mark.parametrize("code", [LONG.replace("600", "60"), LARGE], ids=["one pass", "several"])
def test_a_connection_that_was_away_for_long_loses_no_job(apart: tuple[rig.Gimp, Daemon, Proxy], code: str) -> None:
    """The daemon takes the plug-in for killed, and gives the job up: it is painted once more."""
    gimp, daemon, proxy = apart
    gimp.run(SELECTED)
    waiting = begun(gimp, daemon, code)
    with rig.nothing_painted(daemon):
        proxy.refusing = True
        proxy.cut()
        time.sleep(AWAY)
    until(lambda: [job.state for job in jobs(daemon)] == [m.JobState.CANCELLED], 30)
    proxy.refusing = False
    said = waiting.result(150)
    assert said["name"] == "Bottega: copper (3)"
    assert {job.state for job in jobs(daemon)[:-1]} == {m.JobState.SUCCEEDED}


def test_a_job_that_is_cancelled_elsewhere_is_not_lost_without_a_word(own: tuple[rig.Gimp, Daemon]) -> None:
    gimp, daemon = own
    waiting = begun(gimp, daemon, LONG)
    with connect(daemon.address, daemon.token) as client:
        client.cancel(client.jobs()[0].job_id)
    said = waiting.result(30)
    assert said["status"] == "execution-error" and "cancelled in the daemon. Paint it again" in said["error"]
    assert len(jobs(daemon)) == 1


def test_the_daemon_is_killed_under_the_queue_and_the_results_arrive(own: tuple[rig.Gimp, Daemon]) -> None:
    """Of one pass, and of several, which the queue carries out itself."""
    gimp, daemon = own
    gimp.run(hands.QUEUE)
    gimp.run("""
        canvas = picture(240, 200)
        canvas.select_rectangle(ChannelOps.REPLACE, 60, 40, 110, 100)
        for kind in ("generate", "inpaint"):
            said = call(kind, canvas, prompt=kind, steps=90, seed="3", in_panel=True)
            assert said["status"] == "success", said
    """)
    until(lambda: m.JobState.RUNNING in [job.state for job in jobs(daemon)], 90)
    daemon.kill()
    assert not gimp.run("result = [job['state'] for job in jobs() if job['state'] in ('done', 'failed')]")
    daemon.again()
    gimp.wait("ended()", 240)
    said = gimp.run("result = [[[job['state'], job['error']] for job in jobs()], sorted(tree(canvas))]")
    assert said == [[["done", ""]] * 2, ["Bottega: generate (3)", "Bottega: inpaint (3)", "ramp"]]


@pytest.mark.parametrize("asked", [False, True], ids=["before it is asked", "while it is asked"])
def test_a_queue_that_is_killed_while_a_job_is_handed_to_it(own: tuple[rig.Gimp, Daemon], *, asked: bool) -> None:
    """The artist is told, and nothing is painted that nobody would see; later ones are not even sent."""
    gimp, daemon = own
    gimp.run("""
        sys.path[:0] = [str(PLUGIN)]
        from bottega_gimp import asking, client, handing, running
        from bottega_gimp.arguments import BY_NAME
        def handed(kind, image, **values):
            config = Gimp.get_pdb().lookup_procedure("bottega-" + kind).create_config()
            for name, value in values.items():
                config.set_property(name, value)
            desk = running.Desk()
            try:
                return handing.hand_over(asking.call_in(BY_NAME["bottega-" + kind], config, image, []), desk)
            except client.BottegaError as error:
                return str(error)
            finally:
                desk.close()
        send, sent, killed = handing.send, Path("/home/artist/sent"), Path("/home/artist/killed")
        def slow(*given):
            job = send(*given)
            sent.write_text(job)
            while not killed.exists():
                time.sleep(0.02)
            return job
        handing.send = slow
        canvas = picture(240, 200)
        canvas.select_rectangle(ChannelOps.REPLACE, 60, 40, 110, 100)
    """)
    with ThreadPoolExecutor(1) as hand:
        waiting = hand.submit(gimp.run, 'result = handed("generate", None, prompt="for nobody", steps=900)')
        until((gimp.home / "sent").exists, 60)
        (resident,) = gimp.plugins()
        if asked:
            resident.suspend()
            (gimp.home / "killed").touch()
            time.sleep(1.0)
        resident.kill()
        (gimp.home / "killed").touch()
        assert "queue's process does not run" in waiting.result(60)
    until(lambda: [job.state for job in jobs(daemon)] == [m.JobState.CANCELLED], 60)
    said = gimp.run("""
        handing.send, check = send, handing.check_queue
        handing.check_queue = lambda: setattr(handing, "check_queue", check)  # it ends just afterwards
        first = handed("inpaint", canvas, prompt="of several passes")
        result = [first, handed("generate", None, prompt="not sent"), call("generate", in_panel=True)["error"]]
    """)
    assert all("queue's process does not run" in each for each in said)
    assert len(jobs(daemon)) == 1 and not [*(gimp.home / rig.PROFILE / "bottega/spool").glob("*.job")]


def test_no_daemon_is_said_with_what_to_do(own: tuple[rig.Gimp, Daemon]) -> None:
    gimp, daemon = own
    daemon.stop()
    said = gimp.run('result = call("generate", prompt="copper")')
    assert said["status"] == "execution-error" and "bottega serve" in said["error"]
