"""What somebody had open of orders, plans and delays when he left goes to his manager (P2.4)."""

from sqlalchemy import select

from models.base import previews
from models.event import Delivery, Event
from models.organisation import managers_of
from models.schedule import ContactLog, SalesOrder
from models.schedule.leaving import HELD, open_with
from tests.schedule_world import as_, confirmed, person, plan, under_way, who
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
