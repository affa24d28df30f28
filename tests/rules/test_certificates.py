"""What a certificate's public page answers."""

from datetime import UTC, date, datetime

import pytest

from rules.base import Words
from rules.training import Answer, Gate, GateReason
from rules.training.certificates import CertificateState, answered_until, certificate_state, name_part

PRINTED = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


def said(answer, *codes):
    return Gate(answer, tuple(GateReason(one, Words("x", "x")) for one in codes))


@pytest.mark.parametrize(
    "answer, codes, state",
    [
        (Answer.YES, (), "valid"),
        (Answer.YES, ("owes",), "valid"),
        (Answer.YES, ("not_needed",), "valid"),
        (Answer.SUPERVISED, ("in_grace",), "supervised"),
        (Answer.SUPERVISED, ("exception", "expired"), "expired"),
        (Answer.SUPERVISED, ("exception", "overdue"), "suspended"),
        (Answer.NO, ("overdue",), "suspended"),
        (Answer.NO, ("held",), "suspended"),
        (Answer.NO, ("attempts_used_up",), "suspended"),
        (Answer.NO, ("stopped_on_release",), "suspended"),
        (Answer.NO, ("expired", "overdue"), "expired"),
        (Answer.NO, ("held", "expired"), "expired"),
        (Answer.NO, ("revoked", "expired"), "revoked"),
        (Answer.NO, ("left", "expired"), "ended"),
        (Answer.NO, ("withdrawn",), "ended"),
        (Answer.NO, ("never_qualified",), "ended"),
    ],
)
def test_the_gates_answer_is_told_without_its_reasons(answer, codes, state):
    assert certificate_state(said(answer, *codes), is_closed=False) == state
    assert certificate_state(said(answer, *codes), is_closed=True) is CertificateState.ENDED


@pytest.mark.parametrize(
    "name, part",
    [("李小明", "李**"), ("王芳", "王*"), ("John Smith", "J****"), ("于", "于"), ("", ""), (" 欧阳 ", "欧*")],
)
def test_only_part_of_a_name_is_shown(name, part):
    assert name_part(name) == part


def test_a_paper_is_answered_for_some_years_after_its_last_day():
    assert answered_until(date(2028, 11, 15), PRINTED) > datetime(2031, 11, 15, tzinfo=UTC)
    assert answered_until(date(2020, 1, 1), PRINTED) > datetime(2029, 11, 16, tzinfo=UTC)
    assert answered_until(None, PRINTED) > datetime(2041, 11, 1, tzinfo=UTC)
