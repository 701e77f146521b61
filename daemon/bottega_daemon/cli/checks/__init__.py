"""What `bottega doctor` looks at; each check is a function that gives findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bottega_daemon.cli.checks import daemon, device, folders, packages
from bottega_daemon.cli.checks.finding import Finding
from bottega_daemon.config import Config, from_environment


def examine(models: tuple[Path, ...] = ()) -> list[Finding]:
    """Everything, as `serve` would find it with the same environment. The slow check runs beside the others."""
    config = from_environment()
    config = replace(config, models=(*config.models, *models))
    with device.Probe(config) as probe:
        rest = [*packages.check(), *folders.check_machine(config), *folders.check_models(config), *_daemon(config)]
        return [*probe.findings(), *rest]


def _daemon(config: Config) -> list[Finding]:
    return [*folders.check_home(config), *daemon.check(config)]
