"""What a cycle, a sheet and a line show beside their facts; every number opens its rows (K2.1)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import func, select

from admin_views.assessment.cycles import LINE_LABELS, AssessmentSheetView
from admin_views.assessment.rows import behind, headings, rows_of, summed
from admin_views.columns import cell_of
from admin_views.registry import panel, record_url
from admin_views.screen import EMPTY, Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import number_text, say, t
from models.assessment import AssessmentCycle, AssessmentLine, AssessmentSheet
from models.indicators import INDICATORS
from rules.assessment import CycleStatus, Flag, Method, SheetStatus, adding
from rules.base import Person, Words


def _number(value: Decimal | None, unit: str = "") -> Cell:
    return EMPTY if value is None else Cell(f"{number_text(round(value, 2))}{unit}", "number")


@panel(AssessmentSheet)
def lines(sheet: AssessmentSheet, person: Person) -> Panel:
    """Each number with its weight; the line's page has the rows behind it."""
    is_adjusted = any(one.manual_delta for one in sheet.lines)
    names = ("kpi", "value", "score", "weight", *(["manual_delta"] if is_adjusted else []), "adds")
    labels = {
        **LINE_LABELS,
        "weight": Words("Weight → effective", "权重→有效权重"),
        "adds": Words("In total", "计入总分"),
    }
    added = adding([one.weighted for one in sheet.lines])
    return Panel(
        title=t("Figures: each opens its rows", "考核项（点击查看明细）"),
        headings=[Heading(one, say(labels[one]), "" if one == "kpi" else "number") for one in names],
        rows=[
            *(
                Row(one.id, record_url(AssessmentLine, one.id), list(_line_cells(one, adds, is_adjusted=is_adjusted)))
                for one, adds in zip(sheet.lines, added, strict=True)
            ),
            *_total_row(sheet, is_adjusted=is_adjusted),
        ],
    )


def _total_row(sheet: AssessmentSheet, *, is_adjusted: bool) -> Iterator[Row]:
    """What the lines add up to, as the sheet keeps it; a closed month from a ledger has no lines."""
    if sheet.lines and sheet.total is not None:
        called = Cell(t("Total, to 0.1", "总分（精确到 0.1）"))
        yield Row(0, "", [called, *[EMPTY] * (4 if is_adjusted else 3), Cell(number_text(sheet.total), "number")])


def _line_cells(one: AssessmentLine, adds: Decimal | None, *, is_adjusted: bool) -> Iterator[Cell]:
    yield Cell(say(one.name_words))
    yield _value(one)
    yield replace(_score(one), also=_aim(one)) if one.score is not None else _score(one)
    yield _weight(one)
    if is_adjusted:
        yield Cell(f"{number_text(one.manual_delta)}", "number", also=one.delta_reason) if one.manual_delta else EMPTY
    yield _number(adds)


def _value(one: AssessmentLine) -> Cell:
    """The value with what was counted; why it does not count where it does not."""
    if one.flag is Flag.NO_DATA:
        return Cell(say(one.flag.words), "number")
    value = _number(one.value, " %" if _how(one) == "rate" else "")
    value = value if one.value_before is None else _before(one.value_before, one.value)
    said = (_counted(one), "" if one.flag is Flag.OK else say(one.flag.words))
    return replace(value, also=" · ".join(part for part in said if part))


def _how(one: AssessmentLine) -> str:
    known = INDICATORS.get(one.kpi.function) if one.kpi is not None else None
    return known.how if known is not None else ""


def _aim(one: AssessmentLine) -> str:
    """What the score is reckoned by."""
    floor, target, each = (_plain(value) for value in (one.floor, one.target, one.points_each))
    match one.method:
        case Method.LINEAR:
            return t("floor {floor}, target {target}", "底线 {floor} · 目标 {target}", floor=floor, target=target)
        case Method.DEDUCT:
            return t("{n} off for each", "每次扣 {n} 分", n=each)
        case Method.BAND:
            return t("by bands", "按分档")
    return ""


def _plain(value: Decimal | None) -> str:
    return "–" if value is None else number_text(value)


def _score(one: AssessmentLine) -> Cell:
    """The score, with the one before an appeal; points are no score, they go to the total as they are."""
    if one.method is Method.POINTS:
        return Cell(t("as points", "按分值"), "number")
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
    if _how(one) == "mean":
        return t("{n} rows", "{n} 条", n=number_text(one.denominator))
    return f"{number_text(round(one.numerator, 2))} / {number_text(one.denominator)}"


@panel(AssessmentLine)
def counting_rows(line: AssessmentLine, person: Person) -> Panel:
    """The rows that count."""
    found, (count, top) = behind(line.sheet, line.kpi_id, counting=True), summed(line.sheet, line.kpi_id)
    title = t("The rows that count", "计入的记录")
    if count > len(found):
        title = t("The rows that count: {n} of {all}", "计入的记录：显示 {n} 条，共 {all} 条", n=len(found), all=count)
    sum_row = Row(
        0, "", [Cell(t("Together", "合计")), Cell(t("{n} rows", "{n} 条", n=count)), EMPTY, EMPTY, _number(top)]
    )
    return Panel(title, headings(), [*rows_of(found, person), *([sum_row] if count else [])])


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
