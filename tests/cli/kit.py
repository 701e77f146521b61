"""Runs the command line in this process against a real daemon in another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from typer.testing import CliRunner

from bottega_daemon.cli.app import app


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        lines = self.out.strip().splitlines()
        assert len(lines) == 1, self.out
        return json.loads(lines[0])

    @property
    def error(self) -> dict[str, str]:
        """The error in it."""
        assert self.json["ok"] is False
        assert self.json["exit_code"] == self.code
        return self.json["error"]


@dataclass(frozen=True)
class Shell:
    """A place to run commands in: the environment names the daemon."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *words: str | Path) -> Outcome:
        """`bottega WORDS`; an exception that is no exit is a failure of the test."""
        result = CliRunner(env=self.environment).invoke(app, [str(word) for word in words], prog_name="bottega")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    def picture(self, name: str, width: int = 64, height: int = 48, *, mode: str = "RGB", seed: int = 0) -> Path:
        """A PNG of noise."""
        channels = len(Image.new(mode, (1, 1)).getbands())
        values = np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)
        path = self.folder / name
        Image.fromarray(values.squeeze(2) if channels == 1 else values, mode).save(path)
        return path

    def mask(self, name: str, width: int = 64, height: int = 48) -> Path:
        """A PNG that is white in the middle."""
        image = Image.new("L", (width, height), 0)
        image.paste(255, (width // 4, height // 4, 3 * width // 4, 3 * height // 4))
        image.save(self.folder / name)
        return self.folder / name
