"""The command line: exit code 0 and it is done, or 1 and the reason stands on stderr and nothing is."""

import csv
import errno
from pathlib import Path

import pytest
import python_calamine
from click.testing import Result
from flask import Flask
from sqlalchemy import func, inspect, select, text, update

from admin_views.commands import evidence
from admin_views.session import db
from app import HERE
from models.base import now, on_date
from models.event import Delivery, Event
from models.organisation import Account, Employee
from models.quality import SpotCheck, SpotCheckItem
from models.signin import SignedIn, sign_in
from tests.conftest import make_app
from tests.world import World


@pytest.fixture
def empty(tmp_path: Path) -> Flask:
    """An application whose database has not been built."""
    made = make_app(f"sqlite:///{tmp_path}/empty/new.sqlite3", tmp_path / "empty")
    yield made
    with made.app_context():
        db.engine.dispose()


def run(made: Flask, *arguments: object) -> Result:
    return made.test_cli_runner().invoke(args=[str(one) for one in arguments])


def done(made: Flask, *arguments: object) -> str:
    result = run(made, *arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def refused(made: Flask, *arguments: object) -> str:
    result = run(made, *arguments)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    return result.stderr


def asked(made: Flask, query):
    with made.app_context():
        return db.session.scalar(query)


def count(made: Flask, model) -> int:
    return asked(made, select(func.count()).select_from(model))


# -- database --------------------------------------------------------------------------------------------------------


def test_upgrade_builds_the_database_and_twice_does_no_harm(empty: Flask):
    first = done(empty, "upgrade")
    assert first == done(empty, "upgrade")
    assert first.count("\n") == 1
    with empty.app_context():
        assert inspect(db.engine).has_table("event")


def test_upgrade_refuses_a_database_of_a_newer_version(app: Flask):
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.commit()
    assert "newer version" in refused(app, "upgrade")


def test_the_migrations_build_what_the_models_say(app: Flask):
    assert "build what the models say" in done(app, "check-migrations")


def test_a_model_without_its_migration_is_named(app: Flask, monkeypatch: pytest.MonkeyPatch):
    from sqlalchemy import Column, Integer

    from models.base import Base

    table = Base.metadata.tables["team"]
    extra = Column("forgotten", Integer)
    table.append_column(extra)
    try:
        assert "forgotten" in refused(app, "check-migrations")
    finally:
        table._columns.remove(extra)


def test_commands_on_a_database_that_is_not_built_say_so(empty: Flask):
    for command in (("remind",), ("tell",), ("events", "verify"), ("account", "add", "x", "--role", "sales")):
        assert "has not been built yet" in refused(empty, *command)


# -- people ----------------------------------------------------------------------------------------------------------


def test_an_account_gets_a_one_time_password_and_only_that_is_printed(any_app: Flask):
    printed = done(any_app, "account", "add", "boss", "--role", "admin", "--role", "general_manager")
    password = printed.strip()
    assert " " not in password
    with any_app.app_context():
        outcome = sign_in(db.session, "boss", password, source="x", at=now())
        assert isinstance(outcome, SignedIn)
        assert outcome.account.must_change_password
        assert sorted(str(one.role) for one in outcome.account.roles) == ["admin", "general_manager"]


def test_an_account_reaches_a_department_and_belongs_to_an_employee(app: Flask):
    done(app, "account", "add", "pm", "--role", "production_manager", "--department", "SC2", "--employee", "20002")
    with app.app_context():
        account = db.session.scalar(select(Account).where(Account.login == "pm"))
        assert account.roles[0].department.code == "SC2"
        assert db.session.scalar(select(Employee.no).where(Employee.account_id == account.id)) == "20002"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("admin", "--role", "sales"), "already"),
        (("x", "--role", "boss"), "There is no role “boss”"),
        (("x", "--role", "sales", "--department", "nowhere"), "“nowhere” is not known"),
        (("x", "--role", "sales", "--employee", "0"), "“0” is not known"),
        ((" ", "--role", "sales"), "1 to 64"),
        (("x" * 65, "--role", "sales"), "1 to 64"),
    ],
)
def test_an_account_that_cannot_be_is_refused(app: Flask, arguments, said):
    before = count(app, Account)
    assert said in refused(app, "account", "add", *arguments)
    assert count(app, Account) == before


