"""A company that has its regulation and no people yet: what the sample ledgers are taken into."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from models.base import Act, Base, Source
from models.engine import engine_options
from models.intake import known_from, take_in
from models.journal import acting
from models.ledger import judge_file
from models.regulation import PriorityMatrix
from models.schema import put_back
from rules.base import SYSTEM
from rules.regulation import Priority, ReportSeverity, Urgency
from tests import world
from tests.conftest import _in_server, _named

SAMPLES = Path(__file__).parent / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
AS_OF = date.fromisoformat(EXPECTED["as_of"])
AT = datetime(2026, 6, 30, 10, 0, tzinfo=UTC)
FILES = ("节假日安排.csv", "员工花名册.xlsx", "工序抽检记录.xlsx", "培训考核成绩表.xlsx")


def fill(url: str) -> None:
    """Tables, triggers, calendar, figures and time limits."""
    engine = create_engine(url, **engine_options(url))
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        put_back(connection)
    with Session(engine) as session, acting(session, Act(SYSTEM, AT, Source.COMMAND)):
        world._regulation(session)
        world._service(session)
        severity, urgency = ReportSeverity(world.LEFT_UNSET[0]), Urgency(world.LEFT_UNSET[1])
        session.add(PriorityMatrix(severity=severity, urgency=urgency, priority=Priority.P4))
        session.commit()
    engine.dispose()


def url_on(request: pytest.FixtureRequest, engine: str) -> Iterator[str]:
    """The address of such a company on that engine."""
    if engine == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path')}/company.sqlite3"
        fill(url)
        yield url
        return
    server, name = request.getfixturevalue("postgresql_server"), f"company_{uuid.uuid4().hex[:8]}"
    _in_server(server, f"CREATE DATABASE {name}")
    fill(_named(server, name))
    yield _named(server, name)
    _in_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def take(session, file, *, at=AT, importer=SYSTEM, all_or_nothing=False, dry_run=False, **more):
    """Judges a file of the samples (or another) against the database, and takes it in."""
    known = known_from(session)
    session.rollback()
    result = judge_file(SAMPLES / file, known, as_of=AS_OF, **more)
    return take_in(session, result, importer=importer, at=at, all_or_nothing=all_or_nothing, dry_run=dry_run)
