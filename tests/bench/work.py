"""Figures, deadlines, what falls due, and what a web worker costs."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.actions import climb_ladders
from models.assessment import AssessmentCycle, AssessmentSheet, KpiEvidence, KpiTarget
from models.assessment.computing import compute, measured, weighed
from models.assessment.definitions import definitions, the_nine
from models.assessment.hashes import Hashes
from models.base import Act, Source
from models.engine import let_write
from models.journal import acting
from models.organisation import AccountRole, Department
from models.regulation import Figure
from rules.assessment import CycleStatus
from rules.base import SYSTEM, Role
from rules.regulation.figures import FIGURES, GRADE_FROM
from tests.bench import factory
from tests.bench.measure import MILLION, Line, alone, in_turn, seconds
from tests.bench.place import Place

ROOT = Path(__file__).parents[2]
PASSES = (
    """
SELECT i.employee_id, c.department_id, sum(CASE WHEN i.verdict = 'ok' THEN 1 ELSE 0 END), count(*)
FROM spot_check_item i JOIN spot_check c ON c.id = i.check_id
WHERE c.checked_at >= :start AND c.checked_at < :end AND c.status IN ('submitted', 'closed')
  AND c.kind = 'spot_check' AND i.category = 'process_execution' AND i.verdict IN ('ok', 'ng')
GROUP BY i.employee_id, c.department_id
""",
    """
SELECT t.agent_id, t.department_id, sum(CASE WHEN c.status = 'met' THEN 1 ELSE 0 END), count(*)
FROM sla_clock c JOIN ticket t ON t.id = c.entity_id
WHERE c.entity = 'ticket' AND c.target = 'resolution' AND c.due_at >= :start AND c.due_at < :end
GROUP BY t.agent_id, t.department_id
""",
    """
SELECT agent_id, department_id, sum(rating), count(*) FROM ticket
WHERE rated_at >= :start AND rated_at < :end GROUP BY agent_id, department_id
""",
    """
SELECT solver_id, department_id, sum(speed + skill + manner + result), sum(CASE WHEN favourable THEN 1 ELSE 0 END),
  count(*) FROM follow_up_visit
