"""What checks add up to: first checks only, by person, team, post, document, month; every figure opens its rows (P3.4)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.event import listen

from models.assessment import execution_pass_rates
from models.organisation import departments_below
from models.quality import CheckTemplateItem
from models.quality.statistics import Asked, by_month, patrols_of_week, rows_of, tallies, worst_items
from rules.assessment import Period
from rules.quality import Category, CheckKind, GroupBy, Tally
from tests.models.acts import DAY, LATER, action_of, checked, item, perform, put_right, rechecked
from tests.models.test_check_templates import filled_in, published, said
from tests.world import AT, department, employee, person

NOVEMBER = Asked(date(2026, 11, 1), date(2026, 11, 30))


def rates(session, login="quality_manager", group=GroupBy.DEPARTMENT, asked=NOVEMBER):
    found = tallies(session, person(session, login), asked, group)
    return {name: (one.passed, one.judged) for _, name, one in found}


def test_each_group_counts_its_own_rows(any_session):
    assert rates(any_session) == {"生产一部": (1, 2), "生产二部": (1, 2)}
    assert rates(any_session, group=GroupBy.PERSON) == {"车工一 20001": (1, 2), "装配一 20002": (1, 2)}
    assert rates(any_session, group=GroupBy.TEAM) == {"生产一部一组": (1, 2), "生产二部一组": (1, 2)}
    assert rates(any_session, group=GroupBy.POST) == {"生产一部岗": (1, 2), "生产二部岗": (1, 2)}
    assert rates(any_session, group=GroupBy.DOCUMENT) == {"GY-CC-001 数控车工操作规程": (2, 4)}


def test_rechecks_drafts_and_voided_checks_count_nowhere(session, world):
    action = action_of(session, world)
    put_right(session, action, LATER)
    rechecked(session, action, LATER + DAY)
    gone = checked(session, [item(session)])
    perform(session, gone, "void", "quality_manager", note="量具失准")
    assert rates(session)["生产一部"] == (1, 2)


def test_patrols_and_samples_count_only_where_they_are_asked_for(session):
    patrol = published(session, CheckTemplateItem(question="巡检"), code="MB-X", post=None, scope="leader_patrol")
    filled_in(session, patrol, [said("ng")], login="team_leader")
    assert rates(session)["生产一部"] == (1, 2)
    asked = Asked(NOVEMBER.from_on, NOVEMBER.to_on, (CheckKind.LEADER_PATROL,))
    assert rates(session, asked=asked) == {"生产一部": (0, 1)}


def test_inspections_and_assessments_count_in_the_indicator_as_well(session):
    one = published(session, CheckTemplateItem(question="查"), code="MB-G", post=None, scope="technical_inspection")
    filled_in(session, one, [said("ok")], login="technical")
    patrol = published(session, CheckTemplateItem(question="巡检"), code="MB-X", post=None, scope="leader_patrol")
    filled_in(session, patrol, [said("ok")], login="team_leader")
    key = department(session, "SC1").id
    found = {rate.department_id: rate for rate in execution_pass_rates(session, Period.month(2026, 11))}
    assert (found[key].numerator, found[key].denominator) == (2, 3)
    assert rates(session)["生产一部"] == (2, 3)
    assert departments_below(session, key) == {key}


def test_compliance_with_documents_is_a_figure_of_its_own(session):
    checked(session, [item(session, verdict="ok", question="版次", category="document_compliance")])
    asked = Asked(NOVEMBER.from_on, NOVEMBER.to_on, category=Category.DOCUMENT_COMPLIANCE)
    assert rates(session, asked=asked) == {"生产一部": (1, 1)}
    everything = Asked(NOVEMBER.from_on, NOVEMBER.to_on, category=None)
    assert rates(session, asked=everything)["生产一部"] == (2, 3)


def test_the_score_weighs_what_the_template_weighs(session):
    one = published(
        session,
        CheckTemplateItem(question="轻", weight=Decimal(1)),
        CheckTemplateItem(question="重", weight=Decimal(3)),
        code="MB-W",
        scope="ad_hoc_assessment",
    )
    filled_in(session, one, [said("ok"), said("ng")])
    asked = Asked(NOVEMBER.from_on, NOVEMBER.to_on, (CheckKind.AD_HOC_ASSESSMENT,))
    ((_, _, tally),) = tallies(session, person(session, "quality_manager"), asked, GroupBy.DEPARTMENT)
    assert (tally.rate, tally.score) == (50, 25)
    ((_, _, free), *_) = tallies(session, person(session, "quality_manager"), NOVEMBER, GroupBy.TEAM)
    assert free.score is not None  # a check without a template weighs each item alike


@pytest.mark.parametrize(
    "login,seen",
    [("quality_inspector", {"生产一部"}), ("quality_inspector3", {"生产二部"}), ("team_leader2", {"生产二部"})],
)
def test_figures_are_made_of_what_one_may_see(session, login, seen):
    assert set(rates(session, login)) == seen


def test_months_without_a_check_stand_empty_and_days_bound_the_rest(session):
    asked = Asked(date(2026, 9, 15), date(2026, 11, 16))
    found = by_month(session, person(session, "quality_manager"), asked)
    assert found == [(date(2026, 9, 1), Tally()), (date(2026, 10, 1), Tally()), (date(2026, 11, 1), Tally(2, 4))]
    before = Asked(date(2026, 11, 1), AT.date() - timedelta(days=1))
    assert by_month(session, person(session, "quality_manager"), before) == [(date(2026, 11, 1), Tally())]


def test_every_figure_opens_its_rows(session, world):
    manager = person(session, "quality_manager")
    checked(session, [item(session, question="毛刺")])
    bars = worst_items(session, manager, NOVEMBER)
    assert [(one.name, one.count) for one in bars] == [("外径尺寸", 2), ("毛刺", 1)]
    for bar in bars:
        assert len(rows_of(session, manager, NOVEMBER, question=bar.name, only_ng=True)) == bar.count
    opened = Asked(NOVEMBER.from_on, NOVEMBER.to_on, group=GroupBy.PERSON, key=world.worker)
    rows = rows_of(session, manager, opened)
    assert {one.employee_id for one in rows} == {world.worker}
    assert len(rows) == rates(session, group=GroupBy.PERSON)["车工一 20001"][1]


def test_who_moved_since_counts_in_the_team_he_was_in(session, world):
    one = employee(session, "车工一")
    assert rates(session, group=GroupBy.TEAM)["生产一部一组"] == (1, 2)
    found = {line.team_id for line in rows_of(session, person(session, "quality_manager"), NOVEMBER)}
    assert one.team_id in found


def test_the_patrols_of_a_week_are_counted_for_each_leader(session):
    patrol = published(session, CheckTemplateItem(question="巡检"), code="MB-X", post=None, scope="leader_patrol")
    filled_in(session, patrol, [said("ok")], login="team_leader")
    filled_in(session, patrol, [said("ok")], login="team_leader", at=LATER + DAY)
    week = {one.leader.name: one.done for one in patrols_of_week(session, LATER.date())}
    assert week == {"班组长": 2, "班组长2": 0}
    assert {one.done for one in patrols_of_week(session, LATER.date() - timedelta(days=7))} == {0}
    own = patrols_of_week(session, LATER.date(), person(session, "team_leader2").teams)
    assert [one.leader.name for one in own] == ["班组长2"]


def test_a_trend_takes_one_statement_for_any_number_of_months(session):
    said = []
    listen(session.get_bind(), "before_cursor_execute", lambda _c, _k, statement, *_: said.append(statement))
    who, counts = person(session, "quality_manager"), []
    for first in (date(2026, 11, 1), date(2026, 5, 15), date(2024, 12, 3)):
        said.clear()
        asked = Asked(first, date(2026, 11, 30))
        found = by_month(session, who, asked)
        counts.append(sum(one.lstrip().startswith("SELECT") for one in said))
        assert [month.day for month, _ in found] == [1] * len(found)
        assert len(found) == (2026 - first.year) * 12 + 11 - first.month + 1
    assert counts == [1, 1, 1]
