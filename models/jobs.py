"""The background worker: dbos behind this one module runs what stands in our own tables, and may be exchanged for another."""

import signal
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from dbos import DBOS, DBOSPortableJSONSerializer
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.base import now
from models.event import WorkerBeat

NAME = "gongzheng"
VERSION = "1"
"""Fixed: with another version dbos would leave pending jobs lying."""

Job = Callable[[], None]


def beat(engine: Engine, name: str) -> None:
    """Says that this worker is alive."""
    with Session(engine) as session, session.begin():
        row = session.get(WorkerBeat, name)
        if row is None:
            session.add(WorkerBeat(name=name, at=now()))
        else:
            row.at = now()


def work(url: str, engine: Engine, jobs: dict[str, tuple[str, Job]], *, name: str = "worker-1") -> None:
    """Runs the jobs (name -> cron line, function) until SIGINT or SIGTERM; beats four times a minute.

    Jobs are idempotent: what is to be done stands in our tables, so that a second run does nothing.
    """
    is_over = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: is_over.set())
    beat(engine, name)
    DBOS(
        config={
            "name": NAME,
            "system_database_url": url,
            "application_version": VERSION,
            "executor_id": f"{socket.gethostname()}-{name}",
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
        }
    )
    workflows = {key: _workflow(key, job) for key, (_, job) in jobs.items()}
    DBOS.launch()
    try:
        DBOS.apply_schedules(
            [
                {"schedule_name": key, "workflow_fn": workflows[key], "schedule": jobs[key][0], "context": None}
                for key in jobs
            ]
        )
        while not is_over.wait(15):
            beat(engine, name)
    finally:
        DBOS.destroy()


def _workflow(key: str, job: Job) -> Any:
    def run(at: datetime, context: Any) -> None:
        DBOS.run_step({"name": key}, job)

    run.__qualname__ = run.__name__ = key
    return DBOS.workflow(name=key)(run)
