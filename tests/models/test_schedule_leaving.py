"""Orders change hands: by the verb, and what somebody had open when he left goes to his manager (C2.1, P2.4)."""

import pytest
from sqlalchemy import select

from models.base import previews
from models.event import Delivery, Event
from models.organisation import Account, AccountRole, managers_of
from models.schedule import ContactLog, SalesOrder, sellers
from models.schedule.leaving import HELD, open_with
from rules.base import Faulty, NotYours, Role, RuleBroken
from rules.schedule import OrderStatus
from tests.models.acts import doing
from tests.schedule_world import answer, as_, confirmed, order, person, plan, under_way, who
from tests.world import employee


def leave(session, name):
    return as_(session, "hr", employee(session, name), "leave", note="辞职")


def heir(session, name):
    return managers_of(session, employee(session, name))[0]


def handed_over(session, entity):
    return session.scalars(select(Event).where(Event.entity == entity, Event.action == "hand_over")).all()


def test_a_sellers_orders_go_to_his_manager_who_is_told(session):
    order = confirmed(session)
    gets = heir(session, "销售员")
    said = " ".join(words.text("zh") for words in previews(employee(session, "销售员"), "leave", person(session, "hr")))
    assert "未交付订单移交给" in said
    assert order.no in said
    leave(session, "销售员")
    session.expire_all()
    assert order.sales_id == gets
    found = [one for one in handed_over(session, "sales_order") if one.entity_id == order.id]
    assert [one.changes["sales_id"][1] for one in found] == [gets]
    assert session.scalar(select(Delivery).where(Delivery.event_seq == found[0].seq, Delivery.recipient_id == gets))


def test_what_is_over_stays_with_whoever_had_it(session):
    order = confirmed(session)
    seller = order.sales_id
    as_(session, "sales_manager", order, "cancel", note="客户取消")
    leave(session, "销售员")
    session.expire_all()
    assert order.sales_id == seller


def test_plans_stages_and_the_lead_of_an_order_find_somebody(session):
    made = under_way(session)
    lead, planner, owner = made.project_lead, made.planner, made.stages[0].owner
    for one in (lead, planner, owner):
        leave(session, one.name)
    session.expire_all()
    left = {lead.id, planner.id, owner.id}
    named = {made.project_lead_id, made.planner_id, made.order.project_lead_id, *(one.owner_id for one in made.stages)}
    assert not named & left
    for one in (lead, planner, owner):
        assert all(not open_with(one, held) for held in HELD)


def test_where_he_has_no_manager_whoever_holds_the_role_gets_it(session):
    chief = employee(session, "总经理")
    order = confirmed(session, sales=chief, sales_id=chief.id)
    leave(session, "总经理")
    session.expire_all()
    assert order.sales_id == person(session, "sales_manager").employee_id


def test_whoever_looks_after_the_order_speaks_with_the_customer_from_then_on(session):
    order = confirmed(session)
    contact = session.scalars(select(ContactLog)).first() or ContactLog(order=order, customer=order.customer)
    contact.by_id = who(session, "销售员").id
    contact.order = order
    gets = heir(session, "销售员")
    with session.no_autoflush:
        assert contact.parties()["spokesman"] == {who(session, "销售员").id}
        order.sales_id = gets
        assert contact.parties()["spokesman"] == {who(session, "销售员").id, gets}
        contact.order = None
        contact.customer.owner_id = None
        assert contact.parties()["spokesman"] == {who(session, "销售员").id}
    session.rollback()
    assert isinstance(session.get(SalesOrder, order.id), SalesOrder)


def test_a_draft_plan_changes_hands_too(session):
    made = plan(session, confirmed(session))
    gets = heir(session, made.planner.name)
    leave(session, made.planner.name)
    session.expire_all()
    assert made.planner_id == gets


# -- by the verb -----------------------------------------------------------------------------------------------------


def second_seller(session, name="装配一", role=Role.SALES):
    """Somebody else who sells; his department is another one, so that it can be seen to follow."""
    found = employee(session, name)
    with doing(session, "admin"):
        account = found.account or Account(login="sales2", password_hash="!")
        found.account = account
        session.flush()
        session.add(AccountRole(account=account, role=role, from_on=found.hired_on))
    return found


def refused(session, login, record, **more):
    with pytest.raises(RuleBroken) as found:
        as_(session, login, record, "hand_over", **more)
    session.expire_all()
    return found.value


