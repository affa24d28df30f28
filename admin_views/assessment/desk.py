"""What a desk says of assessment: sheets to confirm, my result, cycles, suggestions to answer (K2.1, K3.2)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, or_, select

from admin_views.columns import cell_of, due_cell
from admin_views.registry import desk_card, next_act, record_url
from admin_views.screen import DeskCard, DeskLine
from admin_views.session import db
from admin_views.words import number_text, say, t
from models.assessment import AssessmentCycle, AssessmentSheet, RewardPenalty, Suggestion
from models.base import now
from rules.assessment import (
    REVIEWERS,
    UNANSWERED,
    CycleStatus,
    RewardStatus,
    SheetStatus,
    SuggestionStatus,
    Topic,
)
from rules.base import Person, Role

LINES = 8
UNDER_WAY = tuple(one for one in CycleStatus if one is not CycleStatus.LOCKED)


def _found(model: Any, where: Iterable[Any], order: Any) -> tuple[list[Any], int]:
    conditions = tuple(where)
    rows = db.session.scalars(select(model).where(*conditions).order_by(order, model.id).limit(LINES)).all()
    count = db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
    return list(rows), count


@desk_card
def sheets_to_confirm(person: Person) -> DeskCard | None:
    """An assessor's sheets, while their cycle is in review."""
    if person.employee_id is None:
        return None
    in_review = select(AssessmentCycle.id).where(AssessmentCycle.status == CycleStatus.IN_REVIEW)
    rows, count = _found(
        AssessmentSheet,
        (
            AssessmentSheet.assessor_id == person.employee_id,
            AssessmentSheet.status == SheetStatus.COMPUTED,
            AssessmentSheet.cycle_id.in_(in_review),
        ),
        AssessmentSheet.total,
    )
    if not rows:
        return None
    return DeskCard(
        t("Sheets to confirm", "待我确认的考核表"),
        [_sheet_line(one, person) for one in rows],
        t("None.", "没有。"),
        count,
        "clipboard-list",
        t("All of them", "全部"),
        "/admin/assessment_sheet/?flt_status=computed",
    )


def _sheet_line(one: AssessmentSheet, person: Person) -> DeskLine:
    total = number_text(one.total) if one.total is not None else t("no data", "无数据")
    return DeskLine(
        f"{one.subject.name} · {one.cycle.span_text}",
        record_url(AssessmentSheet, one.id),
        f"{total} {one.grade} · {say(one.status.words)}",
        act=next_act(one, person),
    )


@desk_card
def my_results(person: Person) -> DeskCard | None:
    """What was published of me and waits for my word."""
    if person.employee_id is None:
        return None
    mine = or_(AssessmentSheet.employee_id == person.employee_id, AssessmentSheet.answerable_id == person.employee_id)
    rows, count = _found(
        AssessmentSheet, (mine, AssessmentSheet.status == SheetStatus.PUBLISHED), AssessmentSheet.published_at
    )
    if not rows:
        return None
    lines = [
        DeskLine(
            t("My result of {when}", "我的 {when} 考核结果", when=one.cycle.span_text),
            record_url(AssessmentSheet, one.id),
            f"{number_text(one.total) if one.total is not None else ''} {one.grade}",
            due_cell(one.cycle.appeal_due_at, now()) if one.cycle.appeal_due_at else None,
            act=next_act(one, person),
        )
        for one in rows
    ]
    return DeskCard(t("My assessment", "我的考核"), lines, t("None.", "没有。"), count, "gauge")


@desk_card
def appeals(person: Person) -> DeskCard | None:
    """Appeals that wait for a decision."""
    if not person.holds(Role.HR_MANAGER, Role.GENERAL_MANAGER):
        return None
    rows, count = _found(
        AssessmentSheet, (AssessmentSheet.status == SheetStatus.APPEALED,), AssessmentSheet.appealed_at
    )
    if not rows:
        return None
    lines = [_sheet_line(one, person) for one in rows]
    return DeskCard(t("Appeals to decide", "待裁定的考核申诉"), lines, t("None.", "没有。"), count, "gavel")


