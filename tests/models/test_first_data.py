"""What every company begins with: there after the first upgrade, left alone afterwards."""

from sqlalchemy import func, select

from models.event import Event
from models.first_data import fill
from models.regulation import Clause, clause_of, clauses
from rules.base import Role, Words
from rules.organisation import DepartmentKind
from rules.regulation import REGULATION
from tests.models.acts import doing
from tests.world import AT, department


def test_the_whole_regulation_is_there_in_both_languages_in_its_order(any_session):
    found = clauses(any_session)
    assert [one.code for one in found] == [one.code for one in REGULATION]
    spot_checks = clause_of(any_session, "P3.2")
    assert spot_checks.title_words == Words("Spot checks and rectification", "工艺执行抽检与整改")
    assert "[X] 小时内" in clause_of(any_session, "A3.1").text_words.zh


def test_a_second_run_finds_nothing_to_do_and_keeps_what_the_company_wrote(any_session):
    with doing(any_session, "admin"):
        clause_of(any_session, "K4.1").text = "按本公司奖惩办法处理。"
        any_session.delete(clause_of(any_session, "G3"))
        any_session.commit()
    before = any_session.scalar(select(func.count()).select_from(Event))
    fill(any_session, AT)
    assert any_session.scalar(select(func.count()).select_from(Event)) == before + 1
    fill(any_session, AT)
    assert any_session.scalar(select(func.count()).select_from(Event)) == before + 1
    assert clause_of(any_session, "K4.1").text == "按本公司奖惩办法处理。"
    assert any_session.scalar(select(func.count()).select_from(Clause)) == len(REGULATION)


def test_the_manager_of_the_owner_answers_for_a_clause(session):
    clause = clause_of(session, "P3.2")
    assert clause.manager is Role.QUALITY_MANAGER
    with doing(session, "admin"):
        clause.owner = department(session, "JS")
        session.commit()
    assert clause.owner_kind is DepartmentKind.QUALITY
    assert clause.manager is Role.TECHNICAL_MANAGER
