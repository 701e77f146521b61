"""doctor finds what is wrong and says what helps."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from pathlib import Path

import msgspec
import pytest

from bottega_daemon.cli.checks import packages
from tests.cli.kit import Outcome, Shell


class Finding(msgspec.Struct, forbid_unknown_fields=True):
    about: str
    level: str
    text: str
    remedy: str
    facts: dict[str, object]


def _findings(done: Outcome) -> list[Finding]:
    findings = msgspec.convert(done.json["findings"], list[Finding])
    assert done.json["ok"] == (done.code == 0) == all(finding.level != "wrong" for finding in findings)
    assert all(finding.remedy for finding in findings if finding.level == "wrong")
    return findings


def _wrong(done: Outcome, about: str) -> list[str]:
    return [finding.text for finding in _findings(done) if (finding.about, finding.level) == (about, "wrong")]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the process that imports torch."""
    monkeypatch.setattr(
        "bottega_daemon.cli.checks.device._ASK",
        "import json, sys\nprint(json.dumps(dict(device='cpu', name='x', memory=1, dtype='y')))",
    )


def test_a_sound_machine(shell: Shell, tiny_root: Path) -> None:
    done = shell.run("doctor", "--models", tiny_root, "--json")
    found = {finding.about: finding for finding in _findings(done) if finding.level == "ok"}
    assert done.code == 0, done.out
    assert {"device", "versions", "memory", "disk", "models", "data", "daemon"} <= found.keys()
    assert found["device"].facts["device"] == "cpu"
    assert found["device"].facts["dtype"] in ("float32", "bfloat16")
    assert "answers at" in found["daemon"].text
    text = shell.run("doctor", "--models", tiny_root)
    assert text.code == 0
    assert "ok" in text.out


@pytest.mark.usefixtures("quick")
def test_no_models(lonely: Shell) -> None:
    done = lonely.run("doctor", "--json")
    assert done.code == 1
    assert _wrong(done, "models") == ["there is no checkpoint at all"]


@pytest.mark.usefixtures("quick")
def test_a_model_that_is_broken(lonely: Shell, tiny_root: Path) -> None:
    shutil.copytree(tiny_root, "models")
    Path("models/checkpoints/cut.safetensors").write_bytes(b"\xff" * 100)
    notes = [
        finding
        for finding in _findings(lonely.run("doctor", "--models", "models", "--json"))
        if finding.level == "note"
    ]
    assert any("cut.safetensors" in finding.text and finding.remedy for finding in notes)


@pytest.mark.usefixtures("quick")
def test_a_port_that_is_taken_and_a_token_that_is_open(lonely: Shell, tiny_root: Path) -> None:
    home = lonely.folder / "home"
    home.mkdir()
    (home / "token").write_text("secret")
    (home / "token").chmod(0o644)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**lonely.environment, "BOTTEGA_PORT": str(taken.getsockname()[1])}
        done = Shell(lonely.folder, environment).run("doctor", "--models", tiny_root, "--json")
    assert len(_wrong(done, "port")) == 1
    assert len(_wrong(done, "data")) == (1 if os.name == "posix" else 0)


@pytest.mark.usefixtures("quick")
def test_a_daemon_that_is_announced_but_gone(lonely: Shell, tiny_root: Path) -> None:
    home = lonely.folder / "home"
    home.mkdir()
    for said in (json.dumps({"address": "127.0.0.1:9", "token": "x"}), "{"):
        (home / "daemon.json").write_text(said)
        (home / "daemon.json").chmod(0o600)
        assert len(_wrong(lonely.run("doctor", "--models", tiny_root, "--json"), "daemon")) == 1


def test_a_torch_that_does_not_start(lonely: Shell, tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = lonely.folder / "torch.py"
    broken.write_text("raise OSError('libtorch.so: cannot open')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(lonely.folder), *sys.path]))
    done = lonely.run("doctor", "--models", tiny_root, "--json")
    assert any("libtorch.so" in text for text in _wrong(done, "device"))


def test_a_device_that_is_not_there(lonely: Shell, tiny_root: Path) -> None:
    shell = Shell(lonely.folder, {**lonely.environment, "BOTTEGA_DEVICES": "cpu,cuda:7"})
    done = shell.run("doctor", "--models", tiny_root, "--json")
    assert len(_wrong(done, "device")) == 1
    assert "cuda:7" in _wrong(done, "device")[0]


def test_packages_that_do_not_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"torch": "2.13.0+cpu", "torchvision": "0.28.0", "typer": "0.1"}
    monkeypatch.setattr(packages, "_version", versions.get)
    monkeypatch.setattr(
        packages.metadata, "requires", lambda _: ["torch<2.13,>=2.12", "typer>=0.1", 'x>1; extra == "dev"', "rich"]
    )
    texts = [finding.text for finding in packages.check() if finding.level == "wrong"]
    assert len(texts) == 3
    assert texts[0].startswith("torch is 2.13.0+cpu; Bottega needs")
    assert texts[1].startswith("rich is missing")
    assert texts[2].startswith("torchvision 0.28.0 is of another build")
