"""Results of training exams as ledgers have them: a sheet each, its facts in the lines above the table."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rules.base import Words
from rules.ledger import Column, Known, Ledger, Reason, Row, needs
from rules.ledger.cells import Cell
from rules.ledger.dates import date
from rules.ledger.kinds import CODE, NAME, PERSON, TEXT, day, steady
from rules.ledger.numbers import number
from rules.ledger.people import by_number, whoever
from rules.ledger.reasons import (
    DATE_UNREADABLE,
    SCORE_MISSING,
    SCORE_OUT_OF_RANGE,
    TWO_VALUES,
    VERDICT_CONTRADICTS_SCORE,
    VERDICT_MISSING,
)
from rules.ledger.text import code, folded, half_width, name, plain, revision, stripped, text
from rules.training.exams import Marks, result_of
from rules.training.kinds import Result

LABELS = {
    "organiser": "组织部门|主办部门|组织单位|Organiser|Organised by",
    "kind": "培训类别|培训类型|培训种类|类别|Kind|Training kind",
    "trainer": "培训讲师|培训教师|授课人|讲师|Trainer|Taught by",
    "held_on": "考核日期|考试日期|培训日期|日期|Date|Exam date|Held on",
    "place": "考核地点|培训地点|地点|Place|Location",
    "document": "考核内容|考核文件|考核依据|培训内容|Document|About",
    "full_score": "满分|总分|卷面分|Full score|Full marks",
    "pass": "合格分数线|合格标准|合格线|及格线|Pass marks?|Pass score",
}
LABEL = re.compile(
    "(?:^|(?<=[\\s;；,，。]))(?:" + "|".join(f"(?P<{key}>{said})" for key, said in LABELS.items()) + r")\s*[:：]",
    re.IGNORECASE,
)
KINDS = {
    "induction": "新员工入职培训|入职培训|新员工培训|Induction",
    "post": "岗位培训|上岗培训|转岗培训|Post training|Post",
    "process_change": "工艺变更培训|变更培训|换版培训|Process change",
    "product_knowledge": "产品知识培训|产品培训|Product knowledge",
    "fault_diagnosis": "故障诊断与维修培训|故障诊断培训|维修培训|Fault diagnosis",
    "customer_communication": "客户沟通培训|沟通培训|服务沟通培训|Customer communication",
}
MEANT = {folded(word): kind for kind, said in KINDS.items() for word in said.split("|")}
TITLE_DATE = re.compile(r"^(?:(?:19|20)\d\d\s*年)?(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*[日号])?")
TITLE_END = re.compile(r"(?:考核|考试)?(?:成绩|结果|记录)?(?:表|单|汇总表)?$")
DOCUMENT = re.compile(r"(?P<document>[A-Za-z][A-Za-z0-9-]*\d)(?:\s+(?P<revision>[A-Za-z0-9]+(?:/[0-9A-Za-z]+)?))?")
NUMBER = r"\s*[:：]?\s*(\d+(?:\.\d+)?)"
THEORY = re.compile(rf"(?:理论|笔试|口试|Theory|Written){NUMBER}", re.IGNORECASE)
PRACTICE = re.compile(rf"(?:实操|实作|操作|Practical|Practice){NUMBER}", re.IGNORECASE)
ANY_NUMBER = re.compile(r"(\d+(?:\.\d+)?)")
DEFAULT_FULL = Decimal(100)

ABSENT = "absent"
ABSENT_WORDS = frozenset(map(folded, ("缺考", "缺席", "未考", "未参加", "旷考", "absent")))
TWO_IN_BRACKETS = re.compile(r"\d+(?:\.\d+)?分?[(\[【].*\d.*[)\]】]")
VERDICTS = {
    Result.PASS: "合格|通过|及格|OK|Pass|Passed|√|是",
    Result.FAIL: "不合格|未通过|不通过|不及格|NG|Fail|Failed|×|否",
    Result.ABSENT: "缺考|缺席|absent",
}
SAID = {folded(word): result for result, said in VERDICTS.items() for word in said.split("|")}
AGAIN = re.compile(r"第\s*([2-9二三四五])\s*次")
CHINESE = {"二": 2, "三": 3, "四": 4, "五": 5}
AGAIN_WORD = "补考"


# -- above the table -------------------------------------------------------------------------------------------------


def session_of(above: Sequence[str], known: Known) -> dict[str, Any]:
    """What the lines above the table say: topic, kind, trainer, day, place, document and pass marks."""
    said = labelled(above)
    document, rev_no = document_of(said.get("document", ""))
    theory, practice = pass_marks(said.get("pass", ""))
    trainer = whoever(known, str(name(said.get("trainer", "")) or "")) if said.get("trainer") else None
    full = number(first_number(said.get("full_score", "")))
    held_on = date(said.get("held_on", ""))
    return {
        "topic": topic_of(above),
        "kind": MEANT.get(folded(said.get("kind", ""))),
        "organiser": name(said.get("organiser", "")),
        "trainer": None if isinstance(trainer, Reason) else trainer,
        "held_on": None if isinstance(held_on, Reason) else held_on,
        "place": text(said.get("place", "")),
        "document": document,
        "revision": rev_no,
        "full_score": full if isinstance(full, Decimal) else DEFAULT_FULL,
        "pass_score": theory,
        "pass_practical_score": practice,
    }


def labelled(above: Sequence[str]) -> dict[str, str]:
    """Label -> what stands behind it, up to the next label or the end of the line."""
    found: dict[str, str] = {}
    for line in above:
        hits = list(LABEL.finditer(line))
        for place, hit in enumerate(hits):
            end = hits[place + 1].start() if place + 1 < len(hits) else len(line)
            found.setdefault(str(hit.lastgroup), stripped(line[hit.end() : end]).rstrip(";；,，。"))
    return found


def topic_of(above: Sequence[str]) -> str | None:
    """The title without its date and without what kind of table it is."""
    title = next((stripped(line) for line in above if stripped(line) and not LABEL.search(line)), "")
    return TITLE_END.sub("", TITLE_DATE.sub("", title)).strip() or None


def document_of(said: str) -> tuple[str | None, str | None]:
    """``GY-CC-001 A/1``: the document and its revision."""
    found = DOCUMENT.search(said)
    if found is None:
        return None, None
    rev_no = revision(found["revision"] or "")
    return str(code(found["document"])), rev_no if isinstance(rev_no, str) else None


def pass_marks(said: str) -> tuple[Decimal | None, Decimal | None]:
    """The pass marks for theory and practice; one number alone is for theory."""
    theory, practice = THEORY.search(said), PRACTICE.search(said)
    if theory is None and practice is None:
        theory = ANY_NUMBER.search(said)
    return Decimal(theory[1]) if theory else None, Decimal(practice[1]) if practice else None


def first_number(said: str) -> str:
    found = ANY_NUMBER.search(half_width(said))
    return found[1] if found else ""


# -- rows ------------------------------------------------------------------------------------------------------------


def score(cell: Cell) -> Decimal | str | Reason | None:
    """A score, or that somebody was absent; ``58（补82）`` is two values."""
    found = plain(cell)
    if isinstance(found, str):
        if folded(found) in ABSENT_WORDS:
            return ABSENT
        if TWO_IN_BRACKETS.fullmatch(found):
            return TWO_VALUES
    return number(cell)


def derived(cell: Cell) -> str | None:
    """A verdict that the ledger worked out itself: an error in it is no matter (rule 6)."""
    found = text(cell)
    return found if isinstance(found, str) else None


def settle_result(row: Row, known: Known) -> None:
    """Person, day, attempt, scores and what they come to (rules 7 and 8)."""
    values, above = row.values, row.above
    department = row.good("department")
    values["employee"] = by_number(row, known, "employee_no", "employee_name", [department] if department else ())
    values["attempt_no"] = attempt_of(row.good("attempt"), row.good("note"))
    if not row.is_bad("taken_on"):
        values["taken_on"] = values["taken_on"] or above.get("held_on")
        if values["taken_on"] is None:
            row.fault(DATE_UNREADABLE, "taken_on", "employee_no")
    settle_scores(row, above)
    values["exam"] = (above.get("topic"), above.get("document"), above.get("kind"))


def settle_scores(row: Row, above: Mapping[str, Any]) -> None:
    """The scores within their range, and the result that follows from them."""
    values = row.values
    marks = Marks(above["full_score"], above["pass_score"], above["pass_practical_score"])
    is_absent = ABSENT in {row.good("score"), row.good("practical_score")}
    parts = (("score", marks.pass_score), ("practical_score", marks.practical_pass_score))
    said = SAID.get(folded(values["verdict"] or ""))
    has_marks = any(mark is not None for _, mark in parts)
    for column, mark in parts:
        if row.is_bad(column):
            continue
        got = values[column] = None if values[column] == ABSENT else values[column]
        if got is not None and not 0 <= got <= marks.full_score:
            row.fault(SCORE_OUT_OF_RANGE, column)
        elif got is None and mark is not None and not is_absent:
            row.fault(SCORE_MISSING, column, "employee_no")
    if row.is_bad("score") or row.is_bad("practical_score"):
        return
    if not (has_marks or is_absent):
        values["result"] = str(said) if said else None
        if said is None:
            row.fault(VERDICT_MISSING, "verdict")
        return
    result = result_of(values["score"], values["practical_score"], marks, is_absent=is_absent)
    values["result"] = str(result)
    if said is not None and said is not result:
        row.warn(VERDICT_CONTRADICTS_SCORE, "verdict")


def attempt_of(*said: str | None) -> int:
    """Which attempt it was: 补考 or 第2次 in front is the second, a number alone is itself (rule 8)."""
    for one in said:
        written = half_width(one or "")
        if hit := AGAIN.match(written):
            return CHINESE.get(hit[1]) or int(hit[1])
        if written.startswith(AGAIN_WORD):
            return 2
    written = half_width(said[0] or "")
    return int(written) if written.isascii() and written.isdecimal() and 0 < int(written) < 10 else 1


EXAM_RESULTS = Ledger(
    entity="exam_attempt",
    words=Words("Exam results", "培训考核成绩表"),
    columns=(
        Column(
            "employee_no", CODE, "工号|员工编号|员工工号|职工编号|人员编号|编号|Employee no|Employee number|Staff no"
        ),
        Column("employee_name", PERSON, "姓名|员工姓名|考生姓名|考生|Name|Employee name|Employee|Full name"),
        Column("department", NAME, "部门|所属部门|部门名称|单位|Department|Dept"),
        Column("post", None, "岗位|岗位名称|工种|Post|Position"),
        Column(
            "score", steady(score), "理论|理论成绩|理论分|笔试|笔试成绩|成绩|分数|Theory|Theory score|Written|Score"
        ),
        Column(
            "practical_score",
            steady(score),
            "实操|实操成绩|实操分|操作成绩|实作|实作成绩|Practical|Practical score|Practice",
        ),
        Column(
            "verdict",
            steady(derived),
            "是否合格|考核结果|考试结果|结果|结论|考核结论|是否通过|Result|Verdict|Passed|Pass or fail",
        ),
        Column("attempt", TEXT, "考次|考试次数|第几次|Attempt|Attempt no"),
        Column("taken_on", day(), "考试日期|考核日期|考试时间|日期|Exam date|Date|Taken on"),
        Column("total", None, "总分|总成绩|平均分|Total|Average"),
        Column("note", TEXT, "备注|说明|Note|Notes|Remark|Remarks"),
    ),
    values=("employee", "attempt_no", "taken_on", "score", "practical_score", "result", "note"),
    key=("exam", "employee", "attempt_no"),
    key_cell="employee_no",
    needs=needs("employee_no|employee_name", "score|practical_score", "verdict"),
    finish=settle_result,
    above=session_of,
)
