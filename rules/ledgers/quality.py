"""Spot checks as ledgers have them: one line per item, the facts of the check merged downwards."""

import datetime as dt
from decimal import Decimal

from rules.base import Words
from rules.ledger import Column, Known, Ledger, Reason, Row, needs
from rules.ledger.dates import MIDNIGHT, ZONE
from rules.ledger.kinds import AS_IS, CODE, NAME, NUMBER_OR_CODE, PERSON, REVISION, TEXT, TIME, UNIT, choice, day
from rules.ledger.numbers import limits, number
from rules.ledger.people import by_name, by_number
from rules.ledger.reasons import (
    DATE_UNREADABLE,
    DOCUMENT_UNKNOWN,
    DUE_BEFORE_CHECK,
    EMPLOYEE_UNKNOWN,
    INSPECTOR_IS_CHECKED,
    NO_MISSING,
    POST_UNKNOWN,
    RECHECK_BEFORE_CHECK,
    REVISION_UNKNOWN,
    SUPERSEDED_REVISION,
    TIME_MISSING,
    VALUE_MISSING,
    VERDICT_CONTRADICTS,
    VERDICT_MISSING,
    VERDICT_UNKNOWN,
)
from rules.ledgers.process import settle_post_name

VERDICTS = {
    "ok": "OK|O.K.|合格|√|✓|✔|符合|通过|Pass|Passed",
    "ng": "NG|N.G.|NOK|不合格|×|✗|✘|✕|X|不符合|未通过|不通过|Fail|Failed",
}


def settle_check(row: Row, known: Known) -> None:
    """All that a line of a spot check says, held together."""
    checked_on = settle_moment(row)
    said = row.good("post")
    departments = settle_post_name(row, known, said) if said is not None else frozenset()
    settle_people(row, known, departments)
    settle_reading(row)
    settle_document(row, known, checked_on)
    if checked_on is None:
        return
    due_on, recheck_on = row.good("due_on"), row.good("recheck_on")
    if due_on is not None and due_on < checked_on:
        row.fault(DUE_BEFORE_CHECK, "due_on")
    if recheck_on is not None and recheck_on < checked_on:
        row.fault(RECHECK_BEFORE_CHECK, "recheck_on")


def settle_moment(row: Row) -> dt.date | None:
    """Day and time in one; the day for comparing with, None = it could not be read."""
    values, found = row.values, row.good("checked_on")
    values["checked_at"] = None
    if found is None:
        return None
    on, beside = found
    if not row.is_bad("time"):
        at = values["time"] or beside
        if at is None:
            row.warn(TIME_MISSING, "time", "checked_on")
        values["checked_at"] = dt.datetime.combine(on, at or MIDNIGHT, ZONE)
    day_of_check: dt.date = on
    return day_of_check


def settle_people(row: Row, known: Known, departments: frozenset[str]) -> None:
    """The checked person and the inspector: known, and not the same."""
    values = row.values
    employee = values["employee"] = by_number(row, known, "employee_no", "employee_name", departments)
    said = values["inspector"]
    inspector = by_name(row, known, "inspector")
    values["inspector"] = said if inspector is None else inspector
    if inspector is not None and inspector == employee:
        row.fault(INSPECTOR_IS_CHECKED, "inspector")


def settle_reading(row: Row) -> None:
    """Limits, value and verdict: where there are limits and a reading, they decide (rules 4 and 8)."""
    values, unit, standard = row.values, row.good("unit"), row.good("standard")
    bounds = limits(standard, unit)
    value = None if row.is_bad("reading") else number(values["reading"], unit)
    low, high = bounds or (None, None)
    values["lower"], values["upper"], values["standard"] = low, high, None if bounds else standard
    if bounds is not None and isinstance(value, Reason):
        row.fault(value, "reading")
        values["reading"] = value
    values["value"] = exact = value if isinstance(value, Decimal) else None
    if row.is_bad("reading") or row.is_bad("verdict"):
        return
    said = values["verdict"]
    if bounds is not None and exact is not None:
        values["verdict"] = verdict(exact, low, high)
        if said is not None and said != values["verdict"]:
            row.warn(VERDICT_CONTRADICTS, "verdict")
    elif said is None:
        row.fault(VERDICT_MISSING, "verdict")


def verdict(value: Decimal, low: Decimal | None, high: Decimal | None) -> str:
    """The verdict is ok within the limits, both inclusive; a limit that is None is open."""
    return "ok" if (low is None or value >= low) and (high is None or value <= high) else "ng"


