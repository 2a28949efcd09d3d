"""Who is alive: a process holds a lock that ends with it; of another machine it is seen that its pulse goes on."""

import hashlib
import socket
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from filelock import FileLock, Timeout

PULSE_S = 30.0
GRACE_S = 180.0
"""How long no pulse of another machine is waited for before its trial is taken up."""


class Worker:
    """This process: its lock in a folder that the other processes of this machine look into.

    `machine` is the same for processes that see one another's locks: a digest of the host's name and of a random word
    kept in that folder, so that no name is told and a copy of the folder elsewhere is another machine.
    """

    def __init__(self, locks: Path) -> None:
        self.locks = locks
        self.name = uuid.uuid4().hex
        self.machine = _machine(locks)
        self._lock = FileLock(self._file(self.name))
        self._lock.acquire()

    def is_alive(self, name: str) -> bool:
        """Say whether a process of this machine still runs: its lock cannot be had; remove that of a dead one."""
        if name == self.name:
            return True
        file = self._file(name)
        if not file.exists():
            return False
        lock = FileLock(file, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            return True
        lock.release()
        _remove(file)  # no other process ever takes its name
        return False

    def close(self) -> None:
        """Let the lock go."""
        self._lock.release()
        _remove(self._file(self.name))

    def _file(self, name: str) -> Path:
        return self.locks / f"worker-{name}"


class Watch:
    """Watch the pulse of other machines by this machine's clock, so that no two clocks are compared."""

    def __init__(self, grace_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.grace_s = grace_s
        self.clock = clock
        self._seen: dict[int, tuple[object, float]] = {}

    def is_silent(self, attempt: int, pulse: object) -> bool:
        """Say whether the pulse of an attempt has stood still for as long as is waited."""
        now = self.clock()
        known, since = self._seen.get(attempt, (None, now))
        if attempt not in self._seen or known != pulse:
            self._seen[attempt] = (pulse, now)
            return False
        return now - since >= self.grace_s


class Pulse:
    """Call something at regular times while this process lives, from a thread that ends with it."""

    def __init__(self, beat: Callable[[], None], every_s: float) -> None:
        self._stop = Event()
        self._beat = beat
        self._every_s = every_s
        self._thread = Thread(target=self._run, name="radunion-pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait for it."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self._beat()


def _remove(lock: Path) -> None:
    """Remove the file of a lock that is not held; Windows refuses it while another process has it open to look."""
    with suppress(PermissionError):
        lock.unlink(missing_ok=True)


def _machine(locks: Path) -> str:
    """Call this while no other process makes the folder's word."""
    word = locks / "machine"
    if not word.exists():
        word.write_text(uuid.uuid4().hex, encoding="utf-8")
    return hashlib.sha256(f"{socket.gethostname()} {word.read_text(encoding='utf-8')}".encode()).hexdigest()[:16]
