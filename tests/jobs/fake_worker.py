"""A worker without a model: speaks the protocol, paints flat pictures, and misbehaves as its prompts say.

A prompt is words separated by blanks, followed in order:
  hold        wait until a file named `go` appears in the data folder, or the job is cancelled
  deaf        wait for `go`, and do not hear Cancel
  slow        take a second, in ten steps with progress and previews
  die         end the process at once, as kill -9 would, at every attempt
  die-once    the same, at the first attempt only
  die-late    the same at the first attempt, after the first picture
  cry         say on standard error what is wrong, and end, at every attempt
  fail        report an error
  babble      write something that is no message
Every other word is ignored. Each job is served by a thread of its own, so that several are under way at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from bottega_daemon.blobs import Blobs
from bottega_daemon.spec import Extent, Generate, Image, Inpaint
from bottega_daemon.worker import protocol
from bottega_daemon.worker.protocol import Cancel, Quit, Run, Setup, Watch

COMMAND = (sys.executable, "-m", "tests.jobs.fake_worker")


class Cancelled(Exception):
    """The job was asked to end."""


class Fake:
    """The jobs of one process."""

    def __init__(self, setup: Setup) -> None:
        self.blobs = Blobs(Path(setup.blobs))
        self.home = Path(setup.blobs).parent
        self.cancelled: set[str] = set()
        self.watched: set[str] = set()
        self.lock = threading.Lock()

    def say(self, event: protocol.Event) -> None:
        """Write one event."""
        with self.lock:
            sys.stdout.buffer.write(protocol.line(event))
            sys.stdout.buffer.flush()

    def serve(self, run: Run, first: bool) -> None:
        """Do one job from start to end; `first`: it was never begun before."""
        assert isinstance(run.spec.task, Generate | Inpaint)
        how = run.spec.task.how
        words = how.prompt.split()
        self.say(protocol.Started(run.job_id))
        try:
            for word in words:
                self.obey(word, run.job_id, first)
            for index in range(how.count):
                self.paint(run, index)
                if "die-late" in words and first:
                    die()
        except Cancelled:
            return self.say(protocol.Cancelled(run.job_id))
        if "fail" in words:
            return self.say(protocol.Failed(run.job_id, "OUT_OF_MEMORY", "it is too big.", "Make it smaller.", ""))
        return self.say(protocol.Succeeded(run.job_id, 0.5, how.steps, 0))

    def begin(self, job_id: str) -> bool:
        """Note an attempt; whether it is the first. The file tells tests in what order jobs began."""
        log = self.home / "attempts"
        with self.lock:
            first = not log.exists() or job_id not in log.read_text()
            with log.open("a") as file:
                file.write(f"{job_id}\n")
        return first

    def obey(self, word: str, job_id: str, first: bool) -> None:
        """Do what one word of the prompt says."""
        if word in ("hold", "deaf"):
            self.hold(job_id, deaf=word == "deaf")
        elif word == "slow":
            self.slow(job_id)
        elif word == "die" or (word == "die-once" and first):
            die()
        elif word == "cry":
            print(
                "Traceback\n  File\nRuntimeError: the device is on fire.\nSee the manual.\n",
                file=sys.stderr,
                flush=True,
            )
            os._exit(3)
        elif word == "babble":
            with self.lock:
                sys.stdout.buffer.write(b"not a message\n")

    def hold(self, job_id: str, deaf: bool) -> None:
        """Wait for the file `go`."""
        while not (self.home / "go").exists():
            self.check(job_id, deaf)
            time.sleep(0.01)

    def slow(self, job_id: str) -> None:
        """Ten steps of a tenth of a second."""
        for step in range(10):
            self.check(job_id, deaf=False)
            time.sleep(0.1)
            self.say(protocol.Progress(job_id, "denoising", (step + 1) / 10, step + 1, 10))
            if job_id in self.watched:
                self.say(protocol.Preview(job_id, 0, step + 1, Extent(8, 8), b"jpeg"))

    def check(self, job_id: str, deaf: bool) -> None:
        """Raises Cancelled if the job was asked to end."""
        if job_id in self.cancelled and not deaf:
            raise Cancelled

    def paint(self, run: Run, index: int) -> None:
        """Store a flat picture whose bytes depend on its seed alone."""
        task = run.spec.task
        assert isinstance(task, Generate | Inpaint)
        extent = task.extent if isinstance(task, Generate) else task.picture.extent
        seed = task.how.seed + index
        digest = self.blobs.write(bytes([seed % 256]) * (extent.width * extent.height * 3))
        self.say(protocol.Picture(run.job_id, index, seed, Image(digest, extent, 3, "u8", "srgb")))


def die() -> None:
    """End as if killed."""
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Serve until Quit or the end of input."""
    setup = protocol.command_decoder.decode(sys.stdin.buffer.readline())
    assert isinstance(setup, Setup)
    fake = Fake(setup)
    fake.say(protocol.Ready(os.getpid(), setup.device, "a fake", 1 << 30, "float32"))
    for line in sys.stdin.buffer:
        match protocol.command_decoder.decode(line):
            case Run() as run:
                threading.Thread(target=fake.serve, args=(run, fake.begin(run.job_id)), daemon=True).start()
            case Cancel(job_id):
                fake.cancelled.add(job_id)
            case Watch(job_id, watched):
                (fake.watched.add if watched else fake.watched.discard)(job_id)
            case Quit():
                break
            case _:
                raise AssertionError(line)
    os._exit(0)


if __name__ == "__main__":
    main()
