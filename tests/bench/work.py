"""Figures, deadlines, what falls due, and what a web worker costs."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from models.actions import climb_ladders
from models.assessment import execution_pass_rates
from models.base import Act, Source
from models.engine import let_write
from models.journal import acting
from rules.assessment import Period
from rules.base import SYSTEM
from tests.bench import factory
from tests.bench.measure import Line, alone, in_turn
from tests.bench.place import Place

ROOT = Path(__file__).parents[2]
PASS = """
SELECT c.department_id, sum(CASE WHEN i.verdict = 'ok' THEN 1 ELSE 0 END), count(*)
FROM spot_check_item i JOIN spot_check c ON c.id = i.check_id
WHERE c.checked_at >= :start AND c.checked_at < :end AND c.status IN ('submitted', 'closed')
  AND c.kind = 'spot_check' AND i.category = 'process_execution' AND i.verdict IN ('ok', 'ng')
GROUP BY c.department_id
"""
SWEPT: dict[str, tuple[int, float]] = {}


def month(place: Place) -> Iterator[Line]:
    """The execution pass rate of a month in which every item was checked, beside one pass in SQL."""
    period = Period.month(2026, 10)
    start, end = factory.AT - timedelta(hours=8), factory.AT + timedelta(days=31) - timedelta(hours=8)
    with place.session() as session:
        if place.engine_name == "sqlite":
            bounds = {"start": f"{start:%Y-%m-%d %H:%M:%S.%f}", "end": f"{end:%Y-%m-%d %H:%M:%S.%f}"}
        else:
            bounds = {"start": start, "end": end}
        ours, bare = in_turn(
            lambda: execution_pass_rates(session, period), lambda: session.execute(text(PASS), bounds).all(), 3, warm=1
        )
        rates = {one.department_id: (one.numerator, one.denominator) for one in execution_pass_rates(session, period)}
        same = rates == {row[0]: (row[1], row[2]) for row in session.execute(text(PASS), bounds)}
    yield Line(f"assessment month over {place.rows:,} items / one pass", ours, bare, 3)
    yield Line("  departments whose figures differ", 0 if same else 1, limit=0, unit="")


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
