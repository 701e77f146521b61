"""Versions of what matters, against what the distribution asks for."""

from __future__ import annotations

import platform
from importlib import metadata

from bottega_daemon.cli.checks.finding import Finding

SHOWN = (
    "bottega",
    "bottega-daemon",
    "torch",
    "diffusers",
    "transformers",
    "safetensors",
    "grpcio",
    "protobuf",
    "numpy",
)
DISTRIBUTION = "bottega-daemon"


def check() -> list[Finding]:
    """Versions, and those that do not go together."""
    versions = {name: found for name in SHOWN if (found := _version(name))}
    text = ", ".join([f"Python {platform.python_version()}", *(f"{name} {value}" for name, value in versions.items())])
    facts = {"python": platform.python_version(), **versions}
    return [Finding("versions", "ok", text, facts=facts), *_unmet(), *_torchvision()]


def _unmet() -> list[Finding]:
    """Packages that are missing, or not of the version that Bottega was tested with."""
    try:
        from packaging.requirements import Requirement

        wanted = [Requirement(text) for text in metadata.requires(DISTRIBUTION) or ()]
    except (ImportError, metadata.PackageNotFoundError):
        return []  # run from a folder: nobody has said what is wanted
    found: list[Finding] = []
    for requirement in wanted:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        version = _version(requirement.name)
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            what = f"{requirement.name} is {version or 'missing'}; Bottega needs {requirement.specifier or 'it'}"
            found.append(Finding("versions", "wrong", what, f'python -m pip install "{requirement}"'))
    return found


def _torchvision() -> list[Finding]:
    """torchvision of another build than torch breaks the import of diffusers and transformers."""
    torch, vision = _version("torch"), _version("torchvision")
    if not torch or not vision or _build(torch) == _build(vision):
        return []
    text = f"torchvision {vision} is of another build than torch {torch}, which breaks diffusers"
    return [Finding("versions", "wrong", text, "Bottega does not need it: python -m pip uninstall torchvision")]


def _build(version: str) -> str:
    """ "cpu" of "2.13.0+cpu"."""
    return version.partition("+")[2]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
