"""The same zip in the other series of GIMP: beside the one that is tested, forky's 3.2 or trixie's 3.0 is started."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.daemon import ROOT
from tests.hosts import root

OTHER = {"trixie": "forky"}.get(root.RELEASE, "trixie")
TESTS = (
    "tests/hosts/gimp/test_kinds.py",
    "tests/hosts/gimp/test_procedures.py::test_a_picture_from_words_is_the_one_that_every_client_gets",
)
KINDS = {"forky": ("text", "link", "vector"), "trixie": ("text",)}[OTHER]


def test_the_zip_works_in_the_other_series_and_its_kinds_of_layers_stay_what_they_are() -> None:
    """Unpacked and called in batch; layers that are no pixels are read as they are seen and never written into."""
    environment = {**os.environ, "BOTTEGA_DEBIAN": OTHER}
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *TESTS]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert f" {len(KINDS) + 1} passed" in done.stdout
    for kind in KINDS:
        assert f"stays_what_it_is[{kind}] PASSED" in done.stdout
