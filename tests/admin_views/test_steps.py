"""The row of states above a record shows what comes next, and nothing that nobody wishes for (DOMAIN.md)."""

import pytest

from admin_views.ways import main_way
from models.assessment import RewardPenalty
from models.communication import Survey
from tests.models.test_communication import WEDNESDAY, meeting


@pytest.mark.parametrize(
    "model, way",
    [
        (Survey, ["draft", "open", "closed", "analysed"]),
        (RewardPenalty, ["draft", "statement", "approved", "announced", "executed"]),
    ],
)
def test_the_way_ends_where_the_work_ends(model, way):
    """A survey is not over before it is analysed, although that wants a note; nobody heads for an appeal."""
    assert main_way(model.lifecycle.initial, model.lifecycle.steps) == way


def test_a_meeting_that_waits_says_when_its_agenda_fills_itself(app, session, browser_of):
    one = meeting(session, "车工一", at=WEDNESDAY)
    key = one.id
    session.rollback()
    page = browser_of("project_lead", language="zh-CN").get(f"/admin/meeting/details/?id={key}").text
    assert "开始收集汇报后" in page or "会前一个工作日自动生成" in page
