"""The worker: a name of its own, signs of life, every job done once however it is ended."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from app import HERE
from models import jobs
from models.base import now
from models.engine import engine_options, reading_only
from models.event import Delivery, WorkerBeat
from rules.base import RuleBroken
from tests.processes import child

DYING = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import create_engine
from models import jobs
from models.engine import engine_options

url, folder, name = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
jobs.TIDIES = "* * * * * *"

def job():
    with (folder / "done").open("a") as out:
        out.write("begun\\n")
    if not (folder / "died").exists():
        (folder / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    (folder / "ended").touch()

with jobs.seat(url, folder, name) as taken:
    print(taken.name, flush=True)
    crons = {"": "* * * * * *", "worker-9": "* * * * * *", "heir": "0 0 1 1 *"}
    engine = create_engine(url, **engine_options(url))
    jobs.work(taken, engine, {"die_once": jobs.Job(crons[name], job)})
"""


def beats(url: str) -> dict[str, object]:
    engine = create_engine(url, **engine_options(url))
    with Session(engine) as session:
        found = {one.name: one.at for one in session.scalars(select(WorkerBeat))}
    engine.dispose()
    return found


def first_run(url: str, folder: Path) -> str:
    """What became of the first run of a job, as the job engine's own book says."""
    with jobs.seat(url, folder, "reader") as reader:
        engine = create_engine(reader.url)
    table = "workflow_status" if engine.dialect.name == "sqlite" else "dbos.workflow_status"
    with reading_only(), engine.connect() as connection:
        runs = f"SELECT status FROM {table} WHERE name = 'die_once' ORDER BY workflow_uuid LIMIT 1"
        found = connection.execute(text(runs)).scalar_one()
    engine.dispose()
    return str(found)


def within(seconds: float, is_so: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_each_worker_has_a_name_of_its_own(sqlite_url: str, tmp_path: Path):
    with jobs.seat(sqlite_url, tmp_path) as first:
        with jobs.seat(sqlite_url, tmp_path) as second:
            assert (first.name, second.name) == ("worker-1", "worker-2")
            assert first.url == second.url == f"sqlite:///{tmp_path}/test-jobs.sqlite3"
        with pytest.raises(RuleBroken, match="running already"), jobs.seat(sqlite_url, tmp_path, "worker-1"):
            pass
    with jobs.seat(sqlite_url, tmp_path) as again:
        assert again.name == "worker-1"


def test_on_postgresql_the_book_stands_in_the_database(tmp_path: Path):
    url = "postgresql+psycopg://somebody@localhost/factory"
    with jobs.seat(url, tmp_path, "other") as taken:
        assert (taken.name, taken.url) == ("other", url)
    assert (tmp_path / "factory-other.lock").exists()


def test_a_worker_that_falls_silent_is_noticed(any_url: str):
    engine = create_engine(any_url, **engine_options(any_url))
    jobs.beat(engine, "worker-1")
    jobs.beat(engine, "worker-1")
    assert jobs.silent_workers(engine, now()) == []
    assert jobs.silent_workers(engine, now() + timedelta(minutes=2)) == ["worker-1"]
    engine.dispose()


def test_a_database_that_is_away_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    url = f"sqlite:///{tmp_path}/nowhere/x.sqlite3"
    engine = create_engine(url, **engine_options(url))
    is_over = threading.Event()
    threading.Timer(2.5, is_over.set).start()
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    try:
        jobs.work(jobs.Seat("worker-1", f"sqlite:///{tmp_path}/jobs.sqlite3"), engine, {}, is_over)
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)
    assert [one.message for one in caplog.records] == ["The database is away: unable to open database file"]


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_is_made_up_for(any_url: str, tmp_path: Path):
    command = [sys.executable, "-c", DYING, any_url, str(tmp_path), ""]
    first = subprocess.run(command, cwd=HERE, check=False, timeout=120, capture_output=True, text=True)
    assert (first.returncode, first.stdout) == (-signal.SIGKILL, "worker-1\n")
    with child(command, stdout=subprocess.PIPE) as second:
        assert second.stdout is not None
        assert second.stdout.readline() == "worker-1\n"  # the same name again
        assert within(120, (tmp_path / "ended").exists)
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=60) == 0


@pytest.mark.slow
def test_what_a_worker_left_that_never_comes_back_is_taken_up(any_url: str, tmp_path: Path):
    command = [sys.executable, "-c", DYING, any_url, str(tmp_path)]
    subprocess.run([*command, "worker-9"], cwd=HERE, check=False, timeout=120, capture_output=True)
    assert first_run(any_url, tmp_path) == "PENDING"
    engine = create_engine(any_url, **engine_options(any_url))
    with Session(engine) as session, session.begin():
        session.merge(WorkerBeat(name="worker-9", at=now() - timedelta(minutes=5)))
    engine.dispose()
    with child([*command, "heir"], stdout=subprocess.DEVNULL) as heir:
        assert within(120, lambda: first_run(any_url, tmp_path) == "SUCCESS")  # its own time comes once a year
        heir.terminate()
        assert heir.wait(timeout=60) == 0


@pytest.mark.slow
def test_two_workers_of_the_product_live_side_by_side_and_end_in_seconds(any_url: str, tmp_path: Path):
    settings = {"DATABASE_URL": any_url, "SECRET_KEY": "tests only", "EVENT_ANCHOR": str(tmp_path / "anchor")}
    command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
    with child(command, settings) as first, child(command, settings) as second:
        assert within(120, lambda: len(beats(any_url)) == 2)
        first.send_signal(signal.SIGINT)
        second.send_signal(signal.SIGTERM)
        assert [one.wait(timeout=60) for one in (first, second)] == [0, 0]
    assert beats(any_url) == {}  # ended in order, they are not missed


@pytest.mark.slow
def test_the_worker_does_every_minute_what_falls_due(sqlite_url: str, tmp_path: Path):
    settings = {"DATABASE_URL": sqlite_url, "SECRET_KEY": "tests only", "EVENT_ANCHOR": str(tmp_path / "anchor")}
    command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
    engine = create_engine(sqlite_url, **engine_options(sqlite_url))

    def all_are_told() -> bool:
        with Session(engine) as session:
            untold = select(func.count()).select_from(Delivery).where(Delivery.sent_at.is_(None))
            return session.scalar(untold) == 0

    assert not all_are_told()
    with child(command, settings) as worker:
        assert within(200, lambda: all_are_told() and (tmp_path / "anchor").exists())
        worker.terminate()
        assert worker.wait(timeout=60) == 0
    engine.dispose()
