"""serve: what it says, what it refuses, and how it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.kit import Shell
from tests.daemon import ROOT


def _serve(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BOTTEGA_")}
    environment |= {
        "BOTTEGA_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "daemon"), str(ROOT / "shared")]),
    }
    command = [sys.executable, "-m", "bottega_daemon.cli", "serve", "--port", "0", *words]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _wait_for(path: Path) -> None:
    end = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_says_where_and_what_and_a_second_one_is_refused(tmp_path: Path, tiny_root: Path) -> None:
    first = _serve(tmp_path, "--models", str(tiny_root), "--no-starter", "--device", "cpu")
    _wait_for(tmp_path / "daemon.json")
    second = _serve(tmp_path)
    _, err = second.communicate(timeout=20)
    assert second.returncode == 1
    assert str(tmp_path) in err
    assert "stop it first" in err
    assert (tmp_path / "daemon.json").exists(), "the refused one has not touched the first one's file"
    first.send_signal(signal.SIGINT)
    _, err = first.communicate(timeout=20)
    assert first.returncode == 0
    assert "listens on 127.0.0.1:" in err
    assert "tiny, tiny-single" in err
    assert "canny, depth, normal, pose" in err
    assert not (tmp_path / "daemon.json").exists()


@pytest.mark.parametrize("words", [("--models", "nowhere"), ("--port", "70000"), ("--dtype", "int3")])
def test_options_that_cannot_work(lonely: Shell, words: tuple[str, str]) -> None:
    done = lonely.run("serve", *words)
    assert done.code == 2
    assert words[1] in done.err or words[0] in done.err
