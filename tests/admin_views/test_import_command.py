"""``flask import``: what it prints, what it stores, how it ends."""

import json

import pytest
from sqlalchemy import create_engine, func, select

from models.base import Base
from tests.conftest import _let_go, make_app
from tests.factory_of_ledgers import EXPECTED, FILES, SAMPLES, url_on

HANDED_IN = ("--as-of", EXPECTED["as_of"])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def run(request, tmp_path):
    """Runs a command on a company without people; ``run.count(table)`` counts rows."""
    for url in url_on(request, request.param):
        app, engine = make_app(url, tmp_path), create_engine(url)

        def invoke(*args, app=app):
            return app.test_cli_runner().invoke(args=["import", *map(str, args)])

        def count(table, engine=engine):
            with engine.connect() as connection:
                return connection.scalar(select(func.count()).select_from(Base.metadata.tables[table]))

        invoke.count = count
        yield invoke
        engine.dispose()
        _let_go(app)


def cells(findings):
    return [(one["cell"], one["code"]) for one in findings]


def agrees(found, expected):
    """The same rows, values, warnings and faults; the wording may differ."""
    assert found["sheets"].keys() == expected["sheets"].keys()
    for name, wanted in expected["sheets"].items():
        sheet = found["sheets"][name]
        assert {part: sheet[part] for part in wanted.keys() - {"accepted", "refused"}} == {
            part: wanted[part] for part in wanted.keys() - {"accepted", "refused"}
        }
        assert [(row["row"], row["values"], cells(row.get("warnings", []))) for row in sheet["accepted"]] == [
            (row["row"], row["values"], cells(row.get("warnings", []))) for row in wanted["accepted"]
        ]
        assert [(row["row"], cells(row["faults"])) for row in sheet["refused"]] == [
            (row["row"], cells(row["faults"])) for row in wanted["refused"]
        ]


def test_three_files_in_order_print_what_is_expected(run):
    for file in FILES:
        expected = EXPECTED["files"][file]
        dry = run(SAMPLES / file, "--dry-run", "--json", *HANDED_IN)
        assert dry.exit_code == 0, dry.output
        agrees(json.loads(dry.stdout), expected)
        stored = run(SAMPLES / file, "--good-rows", "--json", *HANDED_IN)
        assert stored.exit_code == 0, stored.output
        assert stored.stdout == dry.stdout
        faults = [fault for one in expected["sheets"].values() for row in one["refused"] for fault in row["faults"]]
        assert len(stored.stderr.splitlines()) == len(faults)
    assert (run.count("employee"), run.count("calendar_day"), run.count("document_revision")) == (81, 48, 16)
    again = run(SAMPLES / FILES[1], "--good-rows", *HANDED_IN)
    assert again.stdout.endswith("0 created, 0 updated, 102 unchanged, 10 refused.\n")
    assert run.count("delivery") == 0


def test_all_or_nothing_is_how_it_is_done_unless_asked(run):
    for more in ([], ["--all-or-nothing"], ["--all-or-nothing", "--json"]):
        refused = run(SAMPLES / FILES[1], *HANDED_IN, *more)
        assert refused.exit_code == 1
        assert "花名册!D21: There is no such department." in refused.stderr
        assert refused.stderr.endswith("Nothing was stored.\n")
    assert run.count("employee") == run.count("department") == 0


def test_a_dry_run_stores_nothing(run):
    done = run(SAMPLES / FILES[1], "--dry-run", *HANDED_IN)
    assert (done.exit_code, run.count("employee"), run.count("department")) == (0, 0, 0)
    assert "102 created" in done.stdout


def test_one_sheet_alone(run):
    done = run(SAMPLES / FILES[1], "--sheet", "部门岗位", "--entity", "post")
    assert (done.exit_code, run.count("post"), run.count("employee")) == (0, 21, 0)


@pytest.mark.parametrize("args", [("missing.xlsx",), (SAMPLES / "README.md",), (SAMPLES / FILES[1], "--sheet", "x")])
def test_a_file_that_cannot_be_read_is_refused_in_words(run, args):
    refused = run(*args)
    assert refused.exit_code == 1
    assert len(refused.stderr) > 20
    assert "Traceback" not in refused.output


def test_nothing_is_handed_in_after_today(run):
    assert run(SAMPLES / FILES[0], "--as-of", "2999-01-01").exit_code == 1
    assert run(SAMPLES / FILES[0], "--as-of", "yesterday").exit_code == 1
