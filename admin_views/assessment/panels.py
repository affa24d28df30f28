"""What a cycle, a sheet and a line show beside their facts; every number opens its rows (K2.1)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import func, select

from admin_views.assessment.cycles import LINE_LABELS, AssessmentSheetView
from admin_views.assessment.rows import behind, headings, rows_of
from admin_views.columns import cell_of
from admin_views.registry import panel, record_url
from admin_views.screen import EMPTY, Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import number_text, say, t
from models.assessment import AssessmentCycle, AssessmentLine, AssessmentSheet
from rules.assessment import CycleStatus, Flag, Method, SheetStatus
from rules.base import Person, Words


def _number(value: Decimal | None, unit: str = "") -> Cell:
    return EMPTY if value is None else Cell(f"{number_text(round(value, 2))}{unit}", "number")


@panel(AssessmentSheet)
def lines(sheet: AssessmentSheet, person: Person) -> Panel:
    """Each number with its weight; the line's page has the rows behind it."""
    is_adjusted = any(one.manual_delta for one in sheet.lines)
    names = ("kpi", "value", "score", "weight", *(["manual_delta"] if is_adjusted else []), "flag")
    labels = {
        **LINE_LABELS,
        "weight": Words("Weight → effective", "权重→有效权重"),
    }
    return Panel(
        title=t("Figures: each opens its rows", "考核项（点击查看明细）"),
        headings=[Heading(one, say(labels[one]), "" if one in {"kpi", "flag"} else "number") for one in names],
        rows=[
            Row(one.id, record_url(AssessmentLine, one.id), list(_line_cells(one, is_adjusted=is_adjusted)))
            for one in sheet.lines
        ],
    )


def _line_cells(one: AssessmentLine, *, is_adjusted: bool) -> Iterator[Cell]:
    yield Cell(say(one.name_words))
    value = _number(one.value) if one.value_before is None else _before(one.value_before, one.value)
    yield replace(value, also=_counted(one)) if one.value is not None else value
    yield _score(one)
    yield _weight(one)
    if is_adjusted:
        yield Cell(f"{number_text(one.manual_delta)}", "number", also=one.delta_reason) if one.manual_delta else EMPTY
    yield _flag(one.flag)


def _score(one: AssessmentLine) -> Cell:
    """The score, with the one before an appeal; points are no score, they go to the total as they are."""
    if one.method is Method.POINTS:
        return Cell(t("in the total", "计入总分"), "number")
    return _number(one.score) if one.score_before is None else _before(one.score_before, one.score)


def _weight(one: AssessmentLine) -> Cell:
    """The weight; behind an arrow the one that counts, where lines without data gave theirs to it."""
    if one.method is Method.POINTS:
        return EMPTY
    if one.effective_weight == one.weight:
        return _number(one.weight, " %")
    kept, counts = (number_text(round(value, 2)) for value in (one.weight, one.effective_weight))
    return Cell(f"{kept}→{counts} %", "number")


def _before(old: Decimal, new: Decimal | None) -> Cell:
    """Before and after an appeal."""
    after = number_text(round(new, 2)) if new is not None else "–"
    return Cell(f"{number_text(round(old, 2))} → {after}", "number")


def _counted(one: AssessmentLine) -> str:
    """What was counted of how much; a sum says it in its value, and without a row there is nothing to say."""
    if one.numerator is None or not one.denominator:
        return ""
    return f"{number_text(round(one.numerator, 2))} / {number_text(one.denominator)}"


def _flag(flag: Flag) -> Cell:
    tones = {Flag.OK: "met", Flag.LOW_SAMPLE: "soon", Flag.NO_DATA: "off"}
    return Cell(say(flag.words), "state", tone=tones[flag])


@panel(AssessmentLine)
def counting_rows(line: AssessmentLine, person: Person) -> Panel:
    """The rows that count."""
    found = behind(line.sheet, line.kpi_id, counting=True)
    return Panel(t("The rows that count", "计入的记录"), headings(), rows_of(found, person))


@panel(AssessmentLine)
def left_out_rows(line: AssessmentLine, person: Person) -> Panel | None:
    """The rows of the period that do not count, each with why."""
    found = behind(line.sheet, line.kpi_id, counting=False)
    return Panel(t("Left out, and why", "未计入的记录及原因"), headings(), rows_of(found, person)) if found else None


@panel(AssessmentCycle)
def sheets(cycle: AssessmentCycle, person: Person) -> Panel:
    """How far the sheets are, and the sheets that this person may see."""
    found = db.session.scalars(
        select(AssessmentSheet)
        .where(AssessmentSheet.cycle_id == cycle.id, AssessmentSheet.visible_to(person))
        .order_by(AssessmentSheet.total.desc(), AssessmentSheet.id)
        .limit(100)
    ).all()
    names = ("no", "employee", "total", "grade", "assessor", "status")
    labels = {**AssessmentSheetView.labels, "no": Words("Number", "编号"), "employee": Words("Assessed", "考核对象")}
    labels["status"] = Words("Status", "状态")
    return Panel(
        title=t("Sheets: {how}", "考核表：{how}", how=_how_far(cycle)),
        headings=[Heading(one, say(labels[one]), "number" if one == "total" else "") for one in names],
        rows=[Row(one.id, record_url(AssessmentSheet, one.id), _sheet_cells(one)) for one in found],
        more_url=f"/admin/assessment_sheet/?flt_cycle={cycle.id}",
        more_label=t("All of them", "全部考核表"),
    )


def _sheet_cells(one: AssessmentSheet) -> list[Cell]:
    return [
        Cell(one.no, "code"),
        Cell(one.subject.label),
        _number(one.total) if one.total is not None else Cell(t("no data", "无数据")),
        Cell(one.grade),
        Cell(one.assessor.label if one.assessor else ""),
        cell_of(one.status),
    ]


def _how_far(cycle: AssessmentCycle) -> str:
    """3 of 80 computed, or how many stand where."""
    if cycle.status is CycleStatus.COMPUTING:
        return t("{done} of {of} computed", "已计算 {done} / {of}", done=cycle.progress_done, of=cycle.progress_of)
    rows = db.session.execute(
        select(AssessmentSheet.status, func.count())
        .where(AssessmentSheet.cycle_id == cycle.id)
        .group_by(AssessmentSheet.status)
    ).tuples()
    counts = dict(rows.all())
    said = [f"{say(one.words)} {counts[one]}" for one in SheetStatus if one in counts]
    return t(", ", "、").join(said) or t("none yet", "暂无")
