"""Imports are moved so that names stay bound as they were, and nothing is left that a stranger could answer."""

from __future__ import annotations

import ast
import importlib
import itertools
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.relocate import Refused, Rules, relocate

RULES = Rules(("alpha", "beta", "absent"), versions={"alpha": "1.2"})
INSIDE = Rules(("alpha",), "vendor", ("host",))


@pytest.mark.parametrize(
    ("path", "rules", "text", "moved"),
    [
        ("b/c.py", RULES, "from alpha.d import (  # why\n    e,\n)\n", "from ..alpha.d import (  # why\n    e,\n)\n"),
        ("beta/sub/one.py", RULES, "import alpha as a, os", "from ... import alpha as a; import os"),
        ("one.py", RULES, "import alpha.two", "from . import alpha; from .alpha import two as _alpha_two"),
        ("beta/__init__.py", RULES, "import alpha.two as t", "from ..alpha import two as t"),
        ("one.py", RULES, "é = 1; from alpha import x", "é = 1; from .alpha import x"),
        ("ui/one.py", INSIDE, "import alpha\nimport host", "from ..vendor import alpha\nimport host"),
        ("one.py", INSIDE, "def f():\n    from alpha import x", "def f():\n    from .vendor.alpha import x"),
        ("one.py", RULES, "from .alpha import x\nimport os.path", "from .alpha import x\nimport os.path"),
        ("one.py", RULES, "v = metadata.version('alpha')", 'v = "1.2"'),
        ("one.py", RULES, "v = other.version('gamma')", "v = other.version('gamma')"),
    ],
)  # fmt: skip
def test_by_example(path: str, rules: Rules, text: str, moved: str) -> None:
    assert relocate(text, path, rules) == moved


@pytest.mark.parametrize(
    "text",
    [
        "import gamma",
        "from gamma.x import y",
        "import_module('alpha.x')",
        "i.import_module('beta')",
        "__import__('beta')",
    ],
)
def test_what_cannot_be_moved_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(Refused, match=r"one\.py:2: "):
        relocate(f"\n{text}", "one.py", RULES)


NUMBERS = itertools.count()
NAMES = st.sampled_from(["alpha", "alpha.inner", "alpha.inner.leaf", "beta", "os", "os.path", "json"])
IMPORTS = st.one_of(
    st.builds("import {}".format, NAMES),
    st.builds("import {} as {}".format, NAMES, st.sampled_from("xyz")),
    st.builds("from {} import VALUE as {}".format, st.sampled_from(["alpha.inner", "beta"]), st.sampled_from("xyz")),
    st.builds("try:\n    import absent.part\nexcept ImportError:\n    {} = None".format, st.sampled_from("xyz")),
)  # fmt: skip


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same packages twice: where everybody looks, and below a private name."""
    root = tmp_path_factory.mktemp("packages")
    for top in (root / "public", root / "private_ones"):
        for name in (
            "alpha/__init__",
            "alpha/inner/__init__",
            "alpha/inner/leaf",
            "beta/__init__",
            "beta/deep/__init__",
        ):
            path = top / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"VALUE = {name!r}\n")
    return root


@given(lines=st.lists(IMPORTS, max_size=6), folder=st.sampled_from(["", "beta/", "beta/deep/"]))
def test_moved_imports_bind_the_same_names(packages: Path, lines: list[str], folder: str) -> None:
    """The oracle is Python: names and values in both worlds, the private one without the public packages."""
    source, name = "\n".join(lines) + "\n", f"m{next(NUMBERS)}"
    try:
        sys.path[:0] = [str(packages), str(packages / "public")]
        (packages / "public" / f"{name}.py").write_text(source)
        (packages / "private_ones" / f"{folder}{name}.py").write_text(relocate(source, f"{folder}{name}.py", RULES))
        importlib.invalidate_caches()
        private = importlib.import_module(f"private_ones.{folder.replace('/', '.')}{name}")
        assert _bound(vars(private)) == _bound(vars(importlib.import_module(name)))
    finally:
        del sys.path[:2]
        for known in [known for known in sys.modules if known.partition(".")[0] in ("alpha", "beta", "private_ones")]:
            del sys.modules[known]


def _bound(names: dict[str, object]) -> dict[str, object]:
    """What a module's imports bound: values, and what the modules hold."""
    return {
        name: getattr(value, "VALUE", value)
        for name, value in names.items()
        if not name.startswith("_") and (name in "xyz" or name in ("alpha", "beta", "os", "json"))
    }


@given(st.lists(IMPORTS, max_size=6))
def test_lines_keep_their_numbers_and_no_absolute_import_is_left(lines: list[str]) -> None:
    source = "\n".join(lines) + "\nlast = 1\n"
    moved = relocate(source, "beta/one.py", RULES)
    assert len(moved.splitlines()) == len(source.splitlines())
    for node in ast.walk(ast.parse(moved)):
        if isinstance(node, ast.Import):
            assert all(alias.name.partition(".")[0] in ("os", "json") for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level or node.module in ("os", "json")