WHERE status = 'done' AND done_at >= :start AND done_at < :end GROUP BY solver_id, department_id
""",
)
"""One pass in bare SQL over each table that the month is computed from."""
SWEPT: dict[str, tuple[int, float]] = {}


def month(place: Place) -> Iterator[Line]:
    """A month of 2,000 people: their figures, the rows behind them with their hashes, and their sheets."""
    factory.add_service(place.url, place.rows // 2)
    what = f"{place.rows:,} items, {place.rows // 2:,} tickets"
    end = factory.AT + timedelta(days=31) - timedelta(hours=8)
    with place.session() as session, acting(session, Act(SYSTEM, end, Source.SCHEDULER)) as act:
        cycle = _prepared(session)
        kpis = weighed(session, cycle)
        bounds = _bounds(place, factory.AT - timedelta(hours=8), end)

        def bare() -> list[Any]:
            return [session.execute(text(one), bounds).all() for one in PASSES]

        def ours() -> Any:
            return measured(session, cycle, kpis, Hashes())

        figures, raw = in_turn(ours, bare, 3, warm=1)
        yield Line(f"assessment month, {what} / one pass", figures, raw, 3, from_rows=MILLION)
        passed = {(who, where): (ok, judged) for who, where, ok, judged in bare()[0]}
        sums = ours()[next(one.id for one in kpis if one.code == "execution_pass_rate")]
        same = all(
            sums.of_employee(who).numerator == sum(ok for (one, _), (ok, _) in passed.items() if one == who)
            for who, _ in [*passed][:50]
        )
        yield Line("  50 people whose pass rate differs", 0 if same else 1, limit=0, unit="")
        kept = seconds(lambda: Hashes.stored(session, cycle, kpis, lambda: None)) * 1000
        rows = session.scalar(select(func.count()).select_from(KpiEvidence)) or 0
        yield Line(f"  {rows:,} rows behind it, kept / one pass", kept, raw, 10, from_rows=MILLION)
        whole = seconds(lambda: compute(session, cycle, act)) * 1000
        sheets = session.scalar(select(func.count()).select_from(AssessmentSheet)) or 0
        yield Line(f"  all of it with {sheets:,} sheets", whole)
        session.rollback()


def _bounds(place: Place, start: datetime, end: datetime) -> dict[str, Any]:
    if place.engine_name == "sqlite":
        return {"start": f"{start:%Y-%m-%d %H:%M:%S.%f}", "end": f"{end:%Y-%m-%d %H:%M:%S.%f}"}
    return {"start": start, "end": end}


def _prepared(session: Session) -> AssessmentCycle:
    """A started cycle in which all nine indicators weigh for everybody."""
    the_nine(session)
    session.add(AccountRole(account_id=1, role=Role.GENERAL_MANAGER))
    wanted = [spec for spec in FIGURES.values() if spec.clause.startswith("K")]
    values = {GRADE_FROM.code: (90, 80, 60)}
    for spec in wanted:
        for nth, one in enumerate(spec.applies_to or ("",)):
            value = values.get(spec.code, (1,) * 9)[nth]
            facts = {"code": spec.code, "clause": spec.clause, "unit": spec.unit, "applies_to": one}
            session.add(Figure(**facts, value=Decimal(value), from_on=date(2020, 1, 1)))
    cycle = AssessmentCycle(from_on=date(2026, 10, 1), status=CycleStatus.COMPUTING)
    cycle.prepare()
    session.add(cycle)
    session.flush()
    tops = session.scalars(select(Department.id).where(Department.parent_id.is_(None)))
    aims = [(top, kpi.id) for top in tops for kpi in definitions(session)]
    points = {"weight": Decimal(33), "target": Decimal(100), "floor": Decimal(0), "from_on": date(2020, 1, 1)}
    session.add_all(KpiTarget(department_id=top, kpi_id=kpi, **points) for top, kpi in aims)
    session.flush()
    return cycle


def sweep(place: Place) -> Iterator[Line]:
    """The same number of things due, whatever is kept."""
    let_write(may=True)

    def run() -> None:
        at = factory.AT + timedelta(hours=2)  # when people are at work
        with place.session() as session, acting(session, Act(SYSTEM, at, Source.SCHEDULER)):
            if climb_ladders(session, at) < factory.DUE:
                raise RuntimeError("not everything that is due was found")
            session.rollback()

    ours = alone(run, 5, warm=1)
    rows, before = SWEPT.setdefault(place.engine_name, (place.rows, ours))
    grown = rows < place.rows
    what = f"sweep, {factory.DUE} due of {place.rows:,}" + (f" / of {rows:,}" if grown else "")
    yield Line(what, ours, before if grown else None, 1.5 if grown else None)


def deadlines() -> Iterator[Line]:
    """Ours, a bare bisection and three libraries, in turn in one process that has them installed."""
    rivals = ROOT / ".venv" / "rivals" / "bin" / "python"
    python = str(rivals) if rivals.exists() else sys.executable
    said = subprocess.run([python, "-m", "tests.bench.deadlines"], cwd=ROOT, check=True, capture_output=True, text=True)
    yield from (Line(**json.loads(line)) for line in said.stdout.splitlines())


WORKER = """
import json, resource, sys, time
since = time.perf_counter()
sys.path.insert(0, {root!r})
if {kind!r} == "ours":
    import app
    made, path = app.create_app(DATABASE_URL={url!r}, INSTANCE={folder!r}, SECRET_KEY="bench", DEMO=False), "/login"
else:
    from tests.bench import vanilla
    made, path = vanilla.make({url!r}), "/admin/"
status = made.test_client().get(path).status_code
first = time.perf_counter() - since
client = made.test_client()
for _ in range(200):
    client.get(path)
held = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
print(json.dumps([status, first * 1000, held]))
"""


def workers() -> Iterator[Line]:
    """From start to first answer, and how much a worker holds; the plain one has fewer tables and no log-in."""
    with tempfile.TemporaryDirectory(prefix="bench-web-") as folder:
        url = f"sqlite:///{folder}/web.sqlite3"
        factory.build(url, 1_000)
        runs = [{kind: start(kind, url, folder) for kind in ("ours", "plain")} for _ in range(3)]
    middle = {kind: sorted(run[kind][0] for run in runs)[1] for kind in ("ours", "plain")}
    yield Line("web worker, from start to first answer", middle["ours"], middle["plain"], 1.5)
    yield Line("web worker, memory", max(run["ours"][1] for run in runs), limit=150, unit="MiB")


def start(kind: str, url: str, folder: str) -> tuple[float, float]:
    code = WORKER.format(root=str(ROOT), kind=kind, url=url, folder=folder)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    status, first, held = json.loads(done.stdout.splitlines()[-1])
    if status != 200:
        raise RuntimeError(f"{kind}: {status}")
    return first, held
