"""Monthly assessments as ledgers have them: weights by department, then a sheet a month grouped by department."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from rules.assessment import Weighted, total_of
from rules.base import Words
from rules.ledger import Column, Known, Ledger, Reason, Row, needs
from rules.ledger.cells import Cell
from rules.ledger.kinds import CODE, NAME, PERSON, TEXT, steady
from rules.ledger.numbers import number
from rules.ledger.people import by_name, by_number
from rules.ledger.reasons import (
    ASSESSOR_IS_ASSESSED,
    DEPARTMENT_DIFFERS,
    DEPARTMENT_UNKNOWN,
    FORMULA_WITHOUT_VALUE,
    SCORE_OUT_OF_RANGE,
    TOTAL_DIFFERS,
    VALUE_MISSING,
    WEIGHTS_NOT_100,
)
from rules.ledger.text import folded, half_width

GROUPS = ("process", "schedule", "after_sales")
FULL = Decimal(100)
MONTH = re.compile(r"((?:19|20)\d\d)\s*[年./-]\s*(\d{1,2})\s*月?")
NO_VALUE = "no value"


def derived(cell: Cell) -> Decimal | str | None:
    """A total that the ledger worked out itself: an error in it is no matter, a missing value is told (rule 6)."""
    if isinstance(cell, Reason):
        return NO_VALUE if cell is FORMULA_WITHOUT_VALUE else None
    found = number(cell)
    return found if isinstance(found, Decimal) else None


# -- weights ---------------------------------------------------------------------------------------------------------


def settle_weights(row: Row, known: Known) -> None:
    """The department by its own name, and weights that make 100 % together."""
    said = row.good("department")
    if said is not None:
        row.values["department"] = known.department(said)
        if row.values["department"] is None:
            row.fault(DEPARTMENT_UNKNOWN, "department")
    if any(row.is_bad(one) for one in GROUPS):
        return
    if sum((row.values[one] for one in GROUPS), Decimal(0)) <= 1:  # Excel keeps 60 % as 0.6
        row.values.update({one: row.values[one] * FULL for one in GROUPS})
    if sum((row.values[one] for one in GROUPS), Decimal(0)) != FULL:
        row.fault(WEIGHTS_NOT_100, "sum", "after_sales")


WEIGHTS = Ledger(
    entity="kpi_target",
    words=Words("Weights of the assessment", "考核权重"),
    columns=(
        Column("department", NAME, "部门|所属部门|部门名称|Department|Dept", VALUE_MISSING),
        Column("process", steady(number), "工艺权重|工艺占比|Process weight|Weight of process", VALUE_MISSING),
        Column("schedule", steady(number), "工期权重|工期占比|Schedule weight|Weight of schedule", VALUE_MISSING),
        Column(
            "after_sales", steady(number), "售后权重|售后占比|After-sales weight|Weight of after-sales", VALUE_MISSING
        ),
        Column("sum", steady(derived), "合计|总计|Sum|Total"),
        Column("note", None, "备注|说明|Note|Remark"),
    ),
    values=("department", *GROUPS),
    key=("department",),
    needs=needs("department", "process", "schedule", "after_sales"),
    finish=settle_weights,
)


# -- sheets ----------------------------------------------------------------------------------------------------------


def month_of(above: Sequence[str], _known: Known) -> dict[str, Any]:
    """The month that the lines above the table name."""
    for line in above:
        if hit := MONTH.search(half_width(line)):
            return {"month": f"{hit[1]}-{int(hit[2]):02d}"}
    return {"month": None}


def settle_sheet(row: Row, known: Known) -> None:
    """Person, assessor, scores within their range, and the total that follows from weights (rules 7 and 8)."""
    values = row.values
    values["month"] = row.above.get("month")
    if values["month"] is None:
        row.fault(VALUE_MISSING, "employee_no")
    said = row.good("department")
    department = known.department(said) if said is not None else None
    if said is not None and department is None:
        row.fault(DEPARTMENT_UNKNOWN, "department")
    values["department"] = department
    values["employee"] = by_number(row, known, "employee_no", "employee_name", [department] if department else ())
    _settle_department(row, known, department)
    values["assessor"] = by_name(row, known, "assessor")
    if values["employee"] is not None and values["assessor"] == values["employee"]:
        row.fault(ASSESSOR_IS_ASSESSED, "assessor")
    for one in GROUPS:
        score = row.good(one)
        if score is not None and not 0 <= score <= FULL:
            row.fault(SCORE_OUT_OF_RANGE, one)
    _settle_total(row, known, department)


def _settle_department(row: Row, known: Known, department: str | None) -> None:
    """Somebody who was lent out stands where he worked; that is told."""
    found = known.employee(row.values["employee"]) if row.values["employee"] else None
    own = found.get("department") if found is not None else None
    if department is not None and own is not None and folded(str(own)) != folded(department):
        row.warn(DEPARTMENT_DIFFERS, "department")


def _settle_total(row: Row, known: Known, department: str | None) -> None:
    """From scores and weights, one decimal, half up; the weight of what has no score is spread."""
    said, values = row.values["total"], row.values
    if said == NO_VALUE:
        row.warn(FORMULA_WITHOUT_VALUE, "total")
    written = said if isinstance(said, Decimal) else None
    weights = known.weights(department) if department is not None else None
    if weights is None:
        values["total"] = written
        return
    lines = [Weighted(Decimal(weights[one]), row.good(one)) for one in GROUPS]
    values["total"] = total_of(lines)
    if written is not None and values["total"] is not None:
        rounded = written.quantize(Decimal("0.1"), ROUND_HALF_UP)
        if rounded != values["total"]:
            row.warn(TOTAL_DIFFERS, "total")


ASSESSMENTS = Ledger(
    entity="assessment_sheet",
    words=Words("Monthly assessments", "月度考核表"),
    columns=(
        Column("department", NAME, "部门|所属部门|部门名称|Department|Dept"),
        Column("employee_no", CODE, "工号|员工编号|员工工号|职工编号|Employee no|Employee number|Staff no"),
        Column("employee_name", PERSON, "姓名|员工姓名|被考核人|Name|Employee name|Employee"),
        Column("post", None, "岗位|岗位名称|Post|Position"),
        Column("process", steady(number), "工艺得分|工艺|工艺分|Process score|Process"),
        Column("schedule", steady(number), "工期得分|工期|工期分|Schedule score|Schedule"),
        Column("after_sales", steady(number), "售后得分|售后|售后分|After-sales score|After-sales"),
        Column("total", steady(derived), "总分|综合得分|总得分|Total|Total score"),
        Column("grade", CODE, "等级|考核等级|评级|Grade"),
        Column("assessor", PERSON, "考核人|评分人|评价人|Assessor|Assessed by"),
        Column("note", TEXT, "备注|说明|Note|Notes|Remark|Remarks"),
    ),
    values=("month", "department", "employee", *GROUPS, "total", "grade", "assessor", "note"),
    key=("month", "employee"),
    key_cell="employee_no",
    needs=needs("employee_no|employee_name", "process", "schedule|after_sales", "assessor|grade"),
    finish=settle_sheet,
    above=month_of,
)