@desk_card
def cycles(person: Person) -> DeskCard | None:
    """HR: how far each cycle is."""
    if not person.holds(Role.HR, Role.HR_MANAGER):
        return None
    rows, count = _found(AssessmentCycle, (AssessmentCycle.status.in_(UNDER_WAY),), AssessmentCycle.from_on)
    lines = [
        DeskLine(
            f"{one.span_text} · {say(one.kind.words)}",
            record_url(AssessmentCycle, one.id),
            f"{say(one.status.words)} · {one.progress_done} / {one.progress_of}",
            due_cell(one.appeal_due_at, now()) if one.appeal_due_at else cell_of(one.to_on),
            act=next_act(one, person),
        )
        for one in rows
    ]
    return DeskCard(
        t("Assessment cycles", "考核周期"),
        lines,
        t("No cycle is under way.", "没有进行中的考核周期。"),
        count,
        "calendar-event",
    )


@desk_card
def suggestions(person: Person) -> DeskCard | None:
    """Suggestions that wait for this person: an answer, an effect to measure, or to verify."""
    if person.employee_id is None:
        return None
    grounds = [
        (Suggestion.owner_id == person.employee_id)
        & Suggestion.status.in_((SuggestionStatus.ADOPTED, SuggestionStatus.IMPLEMENTING))
    ]
    if person.holds(Role.HR):
        grounds.append(Suggestion.status.in_((SuggestionStatus.SUBMITTED, SuggestionStatus.SCREENING)))
    if judged := [one for one in Topic if person.holds(REVIEWERS[one])]:
        grounds.append((Suggestion.status == SuggestionStatus.REVIEW) & Suggestion.topic.in_(judged))
    if person.holds(Role.QUALITY_MANAGER):
        grounds.append((Suggestion.status == SuggestionStatus.IMPLEMENTING) & (Suggestion.after_figures != ""))
    rows, count = _found(Suggestion, (or_(*grounds), Suggestion.visible_to(person)), Suggestion.answer_due_at)
    if not rows:
        return None
    lines = [
        DeskLine(
            f"{one.no} {one.title}",
            record_url(Suggestion, one.id),
            say(one.status.words),
            due_cell(one.answer_due_at, now()) if one.answer_due_at and one.status in UNANSWERED else None,
            act=next_act(one, person),
        )
        for one in rows
    ]
    return DeskCard(t("Suggestions", "合理化建议"), lines, t("None.", "没有。"), count, "message-2")


@desk_card
def rewards_waiting(person: Person) -> DeskCard | None:
    """Rewards and penalties whose next step is mine: a statement, an approval, to announce or to execute."""
    if person.employee_id is None:
        return None
    waiting = (RewardStatus.DRAFT, RewardStatus.STATEMENT, RewardStatus.APPROVED, RewardStatus.ANNOUNCED)
    waiting = (*waiting, RewardStatus.APPEALED)
    found = db.session.scalars(
        select(RewardPenalty)
        .where(RewardPenalty.status.in_(waiting), RewardPenalty.visible_to(person))
        .order_by(RewardPenalty.id)
        .limit(LINES * 4)
    ).all()
    mine = [(one, act) for one in found if (act := next_act(one, person)) is not None]
    if not mine:
        return None
    lines = [
        DeskLine(
            f"{one.subject.name} · {say(one.kind.words)}",
            record_url(RewardPenalty, one.id),
            f"{one.reason} · {say(one.status.words)}",
            due_cell(one.statement_due_at, now())
            if one.status is RewardStatus.STATEMENT and one.statement_due_at
            else None,
            act=act,
        )
        for one, act in mine[:LINES]
    ]
    return DeskCard(t("Rewards and penalties", "奖惩"), lines, t("None.", "没有。"), len(mine), "award")
