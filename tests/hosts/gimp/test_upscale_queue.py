"""Upscale handed to the queue: its progress, its end, where its result goes; and daemons that can do nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bottega import messages as m
from bottega.client import Client
from tests.daemon import Daemon, running_daemon
from tests.hosts.gimp import hands, rig
from tests.hosts.gimp.test_queue import TYPED

WEIGHTS = Path(__file__).resolve().parents[3] / "daemon/bottega_daemon/starter/weights"
FRESH = """
def fresh():
    # images that have come since
    return [each for each in Gimp.get_images() if each.get_id() not in known]
known = {each.get_id() for each in Gimp.get_images()}
"""


@pytest.fixture(autouse=True)
def prepared(gimp: rig.Gimp) -> None:
    gimp.run(hands.QUEUE + TYPED + FRESH)


def test_its_result_arrives_by_itself_in_an_image_of_its_own(gimp: rig.Gimp) -> None:
    """What was handed over is as it was then, whatever becomes of the image; its progress is seen."""
    gimp.run("""
        image = picture(900, 700, precision="U16_NON_LINEAR")
        image.set_resolution(240.0, 240.0)
        known.add(image.get_id())
        (number,) = typed("upscale", image, times=2.0, seamless="y")
    """)
    gimp.wait('any(job["phase"] == "Enlarging" and 0 < job["fraction"] < 1 for job in jobs())', 60)
    gimp.run("image.delete()")
    gimp.wait("ended()", 240)
    said = gimp.run("""
        title, state, fraction, error, parameters, made = typed("job", job=number)
        (where,) = fresh()
        result = [title, state, error, json.loads(parameters), about(made), tree(where),
            where.get_precision().value_nick, where.get_resolution()[1:], made.get_image() == where]
        where.delete()
    """)
    title, state, error, parameters, layer, layers, precision, resolution, same = said
    assert [title, state, error] == ["Upscale", "done", ""] and same
    assert parameters == layer["parasite"] == {
        "procedure": "bottega-upscale", "upscaler": "", "times": 2.0, "source": "visible", "seamless": "y",
    }  # fmt: skip
    assert layers == ["Bottega: Upscale"] and layer["place"] == [0, 0, 1800, 1400] and not layer["mask"]
    assert precision == "u16-non-linear" and resolution == [240.0, 240.0]


def test_several_at_once_and_one_of_them_is_cancelled(gimp: rig.Gimp, daemon: Daemon, client: Client) -> None:
    gimp.run('call("upscale", picture(32, 32))["image"].delete()')
    with rig.nothing_painted(daemon):
        said = gimp.run("""
            one, two = picture(64, 64), picture(48, 40)
            known = {each.get_id() for each in Gimp.get_images()}
            given = [call("upscale", each, in_panel=True) for each in (one, two)]
            result = [[each["status"], each["layer"], each["layers"], each["job"]] for each in given]
            queue("cancel", number=given[0]["job"])
        """)
    assert [each[:3] for each in said] == [["success", None, []]] * 2
    gimp.wait("ended()", 120)
    states = gimp.run("result = {job['number']: job['state'] for job in jobs()}")
    assert [states[str(each[3])] for each in said] == ["cancelled", "done"]
    assert [job.state for job in client.jobs()[:2]] == [m.JobState.SUCCEEDED, m.JobState.CANCELLED]
    found = gimp.run("""
        result = [[each.get_width(), each.get_height(), tree(each)] for each in fresh()], tree(one), tree(two)
        for each in (one, two, *fresh()):
            each.delete()
    """)
    assert found == [[[192, 160, ["Bottega: Upscale"]]], ["ramp"], ["ramp"]]


def test_an_entry_of_the_history_keeps_the_kind_of_its_image(gimp: rig.Gimp) -> None:
    """So that it can be had in a new one once more."""
    said = gimp.run("""
        sys.path[:0] = [] if str(PLUGIN) in sys.path else [str(PLUGIN)]
        from bottega_gimp.inserting import insert
        from bottega_gimp.places import packed
        from bottega_gimp.remembering import history, place_for, wish_for
        image = picture(24, 20, GRAY, "FLOAT_LINEAR")
        image.set_resolution(150.0, 150.0)
        said = call("upscale", image, times=3.0)
        first = everything(said["layer"], None)
        said["image"].delete()
        entry = history().entries(1)[0]
        wish = wish_for(entry)
        laid = insert(entry.job_id, wish.said(), packed(place_for(entry, None)), "{}")
        result = [wish.kind, dict(wish.values), everything(laid.layer, None) == first, about(laid.layer)["parasite"],
            laid.image.get_resolution()[1:]]
        laid.image.delete(); image.delete()
    """)
    kind, values, same, parasite, resolution = said
    assert kind == "upscale" and values["times"] == 3.0 and same and resolution == [150.0, 150.0]
    assert parasite["procedure"] == "bottega-upscale"


def test_a_daemon_needs_an_upscaler_and_no_model(plugin: Path, tmp_path: Path) -> None:
    """Without one it is said what to do, in German too; put into its folder it is found."""
    models = tmp_path / "models"
    (models / "upscalers").mkdir(parents=True)
    home = rig.profile(tmp_path / "home", plugin)
    with running_daemon(tmp_path / "daemon", [models]) as daemon:
        with rig.console(home, daemon, LANGUAGE="de_DE") as gimp:
            said = gimp.run("""
                procedure = Gimp.get_pdb().lookup_procedure("bottega-upscale")
                result = [procedure.get_menu_label(), call("upscale", picture(32, 32))["error"],
                    procedure.get_blurb()]
            """)
        assert said[0] == "Vergrößern…" and "größeres Bild" in said[2]
        assert "keinen Upscaler" in said[1] and "Ordner upscalers" in said[1]
        shutil.copyfile(WEIGHTS / "upscalers/starter-4x.safetensors", models / "upscalers/my own.safetensors")
        with rig.console(home, daemon) as gimp:
            rig.until(lambda: gimp.run('result = call("upscale", picture(32, 32))["status"]') == "success", 60)
            said = gimp.run("""
                said = call("upscale", picture(32, 24), upscaler="my own")
                result = [said["status"], about(said["layer"])["place"]]
            """)
    assert said == ["success", [0, 0, 128, 96]]