def told(session, record):
    """Who was told of the last time it changed hands."""
    event = next(one for one in reversed(handed_over(session, record.__tablename__)) if one.entity_id == record.id)
    return set(session.scalars(select(Delivery.recipient_id).where(Delivery.event_seq == event.seq)))


@pytest.mark.parametrize("login", ["sales", "sales_manager", "general_manager"])
def test_an_order_is_passed_on_by_its_seller_the_sales_manager_or_the_general_manager(session, login):
    found, gets, had = confirmed(session), second_seller(session), who(session, "销售员")
    as_(session, login, found, "hand_over", sales=gets, note="区域调整")
    session.expire_all()
    assert (found.sales_id, found.department_id, found.status) == (gets.id, gets.department_id, "confirmed")
    event = next(one for one in handed_over(session, "sales_order") if one.entity_id == found.id)
    assert event.changes["sales_id"] == [had.id, gets.id]
    assert (event.reason, event.clause) == ("区域调整", "C2.1")
    by = person(session, login).employee_id
    assert told(session, found) == {gets.id, had.id, found.project_lead_id} - {by}


def test_another_seller_passes_no_order_of_his_colleague_on(session):
    found, other = confirmed(session), second_seller(session)
    as_(session, "sales", found, "hand_over", sales=other)
    for login in ("sales", "production_manager", "admin"):
        assert isinstance(refused(session, login, found, sales=who(session, "销售员")), NotYours)


def test_who_has_it_who_has_left_who_sells_nothing_and_nobody_are_refused_at_the_field(session):
    found, gone = confirmed(session), second_seller(session)
    as_(session, "hr", gone, "leave", note="辞职")
    for who_not, said in (
        (who(session, "销售员"), "has it already"),
        (gone, "has left"),
        (employee(session, "车工一"), "no role in sales"),
    ):
        refusal = refused(session, "sales_manager", found, sales=who_not)
        assert (refusal.field, said in str(refusal)) == ("sales", True)
    assert isinstance(refused(session, "sales_manager", found), Faulty)
    assert gone not in sellers(session)


@pytest.mark.parametrize("verb", ["cancel", "deliver", "close"])
def test_what_is_over_is_passed_to_nobody(session, verb):
    found, gets = confirmed(session), second_seller(session)
    if verb == "cancel":
        as_(session, "sales_manager", found, "cancel", note="客户取消")
    else:
        with doing(session, "admin"):
            found.delivered_on, found.status = found.ordered_on, OrderStatus.DELIVERED
        if verb == "close":
            as_(session, "sales_manager", found, "close")
    assert not isinstance(refused(session, "sales_manager", found, sales=gets), NotYours)
    assert found.sales_id != gets.id


def test_the_condition_that_the_seller_was_to_verify_and_his_contacts_follow(session):
    found = as_(session, "sales", order(session), "submit")
    answer(session, found, "technical")
    answer(session, found, "production", opinion="conditional", condition="先到料")
    as_(session, "sales", found, "confirm", promised_on=found.requested_on)
    action = found.conditions()[0].action
    had, gets = who(session, "销售员"), second_seller(session)
    with doing(session, "admin"):
        action.verifier_id = had.id
    as_(session, "sales_manager", found, "hand_over", sales=gets)
    session.expire_all()
    assert action.verifier_id == gets.id
    assert told(session, action) == {gets.id}
    contact = ContactLog(order=found, customer=found.customer, by_id=had.id)
    with session.no_autoflush:
        assert gets.id in contact.parties()["spokesman"]
    session.rollback()


def test_whoever_puts_a_condition_right_never_verifies_it_himself(session):
    found = as_(session, "sales", order(session), "submit")
    answer(session, found, "technical")
    answer(session, found, "production", opinion="conditional", condition="先到料")
    gets = second_seller(session, name="车工一")
    action = found.conditions()[0].action
    had = who(session, "销售员").id
    with doing(session, "admin"):
        action.verifier_id = had
    as_(session, "sales_manager", found, "hand_over", sales=gets)
    session.expire_all()
    assert (found.sales_id, action.responsible_id, action.verifier_id) == (gets.id, gets.id, had)


def test_the_department_stays_where_he_leaves_and_follows_the_verb(session):
    found = confirmed(session)
    before = found.department_id
    leave(session, "销售员")
    session.expire_all()
    assert found.department_id == before
    gets = second_seller(session)
    as_(session, "sales_manager", found, "hand_over", sales=gets)
    assert found.department_id == gets.department_id != before
