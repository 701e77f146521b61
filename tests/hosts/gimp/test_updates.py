"""A newer zip over an older one, as people unpack it."""

from __future__ import annotations

import shutil
from pathlib import Path

from scripts.package import HOSTS, PLUGINS, build
from tests.daemon import Daemon
from tests.hosts.gimp import rig


def test_gimp_has_what_a_newer_zip_brings(plugin: Path, daemon: Daemon, tmp_path: Path) -> None:
    """Protects from times in the zip that are always the same: GIMP asks a plug-in what it can when its script has
    another one, and Python compiles a module anew."""
    (host,) = [each for each in HOSTS if each.name == "gimp"]
    shutil.copytree(PLUGINS / "gimp", tmp_path / "gimp")
    table = tmp_path / "gimp/bottega_gimp/arguments.py"
    words = table.read_text().replace('"Candidates", "Pictures to choose from, in one layer group", 1, 1', "{}2, 1")
    table.write_text(words.replace("{}", '"Candidates", "Pictures to choose from, in one layer group", '))
    assert table.stat().st_size == (PLUGINS / "gimp/bottega_gimp/arguments.py").stat().st_size
    home, found = rig.profile(tmp_path / "home", plugin), list[int]()
    for each in (plugin, build(host, tmp_path / "gimp", tmp_path / "dist")):
        rig.unpack(each, home / rig.PROFILE / "plug-ins")
        with rig.console(home, daemon) as gimp:
            found.append(
                gimp.run("""
                    procedure = Gimp.get_pdb().lookup_procedure("bottega-generate")
                    result = procedure.create_config().get_property("count")
                """)
            )
    assert found == [1, 2]
