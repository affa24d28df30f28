"""Many at once over real HTTP, and processes killed in the middle: nothing lost, nothing doubled.

RACES says how many savers and writers there are: 200 and 1000 are the figures of LIMITS.md.
"""

import http.client
import os
import random
import re
import shutil
import signal
import threading
import time
from collections import Counter
from typing import Self

import pytest
from sqlalchemy import create_engine, text

from models.engine import engine_options
from rules.event import TRIES_AN_HOUR
from tests import conftest
from tests.served import Person, Server, at_once, fresh

RACES = int(os.environ.get("RACES", "60"))
WRITERS = 6


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path_factory):
    """The small factory on each engine, once for this module."""
    if request.param == "sqlite":
        template, _ = request.getfixturevalue("sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path_factory.mktemp('races') / 'races.sqlite3')}"
        return
    place, (template, _) = request.getfixturevalue("postgresql_server"), request.getfixturevalue("postgresql_template")
    name = f"races_{fresh()[:8]}"
    conftest._in_server(place, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield conftest._named(place, name)
    conftest._in_server(place, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def server(url, tmp_path_factory):
    served = Server(url, tmp_path_factory.mktemp("served"))
    served.start()
    yield served
    served.end()
    assert "Traceback" not in served.log.read_text(), served.log.read_text()[-5000:]


@pytest.fixture
def ask(url):
    """Answers of the database, past the product."""
    engine = create_engine(url, **engine_options(url))

    def answer(query: str, **values):
        with engine.connect() as connection:
            return connection.execute(text(query), values).all()

    yield answer
    engine.dispose()


def check_form(person: Person) -> dict[str, str]:
    """A spot check that can be saved as it is."""
    fields = person.form_of("/admin/spot_check/new/")
    post = re.search(r"\[\[(\d+)", person.get("/admin/spot_check/ajax/lookup/?name=post&query=").text)
    assert post
    return {**fields, "checked_at": "2026-11-16T09:00", "post": post[1]}


def test_of_all_who_save_one_version_exactly_one_wins_and_the_others_keep_what_they_typed(server, ask, world):
    path = f"/admin/employee/edit/?id={world.other_worker}"
    hr = Person(server, "hr")
    fields = hr.form_of(path)
    events = ask("SELECT count(*) FROM event")[0][0]
    answers = at_once([lambda n=n: hr.post(path, fields | {"note": f"note of {n}"}) for n in range(RACES)])
    statuses = Counter(one.status for one in answers)
    assert statuses == {302: 1, 409: RACES - 1}
    (winner,) = [n for n, one in enumerate(answers) if one.status == 302]
    ((note, version),) = ask("SELECT note, version_no FROM employee WHERE id = :id", id=world.other_worker)
    assert (note, version) == (f"note of {winner}", int(fields["version_no"]) + 1)
    for n, one in enumerate(answers):
        assert n == winner or f"note of {n}" in one.text
        assert n == winner or f"note of {winner}" in one.text
    assert ask("SELECT count(*) FROM event")[0][0] == events + RACES, "one change, and every refusal"


def test_one_form_sent_ten_times_at_once_makes_one_record(server, ask):
    inspector = Person(server, "quality_inspector")
    fields = check_form(inspector) | {"note": "ten times"}
    answers = at_once([lambda: inspector.post("/admin/spot_check/new/", fields)] * 10, threads=10)
    assert {one.status for one in answers} == {302}
    assert len({one.headers["Location"] for one in answers}) == 1
    assert ask("SELECT count(*) FROM spot_check WHERE note = 'ten times'") == [(1,)]


def test_ten_forms_at_once_make_ten_records_with_ten_numbers(server, ask):
    inspector = Person(server, "quality_inspector")
    fields = check_form(inspector) | {"note": "ten forms"}
    tasks = [lambda: inspector.post("/admin/spot_check/new/", fields | {"form_token": fresh()})] * 10
    assert {one.status for one in at_once(tasks, threads=10)} == {302}
    numbers = [no for (no,) in ask("SELECT no FROM spot_check WHERE note = 'ten forms'")]
    assert len(set(numbers)) == len(numbers) == 10


def test_of_two_rechecks_of_one_round_at_once_one_stands(server, ask, world):
    worker = Person(server, "employee")
    sent = {"id": world.action, "verb": "accept", "version_no": version_of(ask, "action_item", world.action)}
    pressed = at_once([lambda: worker.post("/admin/action_item/perform/", sent).status] * 10, threads=10)
    assert Counter(pressed) == {302: 1, 409: 9}, "one verb pressed by many at once runs once"
    assert ask("SELECT count(*) FROM event WHERE entity = 'action_item' AND action = 'accept'") == [(1,)]
    for verb, more in (
        ("start", {}),
        ("submit", {"measure": "重新对刀", "root_cause": "刀具磨损", "evidence": "见现场照片"}),
    ):
        sent = {"id": world.action, "verb": verb, "version_no": version_of(ask, "action_item", world.action), **more}
        assert worker.post("/admin/action_item/perform/", sent).status == 302, verb
    path = f"/admin/spot_check/new/?rechecks={world.action}"
    people = [Person(server, "quality_inspector2") for _ in range(4)]
    time.sleep(1.1)  # the form is dated to the second, and proof must be later than what it proves
    forms = [one.form_of(path) | {"items-0-value": "4.95"} for one in people]
    assert len({one["form_token"] for one in forms}) == 4
    for one, form in zip(people, forms, strict=True):
        assert one.post(path, form).status == 302
    drafts = [key for (key,) in ask("SELECT id FROM spot_check WHERE rechecks_round_id IS NOT NULL")]
    tasks = [
        lambda one=one, key=key: one.post("/admin/spot_check/perform/", {"id": key, "verb": "submit", "version_no": 1})
        for one, key in zip(people, drafts, strict=True)
    ]
    answers = at_once(tasks, threads=4)
    assert Counter(one.status for one in answers) == {302: 1, 409: 3}, [one.text[-2000:] for one in answers]
    standing = "SELECT count(*) FROM spot_check WHERE rechecks_round_id IS NOT NULL AND status <> 'draft'"
    assert ask(standing) == [(1,)]
    assert ask("SELECT count(*) FROM event WHERE entity = 'action_item' AND action = 'verify'") == [(1,)]


def version_of(ask, table: str, key: int) -> int:
    return int(ask(f"SELECT version_no FROM {table} WHERE id = :id", id=key)[0][0])


def test_a_crowd_of_guesses_at_once_is_counted_one_by_one(server, ask):
    def guess(n: int) -> int:
        return Person(server).post("/login", {"username": "sales", "password": f"guess {n}"}).status

    statuses = Counter(at_once([lambda n=n: guess(n) for n in range(TRIES_AN_HOUR + 10)]))
    assert set(statuses) == {422, 429}
    assert statuses[422] <= TRIES_AN_HOUR
    assert ask("SELECT count(*) FROM login_attempt WHERE name = 'sales'") == [(statuses[422],)]


class Writers:
    """People who write without pause and try again, with the same form, until each write is acknowledged."""

    def __init__(self, server: Server, most: int, what: str = "write") -> None:
        self.what = what
        self.person = Person(server, "quality_inspector")
        self.fields = check_form(self.person)
        self.most, self.acknowledged, self.met = most, list[str](), Counter[object]()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]

    def _write(self, place: int) -> None:
        for n in range(self.most // WRITERS):
            note = f"{self.what} {place}-{n}"
            sent = self.fields | {"note": note, "form_token": fresh()}
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                try:
                    status: object = self.person.post("/admin/spot_check/new/", sent).status
                except (OSError, http.client.HTTPException):
                    status = "cut off"
                with self._lock:
                    self.met[status] += 1
                    if status == 302:
                        self.acknowledged.append(note)
                        break
                time.sleep(0.05)

    def __enter__(self) -> Self:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._threads:
            one.join()

    def are_at_work(self) -> bool:
        return any(one.is_alive() for one in self._threads)

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 120
        while len(self.acknowledged) < count and time.monotonic() < deadline:
            time.sleep(0.01)


def each_once(ask, writers: Writers) -> None:
    """Every acknowledged write is there once, and so is its event; the chain has no gap."""
    assert len(writers.acknowledged) == writers.most // WRITERS * WRITERS, writers.met
    rows = ask("SELECT id, note FROM spot_check WHERE note LIKE :what", what=f"{writers.what} %")
    kept = Counter(note for _, note in rows)
    assert kept == Counter(writers.acknowledged)
    assert set(kept.values()) == {1}
    told = Counter(
        key for (key,) in ask("SELECT entity_id FROM event WHERE entity = 'spot_check' AND action = 'create'")
    )
    assert {told[key] for key, _ in rows} == {1}
    ((count, last),) = ask("SELECT count(*), max(seq) FROM event")
    assert count == last
    assert ask("SELECT seq FROM event_head") == [(last,)]
    numbers = [no for (no,) in ask("SELECT no FROM spot_check")]
    assert len(set(numbers)) == len(numbers)


def test_workers_and_all_killed_in_the_middle_lose_nothing_and_double_nothing(server, ask):
    dice = random.Random(1)  # noqa: S311 - which worker is killed
    with Writers(server, RACES) as writers:
        writers.wait_for(RACES // 5)
        os.kill(dice.choice(server.workers()), signal.SIGKILL)
        writers.wait_for(RACES // 2)
        server.kill()
        server.start()
    assert set(writers.met) <= {302, "cut off", 503}
    each_once(ask, writers)


def test_connections_cut_in_the_middle_are_told_in_words_and_come_back_by_themselves(server, ask, url):
    if not url.startswith("postgresql"):
        return  # SQLite has no connection that could be cut
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with engine.connect() as connection, Writers(server, RACES, "cut") as writers:
        while writers.are_at_work() and len(writers.acknowledged) < RACES // 2:
            connection.execute(text(f"SELECT count(pg_terminate_backend(pid)) {others}"))
            time.sleep(0.2)
    engine.dispose()
    assert set(writers.met) <= {302, 503}, writers.met
    each_once(ask, writers)
