"""The first slice, walked over HTTP as five people: check, rectification, re-check, figure (P3.2, K1.1)."""

import re
import time

from tests.browse import Browser


def option(browser, path, words):
    """The key of the first record that a picker finds."""
    rows = browser.get(f"{path}&query={words}").json
    assert rows, (path, words)
    return rows[0][0]


def record_id(answer):
    found = re.search(r"id=(\d+)", answer.headers.get("Location", ""))
    assert found, (answer.status_code, answer.text[:2000])
    return int(found.group(1))


def new_check(browser, person="车工一", value="5.01", at="2026-11-16T09:00", post="生产一部岗"):
    fields = browser.form("/admin/spot_check/new/")
    look = "/admin/spot_check/ajax/lookup/?name="
    fields |= {
        "checked_at": at,
        "post": option(browser, f"{look}post", post),
        "document": option(browser, f"{look}document", "GY-CC"),
        "items-0-question": "外径尺寸",
        "items-0-category": "process_execution",
        "items-0-employee": option(browser, f"{look}items.employee", person),
        "items-0-lower": "4.90",
        "items-0-upper": "5.00",
        "items-0-value": value,
        "items-0-severity_if_ng": "minor",
    }
    return record_id(browser.post("/admin/spot_check/new/", fields))


def test_a_failing_check_is_put_right_and_shows_in_the_figure(any_app):
    app = any_app
    inspector = Browser(app, "quality_inspector", language="zh-CN")
    check = new_check(inspector)
    assert inspector.perform("spot_check", check, "submit").json["ok"]

    worker = Browser(app, "employee")
    desk = worker.get("/").text
    action = max(int(one) for one in re.findall(r"/admin/action_item/details/\?id=(\d+)", desk))
    assert worker.perform("action_item", action, "submit").status_code == 409
    assert worker.perform("action_item", action, "accept").json["record"]["status"] == "accepted"
    assert worker.perform("action_item", action, "start").status_code == 200
    assert worker.perform("action_item", action, "submit").status_code == 409
    # it came again within thirty days: one step more severe, so the root cause is wanted, too
    answer = worker.perform(
        "action_item", action, "submit", measure="重新对刀", root_cause="刀具磨损", evidence="见现场照片"
    )
    assert answer.json["record"]["status"] == "submitted"
    assert worker.perform("action_item", action, "verify").status_code == 403

    second = Browser(app, "quality_inspector2")
    assert f"/quality/recheck/{action}/" in second.get(f"/admin/action_item/details/?id={action}").text
    path = f"/admin/spot_check/new/?rechecks={action}"
    time.sleep(1.1)  # the form is dated to the second, and proof must be later than what it proves
    fields = second.form(path) | {"items-0-value": "4.95"}
    recheck = record_id(second.post(path, fields))
    assert second.perform("spot_check", recheck, "submit").status_code == 200
    assert second.get("/admin/action_item/?search=ZG").status_code == 200

    manager = Browser(app, "quality_manager")
    page = manager.get(f"/admin/action_item/details/?id={action}").text
    assert "Watching" in page
    figure = manager.get("/indicators/execution_pass_rate/?month=2026-11").text
    opened = re.search(r"\?month=2026-11&amp;department=(\d+)", figure)
    assert opened, figure[-3000:]
    rows = manager.get(f"/indicators/execution_pass_rate/?month=2026-11&department={opened.group(1)}").text
    assert "外径尺寸" in rows
