"""How procedures end, as GIMP tells it to who called them; and GIMP's own Cancel, which is the end of the process."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from bottega import messages as m
from bottega.client import Client
from tests.daemon import Daemon
from tests.hosts.desk import Desk
from tests.hosts.gimp import hands, rig

UNWATCHED = 5.0
"""Seconds after which the daemon gives up a job whose process is gone."""
INTERACTIVE = """
procedure = Gimp.get_pdb().lookup_procedure("bottega-generate")
config = procedure.create_config()
config.set_property("run-mode", Gimp.RunMode.INTERACTIVE)
config.set_property("prompt", "moss")
config.set_property("steps", 2)
said = procedure.run(config)
result = [said.index(0).value_nick, Gimp.get_pdb().get_last_error()]
"""


def test_without_a_display_a_dialog_is_a_calling_error(gimp: rig.Gimp) -> None:
    state, error = gimp.run(INTERACTIVE)
    assert state == "calling-error" and "bottega-generate" in error


def test_a_script_that_asks_wrongly_or_in_vain_is_told(gimp: rig.Gimp) -> None:
    said = gimp.run("""
        good = call("generate", steps=1)
        result = [good["status"], call("inpaint", good["image"]), call("generate", steps=1, sampler="nope")["status"]]
        good["image"].delete()
    """)
    assert said[0] == "success" and said[2] == "execution-error"
    assert said[1]["status"] == "execution-error" and "Nothing is selected" in said[1]["error"]


def test_a_dialog_that_is_left_is_a_cancel_and_one_that_is_answered_a_success(window: rig.Gimp, table: Desk) -> None:
    window.run("known = [number for number in range(1, 33) if Gimp.Display.id_is_valid(number)]")
    for key, state in (("Escape", "cancel"), ("ctrl+Return", "success")):
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(window.run, INTERACTIVE)
            dialog = hands.find(table, "Bottega: Generate", 60)
            table.hands("windowactivate", "--sync", dialog)
            time.sleep(1.5)
            table.hands("key", key)
            assert waiting.result(120)[0] == state
    fresh = window.run("""
        fresh = [number for number in range(1, 33) if Gimp.Display.id_is_valid(number) and number not in known]
        for number in fresh:
            Gimp.Display.get_by_id(number).delete()
        result = len(fresh)
    """)
    assert fresh == 1, "the new image is shown"


def test_gimps_own_cancel_ends_the_process_and_the_daemon_frees_its_row(
    window: rig.Gimp, table: Desk, daemon: Daemon, client: Client
) -> None:
    """A real click on it, in the status bar of the image. What was asked for stands in the next dialog."""
    window.run('call("generate", steps=1)["image"].delete()')
    known = {job.job_id for job in client.jobs()}
    with rig.nothing_painted(daemon):
        hands.opened(table, "Inpaint Selection", "Bottega: Inpaint Selection")
        time.sleep(1.5)
        table.hands("type", "--delay", "15", "a red door")
        table.hands("key", "ctrl+Return")
        rig.until(lambda: {job.job_id for job in client.jobs()} - known, 60)
        (job,) = [job for job in client.jobs() if job.job_id not in known]
        before = window.plugins()
        time.sleep(2.0)
        hands.press_cancel(table)
        rig.until(lambda: len(window.plugins()) < len(before), 20)
        assert job.state not in (m.JobState.SUCCEEDED, m.JobState.CANCELLED)
        time.sleep(UNWATCHED + 2.0)
    rig.until(lambda: client.job(job.job_id).state == m.JobState.CANCELLED, 60)
    assert client.load().running == 0
    assert window.run("result = tree(image)") == ["ramp"]
    hands.opened(table, "Inpaint Selection", "Bottega: Inpaint Selection")
    time.sleep(1.5)
    table.hands("key", "ctrl+Return")
    window.wait("len(image.get_layers()) == 2 and image.get_layers()[0].get_parasite('bottega')", 240)
    assert window.run("result = about(image.get_layers()[0])['parasite']['prompt']") == "a red door"
