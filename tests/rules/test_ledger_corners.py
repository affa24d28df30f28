"""What ledgers rarely say: rows with a gap where a rule would look, and what is known already."""

import datetime as dt

import pytest

from rules.ledger import Known
from rules.ledger.dates import moment, with_clock
from rules.ledger.people import whoever
from rules.ledger.reasons import DATE_UNREADABLE, EMPLOYEE_UNKNOWN, TEXT_TOO_LONG, Reason
from rules.ledger.row import FileResult, Row
from rules.ledger.text import name, text
from rules.ledgers.organisation import leader, refuse_the_led, settle_employee, settle_leaders
from rules.ledgers.process import settle_post
from rules.ledgers.quality import settle_document

DAY = dt.date(2026, 3, 5)


def row(number=1, **values):
    return Row(number, values, {}, {})


@pytest.mark.parametrize("rest", ["12", "T", "点"])
def test_a_day_with_half_a_time_is_no_moment(rest):
    assert with_clock(DAY, rest) == DATE_UNREADABLE


def test_a_day_alone_is_a_moment_without_a_time():
    assert moment("2026-03-05") == (DAY, None)


def test_texts_without_end_are_refused():
    assert text("长" * 100_000) == TEXT_TOO_LONG
    assert name("长 " * 100_000) == TEXT_TOO_LONG


def test_a_reason_is_called_by_its_code_and_a_cell_that_is_not_there_by_its_row():
    assert "odd" in repr(Reason("odd", "odd", "奇怪"))
    assert row(7).cell("nowhere") == "A7"
    assert not FileResult("empty.csv").has_faults


def test_what_is_known_may_have_gaps():
    known = Known(
        {
            "process_document": [{"doc_no": "GY-1"}],
            "post": [{"name": "焊工"}],
            "document_revision": [
                {"doc_no": "GY-2", "rev_no": "A/0", "effective_on": DAY},
                {"doc_no": "GY-2", "rev_no": "A/0", "effective_on": None},
            ],
        }
    )
    assert known.has_document("GY-1")
    assert known.has_revision("GY-2", "A/0")
    assert known.in_force("GY-2", DAY) is None
    assert whoever(known, "王伟（99999）") == EMPLOYEE_UNKNOWN


def test_rules_look_at_nothing_where_nothing_stands():
    known = Known({"process_document": [{"doc_no": "GY-1"}]})
    for one, settle in (
        (row(post=None), settle_post),
        (row(document="GY-1", revision=None), lambda r, k: settle_document(r, k, DAY)),
        (row(document=None, revision="A/0"), lambda r, k: settle_document(r, k, DAY)),
    ):
        settle(one, known)
        assert one.faults == ()


def test_a_leader_who_is_known_already_needs_no_row_of_his_own():
    known = Known({"employee": [{"no": "1", "name": "李娜", "department": "一部", "team": "甲组"}]})
    one = row(no="2", name="王伟", department="一部", team="甲组", team_leader="李娜")
    settle_leaders([one], known)
    assert (one.values["team_leader"], one.faults) == ("1", ())


def test_nobody_leads_without_a_team_and_who_is_refused_is_refused_once():
    homeless = row(no="2", department="一部", team=None, team_leader="李娜")
    assert isinstance(leader(homeless, {}, Known()), Reason)
    chief, led = row(no="1"), row(no="2")
    chief.fault(EMPLOYEE_UNKNOWN, "no")
    led.fault(EMPLOYEE_UNKNOWN, "no")
    refuse_the_led([chief, led], {"1": [led]})
    assert len(led.faults) == 1


def test_a_department_alone_is_settled_and_no_post_is_asked_for():
    one = row(department="一部", post=None)
    settle_employee(one, Known({"department": [{"name": "一部", "code": "S1"}]}))
    assert (one.values["department"], one.faults) == ("一部", ())


def test_of_two_leaders_of_one_name_the_number_tells_which():
    same = {"name": "李娜", "department": "一部", "team": "甲组"}
    known = Known({"employee": [{"no": "10032", **same}, {"no": "10033", **same}]})
    one = row(no="2", name="王伟", department="一部", team="甲组", team_leader="李娜（10033）")
    settle_leaders([one], known)
    assert (one.values["team_leader"], one.faults) == ("10033", ())
