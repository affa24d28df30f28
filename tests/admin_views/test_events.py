"""The event browser: found by record, filtered, exported, checked; for administrators alone (C1.2)."""

import re

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from admin_views.session import db
from models.base import now
from models.event import Delivery, Event
from models.operations import note_run
from models.quality import SpotCheck
from rules.base import Role
from tests.admin_views.test_contract import digest

LIST = "/admin/event/"


def rows(page):
    return [int(one) for one in re.findall(r"/admin/event/details/\?id=(\d+)", page)]


@pytest.mark.parametrize("login", [str(role) for role in Role if role is not Role.ADMIN])
def test_nobody_else_looks_through_the_events(browser_of, login):
    browser = browser_of(login)
    for path in (LIST, f"{LIST}export/csv/", f"{LIST}details/?id=1", f"{LIST}look-up/", "/operations/"):
        assert browser.get(path).status_code == 403, path
    assert browser.post(f"{LIST}check/", {}).status_code == 403


def test_the_latest_come_first_and_are_said_in_words(app, browser_of):
    page = browser_of("admin", language="zh-CN").get(f"{LIST}?page_size=200").text
    found = rows(page)
    assert found == sorted(found, reverse=True)
    assert "工序抽检" in page
    assert "提交" in page
    assert re.search(r"CJ-\d{4}-\d+", page)


def test_a_record_is_found_by_its_number_whatever_happened_to_it(app, browser_of, world):
    admin = browser_of("admin")
    with app.app_context(), Session(db.engine) as session:
        number = session.get_one(SpotCheck, world.check).no
        wanted = session.scalars(
            select(Event.seq).where(Event.entity == "spot_check", Event.entity_id == world.check)
        ).all()
    assert rows(admin.get(f"{LIST}?search={number.lower()}").text) == sorted(wanted, reverse=True)
    assert rows(admin.get(f"{LIST}?search=GY-CC-001").text)
    assert rows(admin.get(f"{LIST}?search=7").text) == [7]
    assert rows(admin.get(f"{LIST}?search=nothing").text) == []
    assert "quality_inspector" in admin.get(f"{LIST}?search=quality_inspector").text


@pytest.mark.parametrize(
    "query,fits",
    [
        ("flt_entity=spot_check", lambda one: one.entity == "spot_check"),
        ("flt_action=submit", lambda one: one.action == "submit"),
        ("flt_source=command", lambda one: one.source == "command"),
        ("flt_at_to=2026-10-20", lambda one: one.at.isoformat() < "2026-10-20T16"),
        ("flt_entity=spot_check&flt_action=submit", lambda one: (one.entity, one.action) == ("spot_check", "submit")),
    ],
)
def test_filters_narrow_to_what_fits(app, browser_of, query, fits):
    admin = browser_of("admin")
    found = set(rows(admin.get(f"{LIST}?page_size=200&{query}").text))
    with app.app_context(), Session(db.engine) as session:
        fitting = sorted((one.seq for one in session.scalars(select(Event)) if fits(one)), reverse=True)
    assert found == set(fitting[:200])
    assert found


def test_who_did_it_is_picked_from_the_accounts(app, browser_of):
    admin = browser_of("admin")
    key, label = admin.get(f"{LIST}look-up/?name=actor&query=technical_manager").json[0]
    assert label.startswith("technical_manager")
    page = admin.get(f"{LIST}?flt_actor={key}").text
    with app.app_context(), Session(db.engine) as session:
        wanted = session.scalars(select(Event.seq).where(Event.actor_id == key)).all()
    assert rows(page) == sorted(wanted, reverse=True)
    assert "technical_manager" in page


def test_hostile_addresses_are_answered(browser_of):
    admin = browser_of("admin")
    for query in ("page=99999999", "page=-1", "sort=at&desc=1", "sort=prev_hash", "search=%25", "search=%00", "flt_entity=x",
                  "flt_actor=x", "flt_at_from=x", "search=" + "9" * 90):  # fmt: skip
        assert admin.get(f"{LIST}?{query}").status_code == 200, query
    for key in ("", "x", "0", "999999", "9" * 30, "１"):
        assert admin.get(f"{LIST}details/?id={key}").status_code == 404, key
    assert admin.get(f"{LIST}export/pdf/").status_code == 404


def test_an_event_shows_old_and_new_and_that_its_seal_holds(app, browser_of, world):
    with app.app_context(), Session(db.engine) as session:
        seq = session.scalars(select(Event.seq).where(Event.entity == "spot_check", Event.action == "submit")).first()
        last = session.scalars(select(Event.seq).order_by(Event.seq.desc())).first()
    admin = browser_of("admin")
    page = admin.get(f"{LIST}details/?id={seq}").text
    assert "as it was written" in page
    assert f"?id={seq - 1}" in page
    assert f"?id={seq + 1}" in page
    assert "/admin/spot_check/details/?id=" in page
    assert "/admin/event/?search=CJ-" in page
    assert admin.get(f"{LIST}details/?id=1").status_code == 200
    assert admin.get(f"{LIST}details/?id={last}").status_code == 200


