"""A task from submission to files on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bottega import messages as m
from bottega.errors import BottegaError
from bottega.events import Event, Picture
from bottega.pixels import Pixels
from bottega.tasks import Generate, Inpaint, Task
from bottega.wire import pixels_of
from bottega_daemon.cli.asking import slug
from bottega_daemon.cli.interrupts import UNWATCHED, interruptible, submitting
from bottega_daemon.cli.layers import laid
from bottega_daemon.cli.options import Placing, Reaching
from bottega_daemon.cli.progress import Bar, Timings
from bottega_daemon.cli.saving import free_name, texts_of, tiled, write_picture
from bottega_daemon.cli.say import note, put, put_json, safe
from bottega_daemon.cli.settings import figures_of, masks_of, settings_of

if TYPE_CHECKING:
    from bottega.client import Client


@dataclass
class Painted:
    """What has come of a job so far. Repainted layers are laid over the picture that was sent, unless they are wanted
    as they are."""

    client: Client
    job: m.Job
    placing: Placing
    as_layers: bool = False
    files: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[Pixels] = field(default_factory=list)
    waiting: dict[int, list[Picture]] = field(default_factory=dict)
    """Layers by seed, of pictures that lack others."""
    settings_more: dict[str, Any] = field(default_factory=dict)
    """What the job's own settings do not tell of a picture that took several."""
    profile: bytes = b""
    """The ICC profile that the pictures' numbers are in; b"" for the daemon's own."""

    def keep(self, picture: Picture) -> None:
        """Write a picture to its file; one that is made of several layers when its last one has come."""
        if picture.bounds is None:
            self.save(picture.pixels, picture.index, picture.seed)
            return
        if self.as_layers:
            more = {"bounds": _sides(picture.bounds), "mask": picture.mask}
            self.save(picture.pixels, picture.index, picture.seed, **more)
            return
        layers = self.waiting.setdefault(picture.seed, [])
        layers.append(picture)
        if len(layers) == masks_of(self.job):
            self.save(laid(self.sent, self.waiting.pop(picture.seed)), picture.index, picture.seed)

    @cached_property
    def sent(self) -> Pixels:
        """The picture that the job repaints."""
        asked = self.job.task.inpaint if self.job.task else None
        image = (asked.picture if asked else None) or m.Image()
        return pixels_of(image, self.client.download(image.digest or b""))

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that makes these pictures again."""
        return settings_of(self.job) | self.settings_more

    def save(self, pixels: Pixels, index: int, seed: int, **more: Any) -> None:
        """Write finished pixels to their file, with their settings."""
        suffix = ".tiff" if pixels.depth.startswith("f") else ".png"
        path = _path(self.placing.output, self.settings, self._stem(seed), seed, more.get("mask", 0), suffix)
        write_picture(pixels, path, texts_of(self.settings, seed), self.profile)
        self.pictures.append(pixels)
        index = index if self.as_layers else index % self.settings.get("count", 1)
        size = {"width": pixels.width, "height": pixels.height}
        self.files.append({"path": str(path), "index": index, "seed": seed, **size, **more})

    def _stem(self, seed: int) -> str:
        """A file's name by the prompt, or for what takes no words by the job's title."""
        settings = self.settings
        return f"{slug(settings['prompt'])}-{seed}" if "prompt" in settings else slug(self.job.title)

    def save_tiled(self) -> None:
        """Beside each file, write one that shows it 2 x 2."""
        for file, picture in zip(self.files, self.pictures, strict=True):
            path = Path(file["path"])
            path = path.with_name(f"{path.stem}-tiled.png")
            write_picture(tiled(picture), path, {})
            note(f"[dim]{safe(str(path))} shows it 2 x 2[/]")


def paint(
    client: Client,
    task: Task,
    placing: Placing,
    reaching: Reaching,
    *,
    title: str = "",
    as_layers: bool = False,
    profile: bytes = b"",
) -> Painted | None:
    """Have a task done and keep its pictures; None if it was only submitted. Ctrl-C cancels it on the daemon. The title
    is the prompt's beginning, unless given.

    Raises JobFailed, JobCancelled, and whatever the client raises.
    """
    title, begun = (task.prompt if isinstance(task, Generate | Inpaint) else title)[:200], time.monotonic()
    with interruptible(), Bar(title, quiet=placing.quiet) as bar, submitting(client) as jobs:
        job_id = jobs.submit(task, title, 0.0 if placing.detach else UNWATCHED).job_id
        if placing.detach:
            return _leave(job_id, reaching)
        painted = Painted(client, client.job(job_id), placing, as_layers, profile=profile)
        timings = _follow(painted, bar)
    seconds = {**timings.seconds, "total": round(time.monotonic() - begun, 3)}
    report(painted, client.job(job_id), seconds, reaching)
    return painted


def _follow(painted: Painted, show: Callable[[Event], None]) -> Timings:
    """Watch a job until it ends and keep its pictures as they come."""
    timings = Timings()
    for item in _said_if_kept(painted.client.follow(painted.job.job_id), painted):
        if isinstance(item, Picture):
            painted.keep(item)
        else:
            timings(item)
            show(item)
    return timings


def _said_if_kept(items: Iterator[Event | Picture], painted: Painted) -> Iterator[Event | Picture]:
    """The same items; if they end badly, the pictures that were finished before are told of."""
    try:
        yield from items
    except BottegaError:
        for file in painted.files:
            note(f"{safe(file['path'])} was finished before and is kept")
        raise


def report(painted: Painted, job: m.Job, seconds: dict[str, float], reaching: Reaching, **more: Any) -> None:
    """Say what was painted: a file's name a line, or everything in one object."""
    if reaching.as_json:
        answer = {
            "ok": True,
            **figures_of(job),
            "files": painted.files,
            "seeds": [file["seed"] for file in painted.files],
        }
        put_json({**answer, "timings": seconds, "settings": painted.settings, **more})
        return
    for file in painted.files:
        put(file["path"])
        seed = f", seed {file['seed']}" if "seed" in painted.settings else ""
        note(f"[dim]{file['width']} x {file['height']}{seed}[/]")
    shared = f", {job.shared_calls} of {job.model_calls} model calls shared" if job.shared_calls else ""
    note(f"[dim]{seconds['total']:.1f} s{shared}; job {safe(job.job_id)}[/]")


def _leave(job_id: str, reaching: Reaching) -> None:
    if reaching.as_json:
        put_json({"ok": True, "job_id": job_id, "state": "queued"})
    else:
        put(job_id)


def _path(output: Path | None, settings: dict[str, Any], stem: str, seed: int, mask: int, suffix: str) -> Path:
    """Where a picture goes: the file that was named (with the seed, if there are several), or one of that stem. Layers
    of further masks have the mask's number too."""
    which = f"-mask-{mask}" if mask else ""
    if output is None or output.is_dir():
        return free_name(output or Path(), stem + which, suffix)
    several = f"-{seed}" if settings.get("count", 1) > 1 else ""
    return output.with_name(f"{output.stem}{several}{which}{output.suffix}")


def _sides(bounds: m.Bounds) -> dict[str, int]:
    return {"x": bounds.x, "y": bounds.y, "width": bounds.width, "height": bounds.height}