def test_the_demo_company_goes_into_a_new_database_only(app: Flask):
    before = count(app, Event)
    assert "has accounts already" in refused(app, "demo")
    assert done(app, "demo", "--if-new") == ""
    assert count(app, Event) == before


# -- what falls due --------------------------------------------------------------------------------------------------


def test_remind_then_tell_then_nothing(any_app: Flask):
    assert done(any_app, "remind", "--at", "2026-12-31T08:00") != "0 reminders.\n"
    assert done(any_app, "remind", "--at", "2026-12-31T08:00") == "0 reminders.\n"
    assert done(any_app, "tell").endswith("told.\n")
    done(any_app, "remind", "--at", "2027-12-31T08:00+08:00")


def test_remind_wants_an_instant(app: Flask):
    assert "is not an instant" in refused(app, "remind", "--at", "tomorrow")


def test_tell_tells_what_is_due(app: Flask):
    with app.app_context():
        due = Delivery.due_at <= now()
        waiting = db.session.scalar(select(func.count()).select_from(Delivery).where(due))
    assert done(app, "tell") == f"{waiting} told.\n"
    assert done(app, "tell") == "0 told.\n"


def test_the_mailbox_is_off_unless_set(app: Flask):
    assert "MAIL_IN is not set" in refused(app, "mail")


# -- the chain -------------------------------------------------------------------------------------------------------


def anchor_of(made: Flask) -> Path:
    return Path(made.config["EVENT_ANCHOR"])


def test_the_head_of_the_chain_is_noted_once_a_day(any_app: Flask):
    done(any_app, "remind")
    done(any_app, "account", "add", "boss", "--role", "admin")
    done(any_app, "remind", "--at", "2027-01-01T08:00")
    lines = anchor_of(any_app).read_text().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"{on_date(now())} ")
    assert "1 notes outside agree" in done(any_app, "events", "verify")


def test_a_note_that_was_cut_off_is_left_out_and_said(app: Flask):
    anchor_of(app).write_text("2026-01-01 17 0a")
    done(app, "remind")
    result = run(app, "events", "verify")
    assert (result.exit_code, "line 1 cannot be read" in result.stderr) == (0, True), result.output


def test_what_is_shipped_is_noted_from_the_first_day(empty: Flask):
    done(empty, "upgrade")
    assert not anchor_of(empty).exists()
    done(empty, "remind")
    assert len(anchor_of(empty).read_text().splitlines()) == 1


def tamper(made: Flask, *statements: str) -> None:
    """Changes the chain behind the program's back, as somebody with the database could."""
    with made.app_context():
        for name in ("event_no_update", "event_no_delete"):
            db.session.execute(text(f"DROP TRIGGER {name}"))
        for one in statements:
            db.session.execute(text(one))
        db.session.commit()


@pytest.mark.parametrize(
    "statements, bad",
    [
        (["UPDATE event SET reason = 'x' WHERE seq = 7"], 7),
        (["PRAGMA defer_foreign_keys = 1", "DELETE FROM delivery", "DELETE FROM event WHERE seq = 9"], 9),
        (["UPDATE event SET seq = 100000 WHERE seq = 5", "UPDATE event SET seq = 5 WHERE seq = 6"], 5),
        (["UPDATE event_head SET seq = seq + 1"], None),
    ],
)
def test_a_chain_that_was_changed_is_refused_by_its_first_bad_event(app: Flask, statements, bad):
    last = asked(app, select(func.max(Event.seq)))
    tamper(app, *statements)
    assert f"Event {bad or last + 1}:" in refused(app, "events", "verify")


def test_a_cut_tail_is_found_by_the_note_outside(app: Flask):
    done(app, "remind")
    last = asked(app, select(func.max(Event.seq)))
    tamper(
        app,
        "DELETE FROM delivery",
        "DELETE FROM event WHERE seq > (SELECT seq - 3 FROM event_head)",
        "UPDATE event_head SET seq = seq - 3, hash = (SELECT hash FROM event WHERE event.seq = event_head.seq - 3)",
    )
    assert f"Event {last - 2}: the chain ends too early" in refused(app, "events", "verify")


# -- regulation and recomputing --------------------------------------------------------------------------------------


