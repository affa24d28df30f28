"""A closed period in every path: form, API, ledger and command leave it as it was (K2.1)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.assessment import AssessmentCycle, replay
from models.base import now
from models.quality import SpotCheck
from models.regulation.figures import unset_parts
from tests.browse import Browser
from tests.models.test_cycles import AFTER, a_month, locked


@pytest.fixture
def closed(session, time_machine):
    """October is locked, and it is the end of November."""
    key = locked(session, a_month(session)).id
    check = session.scalar(
        select(SpotCheck.id).where(SpotCheck.checked_at < AFTER, SpotCheck.status != "draft").limit(1)
    )
    session.rollback()
    time_machine.move_to(datetime(2026, 11, 27, 2, tzinfo=UTC), tick=True)
    yield key, check
    session.rollback()
    session.expire_all()
    found = replay(session, session.get(AssessmentCycle, key))
    assert found
    assert all(one.is_same for one in found)


def test_by_form_a_backdated_figure_is_refused(app, session, closed):
    browser = Browser(app, "admin")
    spec, part = unset_parts(session, now())[0]
    session.rollback()
    given = {"code": spec.code, "applies_to": part, "value": "5", "from_on": "2026-10-01"}
    answer = browser.post("/admin/figure/new/", given, token_from="/admin/figure/new/")
    assert answer.status_code in {409, 422}
    assert "closed assessment period" in answer.text


def test_by_api_a_check_is_not_taken_back(app, session, closed):
    _, check = closed
    browser = Browser(app, "quality_manager")
    given = {"id": check, "verb": "void", "version_no": browser.version("spot_check", check), "note": "想改成绩"}
    answer = browser.client.post(
        "/admin/spot_check/perform/",
        data=given | {"csrf_token": browser.token()},
        headers=browser.headers | {"Accept": "application/json"},
    )
    assert answer.status_code == 409
    assert "closed assessment period" in answer.json["message"]


def test_by_command_nothing_is_put_right_in_silence(app, session, closed):
    done = app.test_cli_runner().invoke(args=["recompute", "--check"])
    assert "KB-" not in done.output  # no sheet differs; a draft of the fixture has no verdict yet
    assert "closed assessment period" not in done.output
