"""A critical finding stops the stage it was made at; quality alone lets it go on (P3.2)."""

import pytest
from sqlalchemy import select

from models.base import previews
from models.organisation import Post
from models.quality import held_for_quality, stages_at
from models.schedule import PlanStage
from rules.base import NotYours, RuleBroken
from tests.models.acts import DAY, LATER, checked, doing, draft, item, perform, put_right, rechecked
from tests.world import person


@pytest.fixture
def stage(any_session):
    """The stage that is under way in the small factory."""
    return any_session.scalar(select(PlanStage).where(PlanStage.status == "in_progress"))


def found_at(session, stage, *items, **more):
    return checked(session, list(items), stage=stage, **more)


def critical(session, **more):
    return item(session, question="承重焊缝", severity_if_ng="critical", **more)


def test_a_critical_failure_holds_the_stage_and_says_why(any_session, stage):
    check = found_at(any_session, stage, critical(any_session))
    assert (stage.status, stage.hold_source, stage.held_from) == ("held", "quality", "in_progress")
    assert stage.hold_reason.startswith(f"{check.no} 承重焊缝")


@pytest.mark.parametrize("severity", ["minor", "major"])
def test_what_is_less_than_critical_stops_nothing(any_session, stage, severity):
    found_at(any_session, stage, item(any_session, question="倒角", severity_if_ng=severity))
    assert stage.status == "in_progress"


def test_what_passes_stops_nothing(any_session, stage):
    found_at(any_session, stage, critical(any_session, ok=True))
    assert stage.status == "in_progress"


def test_a_major_failure_that_comes_again_is_critical_and_holds(any_session, stage):
    found_at(any_session, stage, item(any_session, question="倒角", severity_if_ng="major"))
    assert stage.status == "in_progress"
    found_at(any_session, stage, item(any_session, question="倒角", severity_if_ng="major"), at=LATER + DAY)
    assert stage.status == "held"


def test_it_is_said_before_the_button_is_pressed(any_session, stage):
    begun = draft(any_session, [critical(any_session)], stage=stage)
    with doing(any_session, "quality_inspector"):
        begun.prepare(LATER)
    told = [words.text("en") for words in previews(begun, "submit", person(any_session, "quality_inspector"))]
    assert f"Stage “{stage.label}” is held until quality releases it." in told
    harmless = draft(any_session, [critical(any_session, ok=True)], stage=stage)
    with doing(any_session, "quality_inspector"):
        harmless.prepare(LATER)
    told = [words.text("en") for words in previews(harmless, "submit", person(any_session, "quality_inspector"))]
    assert not any("is held" in one for one in told)


def test_a_second_critical_check_finds_it_held_and_leaves_it_so(any_session, stage):
    first = found_at(any_session, stage, critical(any_session))
    found_at(any_session, stage, critical(any_session), at=LATER + DAY)
    assert stage.hold_reason.startswith(first.no)


def test_only_quality_releases_and_work_goes_on_where_it_stopped(any_session, stage):
    check = found_at(any_session, stage, critical(any_session))
    (action,) = check.raised()
    put_right(any_session, action, LATER + DAY)
    rechecked(any_session, action, LATER + 2 * DAY)
    assert stage.status == "held", "a passing re-check proves the rectification; the release is quality's"
    with pytest.raises(NotYours):
        perform(any_session, stage, "resume", "production_manager", LATER + 2 * DAY)
    perform(any_session, stage, "resume", "quality_manager", LATER + 2 * DAY)
    assert (stage.status, stage.hold_source) == ("in_progress", None)


def test_what_a_voided_check_stopped_goes_on(any_session, stage):
    check = found_at(any_session, stage, critical(any_session))
    perform(any_session, check, "void", "quality_manager", LATER + DAY, note="测错工件")
    assert stage.status == "in_progress"


def test_a_voided_check_releases_nothing_that_another_one_stopped(any_session, stage):
    found_at(any_session, stage, critical(any_session))
    other = found_at(any_session, stage, critical(any_session), at=LATER + DAY)
    perform(any_session, other, "void", "quality_manager", LATER + 2 * DAY, note="重复")
    assert stage.status == "held"


def test_a_stage_of_another_post_is_refused(any_session, stage):
    with pytest.raises(RuleBroken, match="another post"):
        checked(any_session, [critical(any_session, who="装配一")], area="SC2", stage=stage, login="quality_inspector3")


def test_the_stages_of_a_post_and_those_that_are_held(any_session, stage):
    post = any_session.scalar(select(Post).where(Post.code == "P-SC1"))
    assert stages_at(any_session, post)[0] is stage
    manager = person(any_session, "quality_manager")
    assert held_for_quality(any_session, manager) == []
    found_at(any_session, stage, critical(any_session))
    assert held_for_quality(any_session, manager) == [stage]
    assert stage in stages_at(any_session, post)
