"""Uploads and deletions become searchable: one background worker brings the store in step with its folder.

The files are in the folder before a job begins, so that a server that is killed takes them in when it starts again.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from secrets import token_hex
from threading import RLock, Thread
from typing import Literal

from corpus.errors import UserError
from index.embed import Embedder
from index.engine import SearchEngine
from index.ledger import FileRecord
from index.sync import sync
from web.folder import Folder
from web.problem import RefusedError, problem_of

Action = Literal["put", "delete"]
Outcome = Mapping[str, FileRecord]
"""What became of every file, by its id."""
Check = Callable[[], None]
"""Called before a change, which no other can then precede; raises RefusedError to forbid it."""
REMEMBERED = 1_000
FAULT = "the server has a fault; its log tells more"
RETRY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Job:
    """An upload or a deletion, as far as it has come. `error` also says what of a file that went in was left out."""

    id: str
    action: Action
    document_id: str
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    error: str | None = None

    @property
    def is_finished(self) -> bool:
        return self.state in ("done", "failed")


class Ingestion:
    """At most one worker over one folder; the jobs that wait are taken together, with one sync for all of them."""

    def __init__(self, folder: Folder, bring_in_step: Callable[[], Outcome], most_waiting: int) -> None:
        self._folder = folder
        self._bring_in_step = bring_in_step
        self._most_waiting = most_waiting
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = RLock()
        self._worker: Thread | None = None
        folder.clear()

    @property
    def unfinished(self) -> int:
        with self._lock:
            return sum(not job.is_finished for job in self._jobs.values())

    def is_changing(self, document_id: str) -> bool:
        """Whether an upload or a deletion of that file is not yet taken in."""
        with self._lock:
            return any(job.document_id == document_id and not job.is_finished for job in self._jobs.values())

    def put(self, document_id: str, data: bytes, check: Check = lambda: None) -> Job:
        """Write the file and have it taken in. Raises RefusedError if that cannot be, or if too many wait."""
        with self._lock:
            self._check_room()
            check()
            self._folder.put(document_id, data)
            return self._add(Job(token_hex(8), "put", document_id))

    def delete(self, document_id: str, check: Check = lambda: None) -> Job:
        """Remove the file and have it forgotten. Raises RefusedError if that cannot be."""
        with self._lock:
            self._check_room()
            check()
            self._folder.delete(document_id)
            return self._add(Job(token_hex(8), "delete", document_id))

    def job(self, job_id: str) -> Job | None:
        """The job, or None if it is not remembered."""
        return self._jobs.get(job_id)

    def close(self) -> None:
        """Finish the jobs that there are."""
        while worker := self._worker:
            worker.join()

    def _check_room(self) -> None:
        if self.unfinished >= self._most_waiting:
            detail = f"{self._most_waiting} documents wait to be taken in; try again in a moment"
            raise RefusedError("busy", detail, {"Retry-After": str(RETRY_SECONDS)})

    def _add(self, job: Job) -> Job:
        self._jobs[job.id] = job
        while len(self._jobs) > REMEMBERED and next(iter(self._jobs.values())).is_finished:
            self._jobs.popitem(last=False)
        if self._worker is None:
            self._worker = Thread(target=self._work, name="ingestion", daemon=True)
            self._worker.start()
        return job

    def _work(self) -> None:
        while jobs := self._next():
            outcome: Outcome = {}
            general: str | None = FAULT
            try:
                outcome, general = self._bring_in_step(), None
            except UserError as error:
                general = problem_of(error).detail
            finally:
                self._finish(jobs, outcome, general)

    def _next(self) -> list[Job]:
        """The jobs that wait, now running; empty when there are none, and the worker then ends."""
        with self._lock:
            jobs = [replace(job, state="running") for job in self._jobs.values() if job.state == "waiting"]
            self._jobs |= {job.id: job for job in jobs}
            self._worker = self._worker if jobs else None
            return jobs

    def _finish(self, jobs: list[Job], outcome: Outcome, general: str | None) -> None:
        with self._lock:
            for job in jobs:
                record = outcome.get(job.document_id)
                failed = general or (record and record.status == "failed")
                error = general or (record.reason if record else "")
                self._jobs[job.id] = replace(job, state="failed" if failed else "done", error=error or None)
            if general == FAULT:  # which ends this worker; the next job begins another
                self._worker = None


def bringing_in_step(folder: Folder, engine: SearchEngine, embedder: Embedder) -> Callable[[], Outcome]:
    """What the worker does: a sync of the folder into the store that is being searched."""

    def in_step() -> Outcome:
        sync(folder.path, engine, embedder)
        return engine.catalog.ledger.all()

    return in_step