def test_events_of_what_is_gone_are_still_read(app, browser_of):
    browser_of().sign_in("nobody", "x")
    with app.app_context(), Session(db.engine) as session:
        failed = session.scalars(select(Event.seq).where(Event.action == "login_failed")).all()
    admin = browser_of("admin")
    for seq in failed:
        assert admin.get(f"{LIST}details/?id={seq}").status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_listed_is_exported(browser_of, kind):
    answer = browser_of("admin").get(f"{LIST}export/{kind}/?flt_entity=spot_check")
    assert answer.status_code == 200
    if kind == "csv":
        lines = answer.text.strip().splitlines()
        assert len(lines) > 2
        assert all("spot_check" in one for one in lines[1:])


def test_looking_changes_nothing(app, browser_of):
    admin = browser_of("admin")
    admin.get("/")
    before = digest(app)
    for path in (LIST, f"{LIST}?search=7", f"{LIST}details/?id=7", f"{LIST}export/csv/", "/operations/", "/approvals/"):
        assert admin.get(path).status_code == 200
    assert digest(app) == before


def test_the_list_takes_as_many_statements_for_more_rows(app, browser_of):
    admin, seen = browser_of("admin"), []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    counts = []
    for size in (20, 20, 200):
        del seen[:]
        admin.get(f"{LIST}?page_size={size}")
        counts.append(len(seen))
    assert counts[1] == counts[2] <= 8


# The chain


def test_the_chain_is_checked_from_the_screen(any_app, any_browser_of):
    admin = any_browser_of("admin")
    assert "has not been checked" in admin.get(LIST).text
    assert admin.post(f"{LIST}check/", {}).status_code == 302
    assert "As they were written: 1-" in admin.get(LIST).text
    assert "As they were written" in admin.get("/operations/").text


def test_the_first_bad_event_is_named_on_screen(app, browser_of):
    admin = browser_of("admin")
    with app.app_context(), db.engine.begin() as connection:
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE event SET reason = 'x' WHERE seq = 9"))
    admin.post(f"{LIST}check/", {})
    page = admin.get(LIST).text
    assert "/admin/event/details/?id=9" in page
    assert "Broken" in page
    assert "not as it was written" in admin.get(f"{LIST}details/?id=9").text
    assert "not as it was written" not in admin.get(f"{LIST}details/?id=10").text
    assert "The chain of events is broken" in admin.get("/").text


def test_nobody_waits_for_a_long_chain(app, browser_of, monkeypatch):
    monkeypatch.setattr("admin_views.event.browser.CHECKED_WHILE_WAITING", 3)
    admin = browser_of("admin")
    admin.post(f"{LIST}check/", {})
    assert "too many to wait for" in admin.get(LIST).text


# How the product runs


def test_what_fails_stands_on_the_desk_and_on_the_page(app, browser_of):
    with app.app_context(), Session(db.engine) as session:
        note_run(session, "tell", now(), "OSError: disk full")
        note_run(session, "other", now())
        session.execute(Delivery.__table__.update().values(error="550 no such mailbox"))
        session.commit()
    hr = browser_of("hr")
    assert hr.get("/admin/account/").status_code == 403
    admin = browser_of("admin")
    admin.perform("spot_check", 1, "submit")
    desk, page = admin.get("/").text, admin.get("/operations/").text
    for shown in (desk, page):
        assert "disk full" in shown
    assert "Messages that are still to be told" in desk
    assert "550 no such mailbox" in page
    assert "failed 1 times in a row" in page
    assert "Refused in the last 7 days" in desk
    assert "/admin/event/?flt_action=refused" in page


def test_a_worker_that_lives_is_said_to_live(app, browser_of):
    from models.jobs import beat

    with app.app_context():
        beat(db.engine, "worker-1")
    admin = browser_of("admin")
    assert "running" in admin.get("/operations/").text
    assert "Background worker" not in admin.get("/").text


def test_every_kind_of_record_is_called_by_its_label(app):
    """Whatever a table makes its label of, the statement that fetches labels can be made and run."""
    from admin_views.columns import tables
    from admin_views.event.listing import about, labels_of

    with app.app_context(), Session(db.engine) as session:
        found = labels_of(session, [(name, key) for name in tables() for key in (1, 2)])
        assert {entity for entity, _ in found} > {"account", "employee", "spot_check", "action_item", "figure"}
        assert all(isinstance(label, str) for label in found.values())
        assert about(session, "GY-CC-001") is not None