def test_the_regulation_is_printed(app: Flask):
    printed = done(app, "regulation")
    for title in ("ACCESS", "LIFECYCLES", "WHAT FOLLOWS", "FIGURES", "TIME LIMITS"):
        assert f"{title}\n" in printed
    assert "repeat_within_days" in printed
    assert "not set" in printed  # max_rounds has no value in the small factory
    assert "severity=minor" in printed


def test_columns_stand_under_their_headings_in_chinese_as_well():
    assert list(evidence.aligned([("a", "b"), ("整改", "x"), ("ok", "y")])) == ["a     b", "整改  x", "ok    y"]


def test_recompute_finds_and_puts_right_what_differs(any_app: Flask, world: World):
    assert done(any_app, "recompute", "--check") == "Everything agrees with its evidence.\n"
    with any_app.app_context():
        db.session.execute(update(SpotCheck).where(SpotCheck.id == world.check).values(ng_qty=7))
        item = SpotCheckItem.check_id == world.check
        db.session.execute(update(SpotCheckItem).where(item).values(value=9, lower=1, upper=2, verdict="ok"))
        db.session.commit()
    found = run(any_app, "recompute", "--check")
    assert found.exit_code == 1
    assert "kept ok, computed ng" in found.stdout
    before = count(any_app, Event)
    assert "put right" in done(any_app, "recompute")
    assert count(any_app, Event) > before
    assert done(any_app, "recompute", "--check") == "Everything agrees with its evidence.\n"
    assert "as they were written" in done(any_app, "events", "verify")


# -- exports ---------------------------------------------------------------------------------------------------------


def test_a_table_is_written_as_csv_and_xlsx(app: Flask, tmp_path: Path):
    done(app, "export", "employee", tmp_path / "people.csv")
    done(app, "export", "employee", tmp_path / "people.xlsx")
    with (tmp_path / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    sheet = python_calamine.load_workbook(tmp_path / "people.xlsx").get_sheet_by_index(0).to_python()
    assert len(rows) == len(sheet) == count(app, Employee) + 1
    assert rows[0] == sheet[0]
    assert done(app, "account", "add", "x", "--role", "sales")  # writing goes on after reading


@pytest.mark.parametrize(
    "entity, name, said",
    [
        ("nothing", "x.csv", "There is no table “nothing”"),
        ("employee", "x.pdf", ".csv or .xlsx"),
        ("employee", "no/x.csv", ""),
    ],
)
def test_an_export_that_cannot_be_leaves_nothing(app: Flask, tmp_path: Path, entity, name, said):
    before = sorted(tmp_path.iterdir())
    assert said in refused(app, "export", entity, tmp_path / name)
    assert sorted(tmp_path.iterdir()) == before


def test_a_full_disk_leaves_the_old_file(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    done(app, "export", "employee", tmp_path / "x.csv")
    old = (tmp_path / "x.csv").read_bytes()

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert "No space left on device" in refused(app, "export", "team", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes() == old
    assert not list(tmp_path.glob(".x.csv*"))


def test_words_are_checked(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert done(app, "check-words") == "Every sentence is in both languages.\n"
    (tmp_path / "app.py").write_text('t("Open", "Open")', "utf-8")
    monkeypatch.setattr(app, "root_path", str(tmp_path))
    assert "app.py:1: no Chinese in “Open”" in refused(app, "check-words")


def test_every_command_of_the_contract_is_there(app: Flask):
    wanted = {"demo", "account", "remind", "tell", "mail", "regulation", "recompute", "events", "export", "backup"}
    wanted |= {"restore", "upgrade", "worker", "check-migrations", "check-words"}
    assert wanted <= set(app.cli.commands)
    assert Path(app.root_path) == HERE


def test_readiness_shows_every_setting_that_is_held(any_app):
    ready = any_app.test_client().get("/readyz").json
    assert ready["database"] == ready["migrations"] == "ok"
    assert ready["worker"] == "no sign of life"
    settings = ready["settings"]
    assert settings["password_hash"].startswith("argon2id ")
    assert int(settings["max_content_length"]) > 0
    assert int(settings["max_form_parts"]) > 0
    assert {"journal_mode": "wal", "recursive_triggers": "1", "synchronous": "2"}.items() <= settings.items() or {
        "statement_timeout": "15s",
        "lock_timeout": "5s",
    }.items() <= settings.items()
