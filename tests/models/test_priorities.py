"""The priority matrix is the company's own: what it has not said is refused with the clause (A2.3)."""

import pytest
from sqlalchemy import select

from models.regulation import PriorityMatrix, priority_of
from rules.base import Unset
from rules.regulation import Priority, ReportSeverity, Urgency
from tests.models.acts import LATER, doing, without_service


def test_severity_and_urgency_together_make_the_priority(any_session):
    without_service(any_session)
    with pytest.raises(Unset, match=r"A2\.3"):
        priority_of(any_session, ReportSeverity.S1, Urgency.LOW)
    with doing(any_session, "admin"):
        any_session.add(PriorityMatrix(severity="S1", urgency="low", priority="P2"))
        any_session.add(PriorityMatrix(severity="S1", urgency="high", priority="P1"))
    assert priority_of(any_session, ReportSeverity.S1, Urgency.LOW) is Priority.P2
    assert priority_of(any_session, ReportSeverity.S1, Urgency.HIGH) is Priority.P1
    with pytest.raises(Unset):
        priority_of(any_session, ReportSeverity.S2, Urgency.HIGH)


def test_a_rule_that_was_voided_counts_no_more(session):
    without_service(session)
    with doing(session, "admin"):
        session.add(PriorityMatrix(severity="S4", urgency="low", priority="P4"))
    with doing(session, "admin"):
        session.scalars(select(PriorityMatrix)).one().voided_at = LATER
    with pytest.raises(Unset):
        priority_of(session, ReportSeverity.S4, Urgency.LOW)
