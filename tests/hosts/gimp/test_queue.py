"""The panel's process without its window: jobs are handed to it, several at once, and results arrive by themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.daemon import Daemon
from tests.hosts.gimp import hands, rig

TYPED = """
def typed(name, image=None, **values):
    procedure = Gimp.get_pdb().lookup_procedure("bottega-queue-" + name)
    config = procedure.create_config()
    if image is not None:
        config.set_property("image", image)
        config.set_core_object_array("drawables", image.get_selected_drawables())
    for key, value in values.items():
        config.set_property(key.replace("_", "-"), value)
    said = procedure.run(config)
    if said.index(0).value_nick != "success":
        return Gimp.get_pdb().get_last_error()
    return [said.index(index) for index in range(1, said.length())]
"""
SCHEME = """
(let* ((image (car (gimp-image-new 64 64 RGB)))
       (said (bottega-generate #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector)
                               #:prompt "moss" #:steps 2 #:seed "4" #:count 2))
       (layers (list-ref said 3))
       (job (car (bottega-queue-texture #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector)
                                        #:prompt "bricks" #:steps 2))))
  (gimp-item-set-name (vector-ref layers 1) "by scheme")
  (gimp-attach-parasite (list "said" 0 (string-append (number->string image) " " (number->string (vector-length layers))
    " " (list-ref (bottega-queue-job #:job job) 0)))))
"""

ADD = """
def add(kind, image=None, **values):
    said = call(kind, image, in_panel=True, **values)
    return [said["status"], jobs()[0]["number"] if said["status"] == "success" else said["error"]]
"""


@pytest.fixture(autouse=True)
def prepared(gimp: rig.Gimp) -> None:
    gimp.run(hands.QUEUE + ADD + TYPED)


def test_several_jobs_at_once_arrive_where_they_belong(gimp: rig.Gimp) -> None:
    said = gimp.run("""
        one, two = picture(96, 96), picture(160, 128)
        two.select_rectangle(ChannelOps.REPLACE, 20, 30, 60, 50)
        before = two.get_selected_layers()
        given = [add("generate", one, prompt="moss", steps=60, seed="1", count=2),
                   add("inpaint", two, prompt="a door", steps=60),
                   add("texture", prompt="bricks", steps=60)]
        result = [given, jobs()]
    """)
    numbers, listed = said
    assert [state for state, _number in numbers] == ["success"] * 3
    assert sum(job["state"] not in ("done", "failed", "cancelled") for job in listed) >= 2
    gimp.wait("ended()", 240)
    said = gimp.run("""
        done = jobs()
        fresh = [each for each in Gimp.get_images() if each.get_id() not in (one.get_id(), two.get_id())][0]
        result = [[job["state"] for job in done], tree(one), tree(two), tree(fresh),
                  before == two.get_selected_layers(), done[0]["parameters"]["prompt"]]
        two.delete(); one.delete()
    """)
    states, one, two, _fresh, same, newest = said
    assert states[:3] == ["done"] * 3
    assert one == [["Bottega: moss", "Bottega: moss (1)", "Bottega: moss (2)"], "ramp"]
    assert len(two) == 2 and two[1] == "ramp"
    assert same, "what the artist works on stays selected"
    assert newest == "bricks"


def test_scripts_have_a_typed_procedure_for_each_task_and_each_look(gimp: rig.Gimp) -> None:
    said = gimp.run("""
        image = picture(96, 80)
        refused = typed("inpaint", image, prompt="a door")
        image.select_rectangle(ChannelOps.REPLACE, 20, 30, 40, 30)
        first = typed("inpaint", image, prompt="a door", steps=4, seed="6", feather=2)
        assert len(first) == 1, first
        (first,) = first
        (long,) = typed("generate", image, prompt="long", steps=900, count=2, control=image.get_layers()[0])
        listed = typed("jobs")
        result = [refused, first, long, listed, typed("cancel", job=long), typed("job", job=9999)]
    """)
    refused, first, long, (numbers, titles, states), ended, missing = said
    assert "Nothing is selected" in refused and "no job 9999" in missing and ended == []
    assert numbers[:2] == [str(long), str(first)] and titles[:2] == ["long", "a door"]
    assert states[0] not in ("done", "failed")
    gimp.wait("ended()", 240)
    said = gimp.run(
        """
        title, state, fraction, error, parameters, made = typed("job", job=first)
        result = [title, state, fraction, error, json.loads(parameters), about(made), typed("job", job=long)[1]]
        image.delete()
        """,
        first=first,
        long=long,
    )
    assert said[:4] == ["a door", "done", 1.0, ""] and said[6] == "cancelled"
    assert said[4]["feather"] == 2 and said[5]["name"] == "Bottega: a door (6)" and said[5]["mask"]


def test_script_fu_is_given_the_layers_too(gimp: rig.Gimp) -> None:
    """In Scheme's own arrays: each layer is one that it can work on."""
    said = gimp.run(
        """
        procedure = Gimp.get_pdb().lookup_procedure("plug-in-script-fu-eval")
        config = procedure.create_config()
        config.set_property("script", scheme)
        done = procedure.run(config)
        assert done.index(0).value_nick == "success", Gimp.get_pdb().get_last_error()
        number, count, title = bytes(Gimp.get_parasite("said").get_data()).decode().strip(chr(0)).split()
        result = [count, title, tree(Gimp.Image.get_by_id(int(number)))]
        """,
        scheme=SCHEME,
    )
    assert said == ["2", "bricks", [["Bottega: moss", "Bottega: moss (4)", "by scheme"]]]
    gimp.wait("ended()", 240)


def test_a_job_is_cancelled_and_what_cannot_be_is_refused_at_once(gimp: rig.Gimp) -> None:
    said = gimp.run("""
        image = picture(64, 64)
        status, number = add("generate", image, prompt="long", steps=900)
        result = [status, queue("cancel", number=number), add("inpaint", image)]
        result += [queue("add", job="", parameters={}, place=""), queue("cancel", number=9999), queue("nonsense")]
    """)
    assert said[0] == "success" and "error" not in said[1]
    assert said[2][0] == "execution-error" and "Nothing is selected" in said[2][1]
    assert all(answer["error"] for answer in said[3:])
    gimp.wait("ended()", 240)
    assert gimp.run("result = [jobs()[0]['state'], tree(image)]\nimage.delete()") == ["cancelled", ["ramp"]]


def test_a_procedure_hands_its_job_over_and_the_artist_closes_the_image(gimp: rig.Gimp) -> None:
    said = gimp.run("""
        image = picture(80, 64)
        known = {each.get_id() for each in Gimp.get_images()}
        said = call("generate", image, prompt="closed meanwhile", steps=40, in_panel=True)
        result = [said["status"], said["layer"], said["parameters"]["prompt"], jobs()[0]["state"]]
        image.delete()
    """)
    assert said[:3] == ["success", None, "closed meanwhile"]
    assert said[3] not in ("done", "failed")
    gimp.wait("ended()", 240)
    said = gimp.run("""
        fresh = [each for each in Gimp.get_images() if each.get_id() not in known]
        result = [jobs()[0]["state"], [tree(each) for each in fresh]]
    """)
    assert said[0] == "done" and len(said[1]) == 1


def test_what_was_made_is_in_the_history(gimp: rig.Gimp) -> None:
    gimp.run('image = picture(64, 64)\nadd("generate", image, prompt="for the history", steps=2, seed="11")')
    gimp.wait("ended()", 240)
    folder = gimp.home / rig.PROFILE / "bottega" / "history"
    said = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    assert said[-1]["seeds"] == [11] and said[-1]["parameters"]["prompt"] == "for the history"
    assert (folder / f"{max(folder.glob('*.json')).stem}-0.png").exists()


def test_gimp_speaks_german(plugin: Path, daemon: Daemon, tmp_path: Path) -> None:
    """Also where it was English when it last asked the plug-in, and for what the client and the daemon say."""
    home = rig.profile(tmp_path / "home", plugin)
    for language, label, *errors in (
        ("en", "Inpaint Selection…", "Nothing is selected.", "there is no checkpoint 'x'.", "There are: "),
        ("de_DE", "Auswahl neu malen…", "Es ist nichts ausgewählt.", "Das Modell 'x' gibt es nicht.", "Es gibt: "),
    ):
        with rig.console(home, daemon, LANGUAGE=language) as gimp:
            said = gimp.run("""
                procedure = Gimp.get_pdb().lookup_procedure("bottega-inpaint")
                wrong = [{"checkpoint": "x"}, {"sampler": "x"}]
                said = [call("inpaint", picture(64, 64)), *(call("generate", **each) for each in wrong)]
                result = [procedure.get_menu_label(), *(each["error"] for each in said)]
            """)
            gimp.run("Gimp.get_pdb()")
        assert said[0] == label
        assert all(error in text for error, text in zip(errors, said[1:], strict=True)), said
