"""Of a measure that somebody may not look into, a page that names it says number, date and state, and no more."""

import pytest

from models.actions import open_action
from models.after_sales import Ticket
from rules.actions import ActionKind, Severity
from tests.browse import Browser
from tests.models.acts import DAY, LATER, doing
from tests.models.test_evaluations import drafted
from tests.world import employee

SECRET = "Zmeasure1Z"


def measure(session, table, key):
    with doing(session, "technical_manager") as act:
        who = employee(session, "车工一")
        made = open_action(
            session, act, kind=ActionKind.IMPROVEMENT, severity=Severity.MINOR, description=SECRET, due=LATER + DAY,
            department_id=who.department_id, responsible_id=who.id, verifier_id=act.by.employee_id, source=(table, key),
            clause="A5.2" if table == "ticket" else "",
        )  # fmt: skip
        session.flush()
        return made.no


@pytest.mark.parametrize("login, sees", [("technical", False), ("general_manager", True)])
def test_an_evaluation_names_its_measures(app, session, login, sees):
    key = drafted(session).id
    no = measure(session, "evaluation", key)
    page = Browser(app, login).get(f"/admin/evaluation/details/?id={key}")
    assert page.status_code == 200
    assert no in page.text
    assert (SECRET in page.text) is sees


@pytest.mark.parametrize("login, sees", [("after_sales_agent", False), ("general_manager", True)])
def test_a_ticket_names_its_measures(app, session, login, sees):
    key = session.query(Ticket.id).order_by(Ticket.id).first().id
    no = measure(session, "ticket", key)
    page = Browser(app, login).get(f"/admin/ticket/details/?id={key}")
    assert page.status_code == 200
    assert no in page.text
    assert (SECRET in page.text) is sees