def settle_document(row: Row, known: Known, checked_on: dt.date | None) -> None:
    """Document and revision must exist; a revision not in force that day is told."""
    document, revision = row.good("document"), row.good("revision")
    if document is None:
        return
    if not known.has_document(document):
        row.fault(DOCUMENT_UNKNOWN, "document")
        return
    if revision is None:
        return
    if not known.has_revision(document, revision):
        row.fault(REVISION_UNKNOWN, "revision")
    elif checked_on is not None and known.in_force(document, checked_on) != revision:
        row.warn(SUPERSEDED_REVISION, "revision")


SPOT_CHECKS = Ledger(
    entity="spot_check_item",
    words=Words("Spot checks", "工序抽检记录"),
    columns=(
        Column(
            "check_no",
            NUMBER_OR_CODE,
            "抽检编号|检查编号|检验编号|抽检单号|编号|单号|Check no|Check number|Spot check no|Inspection no",
            NO_MISSING,
        ),
        Column(
            "checked_on",
            day(with_time=True),
            "检查日期|抽检日期|检验日期|日期|Check date|Checked on|Inspection date|Date|Checked at",
            DATE_UNREADABLE,
        ),
        Column("time", TIME, "时间|检查时间|抽检时间|检验时间|Time|Check time|Time of check|Inspection time"),
        Column("post", NAME, "岗位|岗位名称|被检岗位|工序岗位|Post|Position|Post name|Station", POST_UNKNOWN),
        Column(
            "document",
            CODE,
            "文件编号|工艺文件编号|受控文件编号|文件号|工艺文件|依据文件|Document no|Document number|Doc no|Document",
            DOCUMENT_UNKNOWN,
        ),
        Column(
            "revision",
            REVISION,
            "版次|版本|版本号|文件版次|文件版本|Revision|Rev|Rev no|Revision no|Version",
            REVISION_UNKNOWN,
        ),
        Column(
            "employee_no",
            CODE,
            "被检人工号|被检人员工号|被检工号|被检人编号|操作者工号|工号|员工编号|Employee no|"
            "Employee number|Checked person no|"
            "Operator no|Staff no",
        ),
        Column(
            "employee_name",
            PERSON,
            "被检人|被检人员|被检人姓名|被检人员姓名|操作者|姓名|Employee|Employee name|Checked person|"
            "Operator|Person checked|Name",
        ),
        Column(
            "inspector",
            PERSON,
            "检验员|抽检人|检查人|检查员|质检员|检验人|抽检员|抽检人员|Inspector|Checked by|Inspected by",
            EMPLOYEE_UNKNOWN,
        ),
        Column("item", TEXT, "检查项目|检验项目|抽检项目|检测项目|项目|Item|Check item|Characteristic", VALUE_MISSING),
        Column(
            "standard",
            TEXT,
            "标准|标准要求|检验标准|技术要求|标准值|要求|Standard|Requirement|Specification|Spec|Limits",
        ),
        Column("unit", UNIT, "单位|计量单位|Unit|Units|UoM"),
        Column(
            "reading", AS_IS, "实测值|实测|实测结果|测量值|检测值|实测数据|Reading|Measured value|Measured|Actual|Value"
        ),
        Column(
            "verdict",
            choice(VERDICTS, VERDICT_UNKNOWN),
            "判定|判定结果|检验结果|结果|结论|Verdict|Result|Judgement|Judgment|OK/NG",
        ),
        Column(
            "problem",
            TEXT,
            "问题描述|存在问题|问题|不合格描述|不符合描述|Problem|Problem description|Finding|Description|Defect",
        ),
        Column(
            "due_on",
            day(may_lie_ahead=True),
            "整改期限|整改完成期限|整改截止日期|整改时限|完成期限|期限|Due on|Due date|Due|Deadline|"
            "Rectify by|Rectification due|"
            "Correction due",
        ),
        Column(
            "recheck_on",
            day(),
            "复检日期|复查日期|复验日期|复核日期|Recheck date|Re-check date|Recheck on|Rechecked on|Recheck",
        ),
        Column(
            "recheck_result",
            choice(VERDICTS, VERDICT_UNKNOWN),
            "复检结果|复查结果|复验结果|复核结果|复检判定|Recheck result|Re-check result|Recheck verdict",
        ),
        Column("note", None, "备注|Note|Notes|Remark|Remarks|Comment"),
    ),
    values=(
        "check_no",
        "checked_at",
        "post",
        "document",
        "revision",
        "employee",
        "inspector",
        "item",
        "lower",
        "upper",
        "standard",
        "unit",
        "value",
        "verdict",
        "problem",
        "due_on",
        "recheck_on",
        "recheck_result",
    ),
    key=("check_no", "item"),
    needs=needs("check_no", "item", "checked_on", "verdict|reading", "document|inspector|employee_no|employee_name"),
    finish=settle_check,
    unique_in="sheet",
)
