"""The helpers that the service holds, by what they were asked to be."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..engines import ENGINES
from ..report import Unavailable
from ..workers.helper_process import close_together
from ..workers.pooled_worker import start_worker
from ..workers.supervisor import WorkerSupervisor

# Nothing else is started for anybody. LanguageTool on Java is left out: what
# Java spends on an answer cannot be told, so nobody's account would be right.
MODULES = ("localproof.engines.worker", "localproof.scoring.model_worker", "localproof.scoring.tagger_worker")
NAMES = (*(name for name, kind in ENGINES.items() if not kind.in_process), "model", "tagger")
MOST = 6  # helpers at a time: two engines in three dialects


@dataclass
class HeldWorker:
    """One helper, who uses it and since when nobody does. `key` is its order as JSON."""

    key: str
    name: str
    options: str
    worker: WorkerSupervisor
    threads: int
    open: int = 0  # questions that are not answered yet
    answered: int = 0
    used_s: float = field(default_factory=time.monotonic)
    cpu_s: float = 0.0  # what answering has taken


class WorkerPool:
    """All helpers of a service. Any thread may ask; `clock` is in monotonic seconds, `proc` a folder like /proc."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        proc: Path = Path("/proc"),
        build: Callable[[Mapping[str, Any]], WorkerSupervisor] = start_worker,
    ) -> None:
        self._clock, self._proc, self._build = clock, proc, build
        self._lock = threading.Lock()
        self._held: dict[str, HeldWorker] = {}
        self._gone_cpu_s = 0.0

    def get(self, order: Mapping[str, Any]) -> HeldWorker:
        """The helper that `order` describes, built or being built. Raises Unavailable where it is not one of ours or
        there is no room, ValueError, KeyError or TypeError where the order makes no sense."""
        with self._lock:
            return self._get(order)

    def _get(self, order: Mapping[str, Any]) -> HeldWorker:
        """As `get`, for whoever has the lock."""
        if order["module"] not in MODULES or order["name"] not in NAMES:
            raise Unavailable("service", "does not hold helpers of this kind")
        key = json.dumps(order, sort_keys=True)
        if (held := self._held.get(key)) is None:
            if len(self._held) >= MOST:
                self._let_go(self._oldest())
            options = " ".join(map(str, order["arguments"][1:]))
            worker = self._build(order)
            held = HeldWorker(key, order["name"], options, worker, worker.threads)
            self._held[key] = held
        held.used_s = self._clock()
        return held

    def submit(
        self, order: Mapping[str, Any], request: Mapping[str, Any], spent: Callable[[float], None]
    ) -> Future[Any]:
        """Ask the helper that `order` describes. As `Worker.submit`, and raises what `get` does."""
        with self._lock:  # one hold for both, or it might be let go in between
            held = self._get(order)
            held.open += 1

        def note(cpu_s: float) -> None:
            held.cpu_s += cpu_s
            spent(cpu_s)

        try:
            future = held.worker.submit(request, note)
        except ValueError:
            self._forward_answer(held)
            raise
        future.add_done_callback(lambda _: self._forward_answer(held))
        return future

    def _forward_answer(self, held: HeldWorker) -> None:
        with self._lock:
            held.open -= 1
            held.answered += 1
            held.used_s = self._clock()

    def release_idle(self, unused_s: float, most_bytes: int) -> list[str]:
        """Let go of what nobody has used for `unused_s`, and of the longest unused while all together hold more than
        `most_bytes`. The names of those that went."""
        went: list[str] = []
        with self._lock:
            for held in list(self._held.values()):
                if not held.open and self._clock() - held.used_s >= unused_s:
                    went.append(self._let_go(held))
        while self.bytes() > most_bytes:
            with self._lock:
                free = [h for h in self._held.values() if not h.open]
                if not free:
                    break
                went.append(self._let_go(min(free, key=lambda h: h.used_s)))
        return went

    def _oldest(self) -> HeldWorker:
        free = [h for h in self._held.values() if not h.open]
        if not free:
            raise Unavailable("service", f"holds {MOST} helpers already, all at work")
        return min(free, key=lambda h: h.used_s)

    def _let_go(self, held: HeldWorker) -> str:
        del self._held[held.key]
        self._gone_cpu_s += held.cpu_s
        # Its end may take a moment, and nobody needs to wait for it.
        threading.Thread(target=held.worker.close, name="localproof-let-go", daemon=True).start()
        return held.name

    def busy(self) -> bool:
        """Whether any question is not answered yet."""
        with self._lock:
            return any(held.open for held in self._held.values())

    def pids(self) -> tuple[int, ...]:
        """All live helper processes."""
        with self._lock:
            return tuple(pid for held in self._held.values() for pid in held.worker.pids())

    def asked_cpu_s(self) -> float:
        """Seconds of CPU that answers have taken."""
        with self._lock:
            return self._gone_cpu_s + sum(h.cpu_s for h in self._held.values())

    def bytes(self) -> int:
        """Resident memory of all helpers and of this process; 0 for what the system does not tell."""
        return sum(self._resident(pid) for pid in (os.getpid(), *self.pids()))

    def status_rows(self) -> list[dict[str, Any]]:
        """What is held, for `status`."""
        with self._lock:
            every = list(self._held.values())
        return [
            {
                "name": held.name,
                "options": held.options,
                "answered": held.answered,
                "cpu_s": held.cpu_s,
                "unused_s": self._clock() - held.used_s,
                "bytes": sum(map(self._resident, held.worker.pids())),
            }
            for held in every
        ]

    def _resident(self, pid: int) -> int:
        """Bytes that a process holds."""
        try:
            words = (self._proc / str(pid) / "statm").read_text("ascii").split()
        except OSError:
            return 0
        return int(words[1]) * os.sysconf("SC_PAGE_SIZE") if len(words) > 1 else 0

    def close(self) -> None:
        """End all helpers."""
        with self._lock:
            every = list(self._held.values())
            self._held.clear()
        close_together(held.worker.close for held in every)
