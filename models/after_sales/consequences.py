"""What follows by itself: follow-ups, measures, clusters, reopening, escalation, closing (A3.2, A4, A5.2)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.actions import ActionItem, open_action
from models.after_sales.follow_ups import FollowUpVisit, open_visit, schedule_visit
from models.after_sales.outbox import ask_for_rating
from models.after_sales.tickets import Ticket
from models.base import Act, Source, after, on_date
from models.organisation import Employee, holders
from models.regulation import SlaClock, company_calendar, figure
from models.reminding import falls_due
from rules import after_sales
from rules.actions import ActionKind, Severity
from rules.after_sales import FollowUpStatus, TicketStatus
from rules.base import SYSTEM, Person, Role, RuleBroken, Words
from rules.regulation import ClockStatus, ReportSeverity, Target
from rules.regulation.figures import CLUSTER_COUNT, CLUSTER_DAYS

AT_ONCE = 500
SEVERITIES = {ReportSeverity.S1: Severity.CRITICAL, ReportSeverity.S2: Severity.MAJOR}
NOBODY = Words("Nobody holds the role “{role}”: give it to somebody first.", "尚无人担任“{role}”，请先授予该角色。")


def holder(session: Session, role: Role, *, but: int | None = None) -> int:
    """Somebody who holds the role. Raises RuleBroken where nobody does."""
    found = [one for one in holders(session, role, None) if one != but]
    if not found:
        raise RuleBroken(Words(NOBODY.en, NOBODY.zh, role=role))
    return found[0]


# -- a solution ------------------------------------------------------------------------------------------------------


def what_follows(ticket: Ticket, person: Person) -> list[Words]:  # noqa: ARG001 - a preview is given the person
    """What resolving does, said before the button is pressed."""
    return [
        Words("Somebody else will call the customer (follow-up visit).", "将安排他人回访客户。"),
        Words(
            "With the cause “design” or “process” the technical manager gets a corrective action.",
            "原因为“设计”或“制造工艺”时，将向技术经理开出纠正措施。",
        ),
    ]


@after(Ticket, "resolve", preview=what_follows)
def follow_it_up(ticket: Ticket, act: Act) -> None:
    """Somebody calls (A4.1); history brings its own visits."""
    if act.recorded_at is None:
        schedule_visit(ticket, act)


@after(Ticket, "resolve")
def ask_the_customer(ticket: Ticket, act: Act) -> None:
    """Is it solved, and how content is he (A3.4)."""
    if act.recorded_at is None:
        ask_for_rating(ticket, act)


@after(Ticket, "resolve")
def send_it_back_to_technical(ticket: Ticket, act: Act) -> None:
    """A cause in design or process is for the technical department to remove (A5.2)."""
    if act.recorded_at is not None or not after_sales.goes_back_to_technical(ticket.cause):
        return
    responsible = holder(ticket.session, Role.TECHNICAL_MANAGER)
    cause = ticket.cause.words.zh if ticket.cause is not None else ""
    open_action(
        ticket.session,
        act,
        kind=ActionKind.CORRECTIVE,
        department_id=_department_of(ticket.session, responsible),
        severity=SEVERITIES.get(ticket.severity, Severity.MINOR),
        description=f"{_model(ticket)} {ticket.description}（原因：{cause}）"[:2000],
        responsible_id=responsible,
        verifier_id=holder(ticket.session, Role.AFTER_SALES_MANAGER, but=responsible),
        source=("ticket", ticket.id),
        clause="A5.2",
    )


def _department_of(session: Session, employee_id: int) -> int:
    return session.get_one(Employee, employee_id).department_id


def _model(ticket: Ticket) -> str:
    return ticket.model.code if ticket.model is not None else ""


# -- clusters --------------------------------------------------------------------------------------------------------


@after(Ticket, "accept")
@after(Ticket, "classify")
def flag_cluster(ticket: Ticket, act: Act) -> None:
    """So many of one model and category within so many days call for an improvement, once (A5.2)."""
    if act.recorded_at is not None or ticket.model_id is None or ticket.category is None:
        return
    session = ticket.session
    count, days = (figure(session, one, on_date(act.at)) for one in (CLUSTER_COUNT, CLUSTER_DAYS))
    others = list(alike(ticket, int(days)))
    if not after_sales.is_cluster((one.received_at for one in others), ticket.received_at, count, days):
        return
    if measures_for([ticket.id, *(one.id for one in others)], session, ActionKind.IMPROVEMENT):
        return
    responsible = holder(session, Role.TECHNICAL_MANAGER)
    open_action(
        session,
        act,
        kind=ActionKind.IMPROVEMENT,
        department_id=_department_of(session, responsible),
        severity=Severity.MAJOR,
        description=(
            f"{_model(ticket)}“{ticket.category.words.zh}”{int(days)} 天内 {len(others) + 1} 起："
            + "、".join(one.no for one in (*others, ticket))
        )[:2000],
        responsible_id=responsible,
        verifier_id=holder(session, Role.AFTER_SALES_MANAGER, but=responsible),
        source=("ticket", ticket.id),
        clause="A5.2",
    )


def alike(ticket: Ticket, days: int) -> Iterator[Ticket]:
    """Other tickets of its model and category within so many days up to its receipt."""
    yield from ticket.session.scalars(
        select(Ticket)
        .where(
            Ticket.model_id == ticket.model_id,
            Ticket.category == ticket.category,
            Ticket.id != ticket.id,
            Ticket.status != TicketStatus.CANCELLED,
            Ticket.received_at <= ticket.received_at,
            Ticket.received_at >= ticket.received_at - timedelta(days=days),
        )
        .order_by(Ticket.received_at)
    )


def measures_for(ticket_ids: list[int], session: Session, *kinds: ActionKind) -> list[ActionItem]:
    """What is done so that these problems do not come again."""
    query = select(ActionItem).where(
        ActionItem.source_entity == "ticket", ActionItem.source_id.in_(ticket_ids), ActionItem.clause == "A5.2"
    )
    return list(session.scalars(query.where(ActionItem.kind.in_(kinds)) if kinds else query))


# -- a customer's answer ---------------------------------------------------------------------------------------------


@after(Ticket, "log")
def go_on_with_it(ticket: Ticket, act: Act) -> None:
    """A customer whom we waited for has answered."""
    if ticket.status is TicketStatus.PENDING_CUSTOMER and ticket.entries[-1].kind in after_sales.FROM_CUSTOMER:
        ticket.perform(after_sales.resumed_by(ticket.waited_from), act=act)


@after(Ticket, "reopen")
def withdraw_visit(ticket: Ticket, act: Act) -> None:
    """Nobody asks how it is while it is not solved."""
    visit = open_visit(ticket.session, ticket.id)
    if visit is not None:
        visit.perform("withdraw", act=act)


# -- a follow-up -----------------------------------------------------------------------------------------------------


@after(FollowUpVisit, "record")
def take_it_up_again(visit: FollowUpVisit, act: Act) -> None:
    """The problem came back: the ticket is opened again (A4.2)."""
    if visit.problem_again and act.recorded_at is None and str(visit.ticket.status) in {"resolved", "closed"}:
        visit.ticket.perform("reopen", act=act)


@after(FollowUpVisit, "record")
def learn_from_it(visit: FollowUpVisit, act: Act) -> None:
    """A low score is a call of the manager's and an improvement of the agent's (A4.2)."""
    if visit.call_back_due_at is None or visit.solver_id is None:
        return
    manager = holder(visit.session, Role.AFTER_SALES_MANAGER, but=visit.solver_id)
    scores = "/".join(str(one) for one in visit.scores)
    open_action(
        visit.session,
        act,
        kind=ActionKind.IMPROVEMENT,
        department_id=visit.department_id,
        severity=Severity.MINOR,
        description=f"回访评分低（{scores}）：{visit.ticket.no} {visit.opinion}"[:2000],
        responsible_id=visit.solver_id,
        verifier_id=manager,
        source=("follow_up_visit", visit.id),
        clause="A4.2",
    )


# -- what falls due --------------------------------------------------------------------------------------------------


def _overdue(at: datetime, *targets: Target) -> list[ColumnElement[bool]]:
    """Clocks of tickets that run and are past due; history's are told to nobody."""
    return [
        SlaClock.entity == "ticket",
        SlaClock.target.in_(targets),
        SlaClock.stopped_at.is_(None),
        SlaClock.status != ClockStatus.PAUSED,
        SlaClock.due_at < at,
        SlaClock.told_from_at <= SlaClock.due_at,
    ]


