"""What waits on each desk of the actions chapter, one click from the act (P3.2, P3.3, P3.4)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import joinedload

from admin_views.columns import cell_of, due_cell
from admin_views.deadlines import left_of
from admin_views.registry import desk_card, next_act, record_url
from admin_views.screen import DeskAct, DeskCard, DeskLine
from admin_views.session import db
from admin_views.words import say, t
from models.actions import (
    AccountabilityCase,
    AccountabilityPerson,
    ActionExtension,
    ActionItem,
    Evaluation,
    PerformanceFileEntry,
    in_managed_departments,
    midnight,
)
from models.base import now, on_date
from rules.actions import OWED, ActionStatus, CaseStatus, EvaluationStatus, ExtensionStatus, PersonStatus, Proof
from rules.base import Person, Role

LINES = 10
"""Lines on a card; how many there are stands beside its title."""


def _first(where: Sequence[ColumnElement[bool]], order: Any) -> tuple[Sequence[ActionItem], int]:
    """The most urgent of these actions, and how many there are."""
    rows = db.session.scalars(
        select(ActionItem).options(joinedload(ActionItem.responsible)).where(*where).order_by(order).limit(LINES)
    ).all()
    if len(rows) < LINES:
        return rows, len(rows)
    counted = select(func.count()).select_from(select(ActionItem.id).where(*where).limit(1000).subquery())
    return rows, db.session.scalar(counted) or 0


def _line(one: ActionItem, detail: str, act: DeskAct | None = None) -> DeskLine:
    at = now()
    due = due_cell(one.due_at, at, left=left_of(one.due_at, at))
    return DeskLine(one.description, record_url(ActionItem, one.id), f"{one.no} · {detail}", due, act=act)


@desk_card
def my_actions(person: Person) -> DeskCard | None:
    """What this person has to put right, the most urgent first."""
    if person.employee_id is None:
        return None
    rows, count = _first(
        [ActionItem.responsible_id == person.employee_id, ActionItem.status.in_(OWED)], ActionItem.due_at
    )
    return DeskCard(
        t("Mine to put right", "待我整改"),
        [_line(one, say(one.status.words), next_act(one, person)) for one in rows],
        t("Nothing to put right. Well done.", "没有待整改事项。"),
        count,
        "tool",
    )


@desk_card
def to_verify(person: Person) -> DeskCard | None:
    """What others handed in and this person verifies."""
    rows, count = _first(
        [
            ActionItem.verifier_id == (person.employee_id or 0),
            ActionItem.status == ActionStatus.SUBMITTED,
            ActionItem.proof == Proof.VERIFIER,
        ],
        ActionItem.due_at,
    )
    if not rows:
        return None
    lines = [_line(one, one.responsible.label) for one in rows]
    return DeskCard(t("Mine to verify", "待我验证"), lines, "", count, "circle-check")


@desk_card
def my_statements(person: Person) -> DeskCard | None:
    """Cases in which this person may still state."""
    rows = db.session.scalars(
        select(AccountabilityPerson)
        .options(joinedload(AccountabilityPerson.case))
        .where(
            AccountabilityPerson.employee_id == (person.employee_id or 0),
            AccountabilityPerson.status == PersonStatus.ASKED,
        )
        .order_by(AccountabilityPerson.statement_due_at)
    ).all()
    if not rows:
        return None
    lines = [
        DeskLine(
            say(one.case.kind.words),
            record_url(AccountabilityPerson, one.id),
            one.case.no,
            due_cell(one.statement_due_at, now()) if one.statement_due_at else None,
        )
        for one in rows
    ]
    return DeskCard(t("Your statement is asked for", "请您申述"), lines, "", len(lines), "message")


@desk_card
def cases_to_decide(person: Person) -> DeskCard | None:
    """Cases that were handed to this person; they can be decided once everybody had his say."""
    rows = db.session.scalars(
        select(AccountabilityCase)
        .where(
            AccountabilityCase.decider_id == (person.employee_id or 0),
            AccountabilityCase.status == CaseStatus.STATEMENT_PENDING,
        )
        .order_by(AccountabilityCase.id)
    ).all()
    if not rows:
        return None
    waiting = _until(rows)
    lines = [_case_line(one, waiting.get(one.id)) for one in rows]
    return DeskCard(t("Cases to decide", "待我裁定"), lines, "", len(lines), "gavel")


def _until(cases: Sequence[AccountabilityCase]) -> dict[int, Any]:
    """Until when somebody may still state, of each case where somebody may."""
    found = db.session.execute(
        select(AccountabilityPerson.case_id, func.max(AccountabilityPerson.statement_due_at))
        .where(
            AccountabilityPerson.case_id.in_([one.id for one in cases]),
            AccountabilityPerson.status == PersonStatus.ASKED,
        )
        .group_by(AccountabilityPerson.case_id)
    )
    return dict(found.tuples().all())


def _case_line(one: AccountabilityCase, until: Any) -> DeskLine:
    detail = (
        t("{no} · statements until {at}", "{no} · 申述截至 {at}", no=one.no, at=until)
        if until is not None
        else t("{no} · can be decided", "{no} · 可以裁定", no=one.no)
    )
    return DeskLine(say(one.kind.words), record_url(AccountabilityCase, one.id), detail, cell_of(one.status))


@desk_card
def cases_to_move(person: Person) -> DeskCard | None:
    """Cases that wait for their next step: drafts for who may open an inquiry, the others for HR."""
    wanted: list[ColumnElement[bool]] = []
    if person.holds(Role.HR, Role.HR_MANAGER):
        wanted.append(AccountabilityCase.status.in_((CaseStatus.DRAFT, CaseStatus.INVESTIGATING, CaseStatus.DECIDED)))
    if person.holds(Role.QUALITY_MANAGER):
        wanted.append(AccountabilityCase.status == CaseStatus.DRAFT)
    if not wanted:
        return None
    rows = db.session.scalars(
        select(AccountabilityCase)
        .where(or_(*wanted), AccountabilityCase.visible_to(person))
        .order_by(AccountabilityCase.opened_at)
        .limit(LINES)
    ).all()
    lines = [
        DeskLine(
            say(one.kind.words),
            record_url(AccountabilityCase, one.id),
            f"{one.no} · {one.facts.strip().splitlines()[0][:60]}" if one.facts.strip() else one.no,
            cell_of(one.status),
        )
        for one in rows
    ]
    may_open = AccountabilityCase.access.may_create(person)
    return DeskCard(
        t("Accountability cases", "责任认定"),
        lines,
        t("No case waits.", "没有待办的责任认定。"),
        len(lines),
        "gavel",
        t("Open a case", "提起责任认定") if may_open else "",
        "/admin/accountability_case/new/" if may_open else "",
    )


@desk_card
def disputed(person: Person) -> DeskCard | None:
    """What somebody disputes, for the quality manager to uphold or to cancel."""
    if not person.holds(Role.QUALITY_MANAGER):
        return None
    rows, count = _first([ActionItem.status == ActionStatus.DISPUTED], ActionItem.due_at)
    lines = [_line(one, one.responsible.label) for one in rows]
    return DeskCard(t("Disputed", "有异议待裁定"), lines, t("Nothing is disputed.", "没有异议。"), count, "scale")


@desk_card
def extensions_to_approve(person: Person) -> DeskCard | None:
    """Requests for more time that wait for the quality manager; each lapses when its action falls due."""
    if not person.holds(Role.QUALITY_MANAGER):
        return None
    rows = db.session.scalars(
        select(ActionExtension)
        .options(joinedload(ActionExtension.responsible), joinedload(ActionExtension.action))
        .where(ActionExtension.status == ExtensionStatus.REQUESTED)
        .order_by(ActionExtension.old_due_at)
        .limit(LINES)
    ).all()
    lines = [
        DeskLine(
            one.action.description,
            record_url(ActionExtension, one.id),
            f"{one.action.no} · {one.responsible.label}",
            due_cell(one.old_due_at, now()),
        )
        for one in rows
    ]
    return DeskCard(
        t("Extensions to approve", "待批延期"),
        lines,
        t("Nobody asks for more time.", "没有延期申请。"),
        len(lines),
        "hourglass",
    )


@desk_card
def overdue_in_my_area(person: Person) -> DeskCard | None:
    """What others should have put right by now, for those who answer for them."""
    managed = in_managed_departments(ActionItem.department_id, person)
    leads = person.holds(Role.TEAM_LEADER, Role.PRODUCTION_MANAGER, Role.QUALITY_MANAGER, Role.GENERAL_MANAGER)
    if not managed and not leads:
        return None
    rows, count = _first(
        [
            ActionItem.visible_to(person),
            ActionItem.due_at < now(),
            ActionItem.status.in_(OWED),
            ActionItem.responsible_id != (person.employee_id or 0),
        ],
        ActionItem.due_at,
    )
    return DeskCard(
        t("Overdue in my area", "我管辖的逾期整改"),
        [_line(one, one.responsible.label) for one in rows],
        t("Nothing is overdue.", "没有逾期整改。"),
        count,
        "alert-triangle",
        t("Overdue ladder", "逾期升级"),
        "/actions/overdue/",
        "watch",
    )


@desk_card
def effects_to_judge(person: Person) -> DeskCard | None:
    """Measures whose watch is over, for an inspector to judge."""
    if not person.holds(Role.QUALITY_INSPECTOR):
        return None
    soon = now()
    rows = db.session.scalars(
        select(ActionItem)
        .options(joinedload(ActionItem.responsible))
        .where(
            ActionItem.status == ActionStatus.WATCHING,
            ActionItem.effectiveness_due_on <= on_date(soon),
            ActionItem.visible_to(person),
            ActionItem.responsible_id != (person.employee_id or 0),
        )
        .order_by(ActionItem.effectiveness_due_on)
        .limit(LINES)
    ).all()
    if not rows:
        return None
    lines = [
        DeskLine(
            one.description,
            record_url(ActionItem, one.id),
            f"{one.no} · {one.responsible.label}",
            due_cell(midnight(one.effectiveness_due_on), soon) if one.effectiveness_due_on else None,
        )
        for one in rows
    ]
    return DeskCard(t("Effect to judge", "待评价效果"), lines, "", len(lines), "eye")


@desk_card
def evaluations_due(person: Person) -> DeskCard | None:
    """Evaluations that this person writes, and those that he publishes."""
    managed = in_managed_departments(Evaluation.department_id, person)
    drafted = [
        (Evaluation.status == EvaluationStatus.DRAFTED)
        & or_(false(), *managed)
        & (Evaluation.author_id != (person.employee_id or 0))
    ]
    rows = db.session.scalars(
        select(Evaluation)
        .options(joinedload(Evaluation.author))
        .where(
            or_(
                (Evaluation.status == EvaluationStatus.DUE) & (Evaluation.author_id == (person.employee_id or 0)),
                *(drafted if managed else []),
            )
        )
        .order_by(Evaluation.due_on)
        .limit(LINES)
    ).all()
    if not rows:
        return None
    lines = [
        DeskLine(
            f"{say(one.kind.words)} {one.period}",
            record_url(Evaluation, one.id),
            f"{one.no} · {say(one.status.words)} · {one.author.name}",
            due_cell(midnight(one.due_on), now()),
        )
        for one in rows
    ]
    return DeskCard(t("Evaluations", "定期分析"), lines, "", len(lines), "chart-line")


@desk_card
def my_file(person: Person) -> DeskCard | None:
    """The way to one's own performance file, and what was noted there last."""
    if person.employee_id is None:
        return None
    rows = db.session.scalars(
        select(PerformanceFileEntry)
        .where(PerformanceFileEntry.employee_id == person.employee_id)
        .order_by(PerformanceFileEntry.at.desc(), PerformanceFileEntry.id.desc())
        .limit(3)
    ).all()
    lines = [
        DeskLine(one.title, record_url(PerformanceFileEntry, one.id), say(one.kind.words), cell_of(one.at))
        for one in rows
    ]
    return DeskCard(
        t("My performance file", "我的绩效档案"),
        lines,
        t("Nothing has been noted yet.", "暂无记录。"),
        0,
        "id-badge-2",
        t("Open my file", "查看档案"),
        "/performance/me/",
        place="news",
    )
