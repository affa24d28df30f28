"""Orders of the small factory, each through the verbs that people use: cleared, promised, planned, under way."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Act
from models.journal import acting
from models.organisation import Account, Customer, Department, Employee, Post, ProductModel, person_of
from models.process import DocumentRevision
from models.regulation import Figure
from models.schedule import OrderCondition, PlanStage, ProductionPlan, SalesOrder
from rules.base import SYSTEM, Person
from rules.regulation import FIGURES, Unit

AT = datetime.fromisoformat("2026-11-16T09:30:00+08:00")
TODAY = AT.date()
STAGES = (("下料", 1, 3, 40), ("机加", 4, 8, 60))
"""Name, first and last day after today, weight."""


def person(session: Session, login: str) -> Person:
    return person_of(session, session.scalars(select(Account).where(Account.login == login)).one())


def who(session: Session, name: str) -> Employee:
    return session.scalars(select(Employee).where(Employee.name == name)).one()


def one(session: Session, model: type, **facts: object):
    return session.scalars(select(model).filter_by(**facts)).first()


def as_(session: Session, login: str, record, verb: str, *, at: datetime = AT, note: str = "", **fields):
    """One verb by somebody, committed; who is refused leaves nothing behind."""
    by = person(session, login)
    try:
        with acting(session, Act(by, at)):
            record.perform(verb, by=by, at=at, note=note, **fields)
            session.commit()
    except Exception:
        session.rollback()
        raise
    return record


def figures(session: Session) -> None:
    """The figures of this chapter."""
    for code, value, unit in (
        ("report_cut_off", "17.5", Unit.CLOCK_HOUR),
        ("forecast_threshold", "10", Unit.PERCENT),
    ):
        clause = FIGURES[code].clause
        with acting(session, Act(SYSTEM, AT - timedelta(days=60))):
            session.add(Figure(code=code, clause=clause, value=Decimal(value), unit=unit, from_on=date(2020, 1, 1)))
            session.commit()


def order(session: Session, *, qty: int = 5, at: datetime = AT, **facts: object) -> SalesOrder:
    """A draft that sales entered."""
    seller = person(session, "sales")
    with acting(session, Act(seller, at)):
        found = SalesOrder(
            customer=one(session, Customer),
            model=one(session, ProductModel),
            sales_id=seller.employee_id,
            sales=session.get(Employee, seller.employee_id),
            project_lead=who(session, "项目负责人"),
            workshop=one(session, Department, code="SC1"),
            qty=qty,
            ordered_on=at.date(),
            requested_on=at.date() + timedelta(days=30),
            requirements="按图加工",
        )
        for name, value in facts.items():
            setattr(found, name, value)
        found.prepare()
        session.add(found)
        session.commit()
    return found


def answer(session: Session, found: SalesOrder, kind: str, *, opinion: str = "feasible", condition: str = "", at=AT):
    """A department's answer to an order."""
    login = "technical" if kind == "technical" else "production_planner"
    by = person(session, login)
    clearance = next(c for c in found.asked() if c.kind == kind)
    with acting(session, Act(by, at)):
        clearance.opinion, clearance.difficulty, clearance.proposed_days = opinion, "medium", 10
        clearance.risks = "产能紧张"
        if condition:
            clearance.conditions = [OrderCondition(text=condition, responsible=who(session, "车工一"))]
        session.commit()
    return as_(session, login, clearance, "answer", at=at)


def confirmed(session: Session, *, at: datetime = AT, promised_on: date | None = None, **facts: object) -> SalesOrder:
    """An order that both departments called feasible, promised to the customer."""
    found = as_(session, "sales", order(session, at=at, **facts), "submit", at=at)
    answer(session, found, "technical", at=at)
    answer(session, found, "production", at=at)
    return as_(session, "sales", found, "confirm", at=at, promised_on=promised_on or at.date() + timedelta(days=30))


def plan(session: Session, found: SalesOrder, *, at: datetime = AT, stages=STAGES, heads: int = 1) -> ProductionPlan:
    """A complete draft: each stage waits for the one before, all by one worker at his post."""
    planner = person(session, "production_planner")
    worker, post = who(session, "车工一"), one(session, Post, code="P-SC1")
    revision = one(session, DocumentRevision, status="released")
    with acting(session, Act(planner, at)):
        made = ProductionPlan(order=found, planner=session.get(Employee, planner.employee_id))
        made.prepare()
        session.add(made)
        before: list[PlanStage] = []
        for seq, (name, first, last, weight) in enumerate(stages, start=1):
            stage = PlanStage(seq=seq, name=name, post=post, owner=worker, heads_needed=heads)
            stage.revision, stage.weight, stage.qty = revision, Decimal(weight), found.qty
            stage.planned_start_on = at.date() + timedelta(days=first)
            stage.planned_end_on = at.date() + timedelta(days=last)
            stage.department = post.department
            made.stages.append(stage)
            session.flush()
            stage.wait_for(before)
            before = [stage]
        session.commit()
    return made


def reviewed(session: Session, made: ProductionPlan, *, at: datetime = AT) -> ProductionPlan:
    as_(session, "production_planner", made, "submit", at=at)
    as_(session, "technical", made, "take_up", at=at)
    return as_(session, "technical", made, "approve", at=at)


def released(session: Session, made: ProductionPlan, *, at: datetime = AT) -> ProductionPlan:
    return as_(session, "production_planner", reviewed(session, made, at=at), "release", at=at)


def under_way(session: Session, *, at: datetime = AT, **facts: object) -> ProductionPlan:
    """A plan whose first stage has begun."""
    made = released(session, plan(session, confirmed(session, at=at, **facts), at=at), at=at)
    as_(session, "team_leader", made.stages[0], "start", at=at)
    return made


def build(session: Session) -> None:
    """What every test of screens finds: an order under way, one that waits for its plan, one whose plan is a draft."""
    figures(session)
    under_way(session)
    confirmed(session, customer_ref="PO-2")
    plan(session, confirmed(session, customer_ref="PO-3"))
