"""A check as it comes from the phone: one form, one record, handed in at once or not at all (P3.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from models.actions import ActionRound
from models.after_sales import Ticket
from models.base import Act
from models.event import Attachment
from models.organisation import Employee, Post
from models.quality.checks import SpotCheck, SpotCheckItem
from models.quality.plans import CheckDraw
from models.quality.templates import CheckTemplate, CheckTemplateItem
from models.schedule import PlanStage
from rules import quality
from rules.base import Faulty, RuleBroken, Words
from rules.quality import CheckKind, Verdict

Attach = Callable[[SpotCheck, SpotCheckItem], Attachment | None]
"""Stores the picture of an item, if there is one."""


@dataclass(frozen=True)
class Answered:
    """What was said to one question."""

    said: Verdict | None = None
    value: Decimal | None = None
    choice: str = ""
    problem: str = ""
    responsible: Employee | None = None


@dataclass(frozen=True)
class Entered:
    """A filled-in form."""

    template: CheckTemplate
    post: Post
    employee: Employee
    checked_at: datetime
    stage: PlanStage | None = None
    ticket: Ticket | None = None
    document_id: int | None = None
    bench_rev: str = ""
    sample_qty: int = 1
    note: str = ""
    draw: CheckDraw | None = None
    answers: Mapping[int, Answered] = field(default_factory=dict)
    """By the key of the template's item."""


def record(session: Session, act: Act, entered: Entered, attach: Attach) -> SpotCheck:
    """Writes the check down with its photos and hands it in. Raises Faulty naming what is still to be answered."""
    with session.no_autoflush:
        check = SpotCheck(
            kind=entered.template.scope,
            template=entered.template,
            draw=entered.draw,
            checked_at=entered.checked_at,
            post=entered.post,
            stage=entered.stage,
            ticket=entered.ticket,
            document_id=entered.document_id,
            bench_rev=entered.bench_rev,
            inspector_id=act.by.employee_id,
            sample_qty=entered.sample_qty,
            note=entered.note,
            items=_lines(entered),
        )
        session.add(check)
        check.prepare(act.at)
    session.flush()
    for line in check.items:
        line.photo = attach(check, line)
    check.perform("submit", act=act)
    return check


def recheck_of(
    act: Act,
    item: SpotCheckItem,
    last: ActionRound,
    answered: Answered,
    *,
    checked_at: datetime,
    note: str,
    attach: Attach,
) -> SpotCheck:
    """The question that failed asked again of the same work, and handed in; it moves what it re-checks (P3.2).

    Raises Faulty where it is not answered, RuleBroken where the inspector or the day may not prove it.
    """
    session, line = item.check.session, _again(item, answered)
    with session.no_autoflush:
        check = SpotCheck(
            kind=CheckKind.RECHECK,
            rechecks_round=last,
            checked_at=checked_at,
            post=item.check.post,
            stage=item.check.stage,
            ticket=item.check.ticket,
            document_id=item.check.document_id,
            inspector_id=act.by.employee_id,
            sample_qty=1,
            note=note,
            items=[line],
        )
        session.add(check)
        check.prepare(act.at)
    if line.verdict is None:
        raise Faulty({f"item-{item.id}": Words("Not answered yet.", "尚未作答。")})
    session.flush()
    line.photo = attach(check, line)
    check.perform("submit", act=act)
    return check


def _again(item: SpotCheckItem, answered: Answered) -> SpotCheckItem:
    return SpotCheckItem(
        seq=1,
        category=item.category,
        question=item.question,
        standard=item.standard,
        employee=item.employee,
        lower=item.lower,
        upper=item.upper,
        unit=item.unit,
        value=answered.value,
        verdict=answered.said,
        severity_if_ng=item.severity_if_ng,
        problem=answered.problem if answered.said is not Verdict.OK else "",
    )


def _lines(entered: Entered) -> list[SpotCheckItem]:
    faults: dict[str, Words] = {}
    lines = []
    for asked in entered.template.items:
        answered = entered.answers.get(asked.id, Answered())
        verdict = quality.judged(asked.asked(), said=answered.said, value=answered.value, choice=answered.choice)
        if verdict is None:
            faults[f"item-{asked.id}"] = Words("Not answered yet.", "尚未作答。")
        lines.append(_line(asked, answered, verdict, entered.employee))
    if faults:
        raise Faulty(faults)
    return lines


def _line(asked: CheckTemplateItem, answered: Answered, verdict: Verdict | None, employee: Employee) -> SpotCheckItem:
    """The question as it was asked is kept with its answer: the template may have later versions."""
    return SpotCheckItem(
        seq=asked.seq,
        template_item=asked,
        category=asked.category,
        question=asked.question,
        standard=asked.standard,
        employee=employee,
        lower=asked.lower,
        upper=asked.upper,
        unit=asked.unit,
        value=answered.value,
        reading=answered.choice,
        verdict=verdict,
        severity_if_ng=asked.severity_if_ng,
        responsible=answered.responsible if verdict is Verdict.NG else None,
        problem=answered.problem if verdict is Verdict.NG else "",
    )


def refuse_unfit(template: CheckTemplate, post: Post, fitting: list[CheckTemplate]) -> None:
    """Raises RuleBroken when a template was replaced, or belongs to another post, since the form was opened."""
    if template not in fitting:
        raise RuleBroken(
            Words(
                "The questions for “{post}” have changed since. Open the form again.",
                "“{post}”的检查项目已更新，请重新打开检查表。",
                post=post.name,
            ),
            field="template",
        )


__all__ = ["Answered", "Entered", "recheck_of", "record", "refuse_unfit"]
