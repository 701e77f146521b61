"""One worker process, from its first job to its end, spoken to in JSON lines (`bottega_daemon.worker.protocol`)."""

from __future__ import annotations

import asyncio
import logging
import re
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from bottega_daemon.jobs.executor import Facts, Listener
from bottega_daemon.spec import count_of
from bottega_daemon.worker import protocol
from bottega_daemon.worker.protocol import Cancel, Command, Load, Quit, Ready, Run, Setup, Watch

log = logging.getLogger(__name__)

LONGEST_LINE = 16 << 20
QUIT_PATIENCE = 10.0
"""Seconds that a worker has to end in good order."""
LAST_WORDS = 5
"""Lines of a worker's standard error that are logged when it dies; the one that tells why is told with its jobs."""
LONGEST_REASON = 300
EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(Error|Exception)\b")
FINAL = (protocol.Succeeded, protocol.Failed, protocol.Cancelled)


class WorkerProcess:
    """A device's worker: asleep until `run`, then a process; its death gives its jobs to `listener.lost`."""

    def __init__(self, setup: Setup, command: Sequence[str], idle: float, listener: Listener) -> None:
        self._setup = setup
        self._command = command
        self._idle = idle
        self._listener = listener
        self._jobs: dict[str, Run] = {}
        self._told: dict[str, list[Command]] = {}
        self._life: asyncio.Task[None] | None = None
        self._process: Process | None = None
        self._quitting = False
        self._ready: Ready | None = None
        self._load: Load | None = None
        self._is_ready = False
        self._last_words = deque[str](maxlen=LAST_WORDS)
        self._idle_timer: asyncio.TimerHandle | None = None
        self.alone = False
        """Its job was lost before and must not take others down with it."""

    @property
    def jobs(self) -> Mapping[str, Run]:
        """What it has been given and has not ended."""
        return self._jobs

    @property
    def pictures(self) -> int:
        """Pictures of all its jobs."""
        return sum(count_of(run.spec.task) for run in self._jobs.values())

    def run(self, run: Run, alone: bool) -> None:
        """Take a job, starting the process if there is none."""
        self._jobs[run.job_id] = run
        self.alone = alone
        if self._idle_timer:
            self._idle_timer.cancel()
        self._tell(run.job_id, run)
        if self._life is None:
            self._life = asyncio.create_task(self._live())
            self._life.add_done_callback(_report)

    def cancel(self, job_id: str) -> None:
        """Ask for a job's end."""
        self._tell(job_id, Cancel(job_id))

    def watch(self, job_id: str, watched: bool) -> None:
        """Say whether a job's previews are wanted."""
        self._tell(job_id, Watch(job_id, watched))

    def facts(self) -> Facts:
        """How it is."""
        if self._process is None:
            state = "asleep" if self._life is None else "starting"
        else:
            state = "starting" if not self._is_ready else "busy" if self._jobs else "idle"
        return Facts(self._setup.device, state, self._ready, self._load, tuple(self._jobs))

    def quit(self) -> None:
        """Ask the process to end; it is killed if it takes too long."""
        self._send(Quit())
        self._quitting = True
        if self._process and self._process.stdin:
            self._process.stdin.close()
            asyncio.get_running_loop().call_later(QUIT_PATIENCE, _kill, self._process)

    async def gone(self) -> None:
        """After `quit`: wait for the end of the process. Its jobs are nobody's then."""
        self._forget()
        if self._idle_timer:
            self._idle_timer.cancel()
        if self._life:
            await self._life

    async def _live(self) -> None:
        """Processes one after another for as long as there are jobs that came while one was quitting."""
        try:
            while self._jobs:
                await self._live_once()
        finally:
            self._life = None

    async def _live_once(self) -> None:
        self._quitting = self._is_ready = False
        self._last_words.clear()
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=LONGEST_LINE, start_new_session=True
            )
        except OSError as error:
            return await self._lose(f"cannot be started: {error}")
        self._process = process
        self._send(self._setup)
        for command in (command for commands in self._told.values() for command in commands):
            self._send(command)
        if self._quitting:  # asked for while the process was being made
            _kill(process)
        listening = asyncio.create_task(self._log_stderr(process))
        try:
            await self._listen(process)
        finally:
            await self._reap(process)
            with suppress(TimeoutError):  # a child of the worker may hold its standard error open
                await asyncio.wait_for(listening, 1.0)
            self._process = None
            self._load = None
        if not self._quitting:
            await self._lose(f"ended with status {process.returncode}")
        return None

    async def _lose(self, why: str) -> None:
        """The process is gone though nobody asked it to."""
        said = " | ".join(self._last_words)
        log.error("worker on %s %s; it had %d jobs. %s", self._setup.device, why, len(self._jobs), said)
        jobs = list(self._jobs)
        self._forget()
        await self._listener.lost(jobs, f"{why}{_reason(self._last_words)}")

    async def _listen(self, process: Process) -> None:
        """Pass on what the process says until it closes its output."""
        assert process.stdout
        while line := await _read_line(process.stdout):
            try:
                event = protocol.event_decoder.decode(line)
            except msgspec.DecodeError:
                log.warning("worker on %s said something else: %.200r", self._setup.device, line)
                continue
            await self._hear(event)

    async def _hear(self, event: protocol.Event) -> None:
        match event:
            case Ready():
                self._ready, self._is_ready = event, True
            case Load():
                self._load = event
            case _ if event.job_id in self._jobs:
                if isinstance(event, FINAL):
                    del self._jobs[event.job_id], self._told[event.job_id]
                    self._rest()
                await self._listener.heard(event)
            case _ if not self._quitting:
                log.warning("worker on %s speaks of a job that it does not have: %s", self._setup.device, event.job_id)
            case _:
                pass

    def _rest(self) -> None:
        """Without a job, wait for the next; after a while, quit."""
        if self._jobs:
            return
        self.alone = False
        self._idle_timer = asyncio.get_running_loop().call_later(self._idle, self._quit_if_idle)

    def _quit_if_idle(self) -> None:
        if not self._jobs:
            self.quit()

    def _forget(self) -> None:
        self._jobs.clear()
        self._told.clear()

    def _tell(self, job_id: str, command: Command) -> None:
        """Send a command about a job, now or when the process has started."""
        self._told.setdefault(job_id, []).append(command)
        self._send(command)

    def _send(self, command: Command) -> None:
        """Write a command, if there is a process to hear it; a new process is told everything about its jobs."""
        if self._process and self._process.stdin and not self._quitting:
            with suppress(ConnectionError, RuntimeError):
                self._process.stdin.write(protocol.line(command))

    async def _reap(self, process: Process) -> None:
        """See the process to its end."""
        try:
            await asyncio.wait_for(process.wait(), QUIT_PATIENCE)
        except TimeoutError:
            log.error("worker on %s does not end; killing it", self._setup.device)
            _kill(process)
            await process.wait()

    async def _log_stderr(self, process: Process) -> None:
        assert process.stderr
        while line := await process.stderr.readline():
            said = line.decode(errors="replace").rstrip()
            if said:
                self._last_words.append(said)
            log.info("worker on %s: %s", self._setup.device, said)


def _reason(words: Sequence[str]) -> str:
    """What a process said of its end: the exception that ended it, else its last line; "" if it said nothing."""
    exceptions = [line for line in words if EXCEPTION.match(line)]
    said = (exceptions or list(words) or [""])[-1].strip().rstrip(".")
    return f", saying: {said[:LONGEST_REASON]}" if said else ""


def _report(life: asyncio.Task[None]) -> None:
    """Say so if a life ended in an error of ours."""
    if not life.cancelled() and life.exception():
        log.critical("lost track of a worker", exc_info=life.exception())


async def _read_line(stream: asyncio.StreamReader) -> bytes:
    """The next line; nothing at the end, or at a line longer than any message can be."""
    try:
        return await stream.readline()
    except ValueError:
        log.exception("a worker's line is too long")
        return b""


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
