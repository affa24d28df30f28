"""A plan of many stages asks the database no more often than a plan of few (S1.2, LIMITS)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views.session import db
from models.base import now, on_date
from models.organisation import Employee, Post
from models.regulation import company_calendar
from tests.admin_views.test_schedule_pages import DRAFT, ask, plan_id, put, rows_of, sheet, text_of
from tests.browse import Browser
from tests.models.training_world import needs_qualification

FEW, MANY = 6, 60
MOST_FOR_A_PAGE, MOST_FOR_A_SAVE = 38, 28


def times_asked(app, act: Callable[[], TestResponse]) -> tuple[TestResponse, int]:
    """How often the database is asked; rows that are written together count once, as do writes of one shape."""
    said: dict[int, object] = {}
    written: set[str] = set()

    def note(_connection, _cursor, statement, _parameters, context, _many):
        if statement.startswith(("UPDATE plan_stage", "DELETE FROM search_plan_stage")):
            written.add(statement)  # one for each row that changes: each asks for its own version
        elif not statement.startswith(("PRAGMA", "BEGIN")):
            said[id(context)] = context  # kept, so that no other comes to bear its number

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    answer = act()
    event.remove(engine, "before_cursor_execute", note)
    return answer, len(said) + len(written)


def typed(app, first: list[str], count: int) -> str:
    """So many new rows, in a chain, with every owner and post of the company in turn."""
    people = [f"{name}（{no}）" for name, no in ask(app, select(Employee.name, Employee.no).order_by(Employee.no))]
    posts = [name for (name,) in ask(app, select(Post.name).order_by(Post.code))]
    with app.app_context():
        start = company_calendar(db.session).add_days(on_date(now()), 5).date()  # a day off would need nobody
    rows = [
        put(
            ["", *first[1:]],
            seq=str(seq),
            name=f"工步{seq}",
            weight="",
            post=posts[seq % len(posts)],
            owner=people[seq % len(people)],
            start_on=(start + timedelta(days=seq // 8)).isoformat(),
            end_on=(start + timedelta(days=seq // 8)).isoformat(),
            after=str(seq - 1) if seq > 1 else "",
        )
        for seq in range(1, count + 1)
    ]
    return text_of(rows)


def every_way(app, browser: Browser, key: int, count: int) -> dict[str, int]:
    """The plan made of so many stages and looked at in every way: how often each asked."""
    path, found = f"/schedule/plans/{key}/", {}
    fields = sheet(browser, key)
    fields["rows"] = typed(app, rows_of(fields)[0], count)
    answer, found["made"] = times_asked(app, lambda: browser.post(f"{path}stages/", fields))
    assert answer.status_code == 302, answer.text
    fields = sheet(browser, key)
    rows = fields["rows"]
    fields["rows"] = text_of([put(row, qty="7") for row in rows_of(fields)])
    answer, found["changed"] = times_asked(app, lambda: browser.post(f"{path}stages/", fields))
    assert answer.status_code == 302, answer.text
    for name, place in (("page", path), ("sheet", f"{path}stages/"), ("record", record_of(key))):
        answer, found[name] = times_asked(app, lambda place=place: browser.get(place))
        assert answer.status_code == 200, place
    answer, found["judged"] = times_asked(app, lambda: browser.post(f"{path}stages/judge/", {"rows": rows}))
    assert answer.status_code == 200
    return found


def record_of(key: int) -> str:
    return f"/admin/production_plan/details/?id={key}"


@pytest.fixture
def counted(app) -> tuple[dict[str, int], dict[str, int]]:
    """The same plan, first short and then long."""
    key, browser = plan_id(app, DRAFT), Browser(app, "production_planner")
    every_way(app, browser, key, 3)  # calendars and settings are looked up once
    return every_way(app, browser, key, FEW), every_way(app, browser, key, MANY)


def test_a_long_plan_asks_the_database_as_often_as_a_short_one(counted):
    short, long = counted
    for name, count in long.items():
        assert count <= short[name] + 2, (name, short, long)


def test_a_plan_asks_seldom(counted):
    _short, long = counted
    for name in ("page", "sheet", "record", "judged"):
        assert long[name] <= MOST_FOR_A_PAGE, long
    assert max(long["made"], long["changed"]) <= MOST_FOR_A_SAVE, long


def test_who_may_work_is_asked_of_all_owners_at_once(app):
    with app.app_context(), Session(db.engine) as session:
        needs_qualification(session)
    key, browser = plan_id(app, DRAFT), Browser(app, "production_planner", language="zh-CN")
    asked = []
    for count in (FEW, FEW, MANY):
        fields = sheet(browser, key)
        rows = [row.split("\t") for row in typed(app, rows_of(fields)[0], count).split("\n")]
        fields["rows"] = text_of([put(row, weight=str(101 - count if row[1] == "1" else 1)) for row in rows])
        assert browser.post(f"/schedule/plans/{key}/stages/", fields).status_code == 302
        answer, times = times_asked(app, lambda: browser.perform("production_plan", key, "submit"))
        assert answer.status_code == 409
        assert "不得在" in answer.json["message"]
        asked.append(times)
    assert asked[2] <= asked[1] + 1, asked
