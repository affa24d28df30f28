"""Periodic evaluations on screen: the figures of a period, what they show, the measures (P3.4, A4.2, A5.1, C1.1)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import select

from admin_views.base import RegulationView
from admin_views.columns import cell_of, due_cell
from admin_views.faults import SENTENCES
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import say, t
from models.actions import EVALUATION_FIGURES, ActionItem, Evaluation, measures_of
from models.base import Act, now
from models.journal import seal
from rules.actions import OPENERS, UNFINISHED
from rules.base import Person, Words

SENTENCES["uq_evaluation_kind"] = Words("This period is on the list already.", "该期间的分析已列入。")


class EvaluationView(RegulationView):
    labels: ClassVar = {
        "period": Words("Period (2026-10 or 2026-Q3)", "期间（如 2026-10 或 2026-Q3）"),
        "from_on": Words("First day", "期间首日"),
        "to_on": Words("Last day", "期间末日"),
        "due_on": Words("Due", "截止日期"),
        "author": Words("Author", "撰写人"),
        "figures": Words("Figures", "数据快照"),
        "findings": Words("Findings", "分析结论"),
        "drafted_at": Words("Handed in", "提交时间"),
        "published_at": Words("Published", "发布时间"),
        "published_by": Words("Published by", "发布人"),
    }
    list_columns = ("no", "kind", "period", "author", "department", "due_on", "published_at", "status")
    filter_columns = ("status", "kind", "author", "department", "due_on")
    form_columns = ("kind", "period", "due_on", "author")
    page_columns = (
        "kind",
        "period",
        "from_on",
        "to_on",
        "author",
        "department",
        "due_on",
        "drafted_at",
        "published_by",
        "published_at",
        "findings",
    )
    left_out = frozenset(
        {
            "no",
            "from_on",
            "to_on",
            "clause",
            "department_id",
            "figures",
            "findings",
            "drafted_at",
            "published_at",
            "published_by_id",
        }
    )
    icon = "chart-line"

    def before_save(self, record: Evaluation, act: Act) -> None:
        """The author is told that it is on his list."""
        record.prepare()
        if record.id is None:
            seal(db.session, record, "create", act, recipients=[record.author.id])


@panel(Evaluation)
def figures(evaluation: Evaluation, person: Person) -> Panel | None:
    """The figures as they stood when it was handed in."""
    if not evaluation.figures:
        return None
    labels = {one.code: one.words for one in EVALUATION_FIGURES if one.kind is evaluation.kind}
    in_order = [code for code in labels if code in evaluation.figures]
    others = [code for code in evaluation.figures if code not in labels]
    return Panel(
        title=t("Figures of the period", "期间数据"),
        headings=[Heading("figure", t("Figure", "指标")), Heading("value", t("Value", "数值"), "number")],
        rows=[
            Row(place, "", [Cell(say(labels[code]) if code in labels else code), _value(evaluation.figures[code])])
            for place, code in enumerate([*in_order, *others])
        ],
    )


def _value(given: Any) -> Cell:
    return Cell(t("no data", "无数据") if given is None else str(given), "number")


def seen_by(person: Person, found: Sequence[ActionItem]) -> frozenset[int]:
    """Which of these actions the person may look into; of others he may be told that they are, and how far."""
    keys = [one.id for one in found]
    return frozenset(
        db.session.scalars(select(ActionItem.id).where(ActionItem.id.in_(keys), ActionItem.visible_to(person)))
    )


@panel(Evaluation)
def measures(evaluation: Evaluation, person: Person) -> Panel:
    """What follows from it, in words for whoever may see the measure; a manager opens one from here."""
    found = measures_of(evaluation)
    visible = seen_by(person, found)
    return Panel(
        title=t("Measures", "改进措施"),
        headings=[
            Heading("no", t("Number", "编号")),
            Heading("description", t("What is to be done", "措施内容")),
            Heading("responsible", t("Responsible", "责任人")),
            Heading("due_at", t("Due", "期限")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(ActionItem, one.id) if one.id in visible else "",
                [
                    Cell(one.no, "code"),
                    Cell(one.description if one.id in visible else ""),
                    Cell(one.responsible.label),
                    due_cell(one.due_at, now(), is_done=one.status not in UNFINISHED),
                    cell_of(one.status),
                ],
            )
            for one in found
        ],
        create_url=f"/admin/action_item/new/?of=evaluation-{evaluation.id}" if person.holds(*OPENERS) else "",
        create_label=t("Open a measure", "提出措施"),
    )
