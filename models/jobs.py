"""The background worker: dbos, behind this one module, which runs what stands in our own tables.

Every job is idempotent and finds its work in our tables, so that a second run, a missed one or two at once do no harm.
"""

import fcntl
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSPortableJSONSerializer
from sqlalchemy import Engine, delete, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.base import COMPANY_ZONE, now
from models.engine import OWN_TRANSACTIONS
from models.event import WorkerBeat
from models.operations import note_run
from rules.base import RuleBroken, Words

NAME = "gongzheng"
VERSION = "1"
"""Fixed: with another version dbos would leave pending jobs lying."""
BEAT_SECONDS = 15
DEAD_AFTER = timedelta(seconds=90)
KEPT_FOR = timedelta(days=2)
"""Finished runs of jobs are looked at for two days, then deleted."""
TIDIES = "17 * * * *"
MOST_WORKERS = 9
LAST_SECONDS = 3
"""How long a job that runs when the worker is ended may go on; what it leaves undone is done at the next start."""

log = logging.getLogger("gongzheng.worker")


@dataclass(frozen=True)
class Job:
    """What is done, and when: five fields of cron, in the company's time."""

    cron: str
    run: Callable[[], object]


@dataclass(frozen=True)
class Seat:
    """A worker's name, its own while it lives, and where the worker keeps its own book."""

    name: str
    url: str


@contextmanager
def seat(url: str, folder: Path, name: str = "") -> Iterator[Seat]:
    """The first free name (worker-1, worker-2, ...), or the one given; the same again after a kill.

    Raises RuleBroken where the name is taken. On SQLite the worker's own book is a file beside the database, so that
    the two never wait for each other; on PostgreSQL it is the schema "dbos".
    """
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    beside = Path(str(parsed.database)).with_suffix("") if is_sqlite else folder / str(parsed.database)
    beside.parent.mkdir(parents=True, exist_ok=True)
    names = [name] if name else [f"worker-{number}" for number in range(1, MOST_WORKERS + 1)]
    for one in names:
        with beside.with_name(f"{beside.name}-{one}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield Seat(one, f"sqlite:///{beside}-jobs.sqlite3" if is_sqlite else url)
            return
    raise RuleBroken(Words("A worker of that name is running already.", "同名的后台进程已在运行。"))


def beat(engine: Engine, name: str) -> None:
    """Says that this worker is alive."""
    with Session(engine) as session, session.begin():
        session.merge(WorkerBeat(name=name, at=now()))


def silent_workers(engine: Engine, at: datetime) -> list[str]:
    """Workers that have given no sign of life for a while."""
    with Session(engine) as session:
        return list(session.scalars(select(WorkerBeat.name).where(WorkerBeat.at < at - DEAD_AFTER)))


def work(taken: Seat, engine: Engine, jobs: Mapping[str, Job], is_over: threading.Event | None = None) -> None:
    """Runs the jobs until SIGINT or SIGTERM; beats four times a minute; waits for a database that is away."""
    is_over = is_over or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, lambda *_: is_over.set())
    with closing(Beats(engine, taken.name)) as beats:
        while not is_over.is_set() and not (beats.next() and _is_launched(taken, engine, jobs)):
            is_over.wait(1)
        try:
            while not is_over.wait(BEAT_SECONDS):
                beats.next()
        finally:
            DBOS.destroy(workflow_completion_timeout_sec=LAST_SECONDS)


class Beats:
    """The signs of life of one worker; a database that is away is waited for, and said once."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine, self.name, self.is_away = engine, name, False

    def next(self) -> bool:
        """Gives a sign of life; whether the database took it."""
        try:
            beat(self.engine, self.name)
        except DBAPIError as fault:
            if not self.is_away:
                log.warning("The database is away: %s", str(fault.orig).strip())
            self.is_away = True
            return False
        self.is_away = False
        return True

    def close(self) -> None:
        """Who ends in order is not missed."""
        with suppress(DBAPIError), Session(self.engine) as session, session.begin():
            session.execute(delete(WorkerBeat).where(WorkerBeat.name == self.name))


def _is_launched(taken: Seat, engine: Engine, jobs: Mapping[str, Job]) -> bool:
    try:
        _launch(taken, engine, {**jobs, "tidy": Job(TIDIES, lambda: _tidy(engine))})
    except DBAPIError as fault:
        log.warning("The database is away: %s", str(fault.orig).strip())
        DBOS.destroy(destroy_registry=True)
        return False
    return True


def _launch(taken: Seat, engine: Engine, jobs: Mapping[str, Job]) -> None:
    DBOS(
        config={
            "name": NAME,
            "system_database_url": taken.url,
            "application_version": VERSION,
            "executor_id": taken.name,
            "serializer": DBOSPortableJSONSerializer(),
            "db_engine_kwargs": {"execution_options": {OWN_TRANSACTIONS: True}},
            "log_level": "WARNING",
            "enable_otlp": False,
        }
    )
    workflows = {key: _workflow(key, job, engine) for key, job in jobs.items()}
    DBOS.launch()
    for known in DBOS.list_schedules():
        if known["schedule_name"] not in jobs:  # an earlier version's
            DBOS.delete_schedule(known["schedule_name"])
    DBOS.apply_schedules(
        [
            {
                "schedule_name": key,
                "workflow_fn": workflows[key],
                "schedule": job.cron,
                "context": None,
                "cron_timezone": str(COMPANY_ZONE),
            }
            for key, job in jobs.items()
        ]
    )


def _workflow(key: str, job: Job, engine: Engine) -> Any:
    """A job as dbos runs it; its failure is written down, its next run tries again."""

    def attempt() -> None:
        error = ""
        try:
            job.run()
        except Exception as fault:
            log.exception("The job %s failed; it is tried again at its next time", key)
            error = f"{type(fault).__name__}: {fault}"
        _note(engine, key, error)

    def run(_at: datetime, _context: Any) -> None:
        DBOS.run_step({"name": key}, attempt)

    run.__qualname__ = run.__name__ = key
    return DBOS.workflow(name=key)(run)


def _note(engine: Engine, key: str, error: str) -> None:
    """How a job went; where the database is away there is nowhere to write it."""
    with suppress(DBAPIError), Session(engine) as session:
        note_run(session, key, now(), error)


def _tidy(engine: Engine) -> None:
    """Takes up what dead workers left, and forgets what was finished days ago."""
    at = now()
    if dead := silent_workers(engine, at):
        left = DBOS.list_workflows(status="PENDING", executor_id=dead, load_input=False, load_output=False)
        for one in left:
            DBOS.resume_workflow(one.workflow_id)
    before = (at - KEPT_FOR).isoformat()
    old = DBOS.list_workflows(completed_before=before, limit=5000, load_input=False, load_output=False)
    if old:
        DBOS.delete_workflows([one.workflow_id for one in old])