@falls_due
def escalate_breached(session: Session, at: datetime) -> int:
    """What was not solved in time goes to the technical department, once for each breach (A3.2)."""
    rows = session.execute(
        select(Ticket, SlaClock.due_at)
        .join(SlaClock, SlaClock.entity_id == Ticket.id)
        .where(
            *_overdue(at, Target.FIRST_SOLUTION, Target.RESOLUTION),
            Ticket.status == TicketStatus.IN_PROGRESS,
            (Ticket.escalated_at.is_(None)) | (Ticket.escalated_at < SlaClock.due_at),
        )
        .order_by(SlaClock.due_at, Ticket.id)
        .limit(AT_ONCE)
    ).all()
    done = 0
    for ticket, _ in rows:
        if ticket.status is TicketStatus.IN_PROGRESS:
            ticket.perform("escalate", act=Act(SYSTEM, at, Source.SCHEDULER))
            done += 1
    return done


@falls_due
def close_silent(session: Session, at: datetime) -> int:
    """Whoever did not answer for so long has nothing to say; somebody calls him all the same (A3.4)."""
    rows = session.scalars(
        select(Ticket)
        .join(SlaClock, SlaClock.entity_id == Ticket.id)
        .where(*_overdue(at, Target.CLOSING), Ticket.status == TicketStatus.RESOLVED)
        .order_by(Ticket.id)
        .limit(AT_ONCE)
    ).all()
    for ticket in rows:
        ticket.perform("close", act=Act(SYSTEM, at, Source.SCHEDULER))
    return len(rows)


@falls_due
def visits_fall_due(session: Session, at: datetime) -> int:
    """A visit is called due on its last working day."""
    until = company_calendar(session).add_days(at, 1)
    rows = session.scalars(
        select(FollowUpVisit)
        .where(FollowUpVisit.status == FollowUpStatus.SCHEDULED, FollowUpVisit.due_at <= until)
        .order_by(FollowUpVisit.id)
        .limit(AT_ONCE)
    ).all()
    for visit in rows:
        visit.perform("fall_due", act=Act(SYSTEM, at, Source.SCHEDULER))
    return len(rows)


__all__ = ["alike", "measures_for", "what_follows"]
