"""Departments with their posts, and the roster."""

from collections import deque
from collections.abc import Sequence

from rules.base import Words
from rules.ledger import Column, Known, Ledger, Reason, Row, needs
from rules.ledger.kinds import CODE, MAIL, NAME, PERSON, PHONE, TEXT, WHOLE, YES_NO, choice, day
from rules.ledger.people import NAME_AND_NUMBER
from rules.ledger.reasons import (
    DEPARTMENT_UNKNOWN,
    KIND_UNKNOWN,
    LEADER_UNKNOWN,
    NO_MISSING,
    PERSON_AMBIGUOUS,
    POST_UNKNOWN,
    STATUS_UNKNOWN,
    VALUE_MISSING,
)
from rules.ledger.text import code, folded

DEPARTMENT_KINDS = {
    "management": "管理|行政|综合|Management|Admin|Administration",
    "technical": "技术|工艺|研发|Technical|Engineering|Technology",
    "production": "生产|制造|Production|Manufacturing",
    "quality": "质量|品质|质检|品管|Quality|QC|QA",
    "HR": "人事|人力资源|人力|HR|Human resources|Personnel",
    "sales": "销售|营销|Sales",
    "after_sales": "售后|售后服务|After-sales|After sales|Service",
}

STATUSES = {
    "probation": "试用|试用期|试用中|Probation|On probation",
    "active": "在职|在岗|正式|Active|On duty|Employed",
    "leave": "休假|请假|休假中|On leave|Leave",
    "left": "离职|已离职|Left|Resigned",
}

DEPARTMENT = "部门|部门名称|所属部门|所在部门|Department|Dept|Department name"
POST = "岗位|岗位名称|职位|工种|Post|Position|Job title|Job|Post name"
NOTE = "备注|说明|Note|Notes|Remark|Remarks|Comment"

POSTS = Ledger(
    entity="post",
    words=Words("Departments and posts", "部门与岗位"),
    columns=(
        Column("department_code", CODE, "部门编码|部门编号|部门代码|Department code|Dept code|Department no"),
        Column("department", NAME, DEPARTMENT, DEPARTMENT_UNKNOWN),
        Column(
            "department_kind",
            choice(DEPARTMENT_KINDS, KIND_UNKNOWN),
            "部门类别|部门类型|部门性质|类别|Department kind|Department type|Department category|Kind|Category",
        ),
        Column("post_code", CODE, "岗位编码|岗位编号|岗位代码|Post code|Position code|Post no"),
        Column("post", NAME, POST, NO_MISSING),
        Column("is_key", YES_NO, "关键岗位|是否关键岗位|是否关键|关键|Key post|Key position|Key|Is key"),
        Column("headcount", WHOLE, "编制|编制人数|定编|定员|定编人数|Headcount|Staffing|Heads|Establishment"),
        Column(
            "requires_qualification",
            YES_NO,
            "须持证上岗|需持证上岗|持证上岗|是否持证上岗|是否持证|持证|须持证|需持证|Qualification required|"
            "Certificate required|Requires qualification|Certified|Licence required|License required",
        ),
        Column("note", None, NOTE),
    ),
    values=(
        "department_code",
        "department",
        "department_kind",
        "post_code",
        "post",
        "is_key",
        "headcount",
        "requires_qualification",
    ),
    key=("department", "post"),
    key_cell="post",
    needs=needs("department", "post", "post_code|department_kind|headcount|is_key|requires_qualification"),
)


def settle_employee(row: Row, known: Known) -> None:
    """Department and post must be known, the post in that department."""
    values, said = row.values, row.good("department")
    if said is None:
        return
    department = known.department(said)
    if department is None:
        row.fault(DEPARTMENT_UNKNOWN, "department")
        values["department"] = DEPARTMENT_UNKNOWN
        return
    values["department"] = department
    if (wanted := row.good("post")) is None:
        return
    post = known.post(department, wanted)
    if post is None:
        row.fault(POST_UNKNOWN, "post")
    else:
        values["post"] = post


def settle_leaders(rows: Sequence[Row], known: Known) -> None:
    """A team leader is named; he is found within the team (rule 7), wherever he stands in the sheet.

    Who is led by somebody whose own row is refused is refused too: the leader would not be there.
    """
    if not any(row.values["team_leader"] for row in rows):
        return
    teams: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for row in rows:
        if row.values["team"] and not row.faults:
            members = teams.setdefault(team_of(row), {})
            members.setdefault(folded(row.values["name"]), []).append(row)
    led: dict[str, list[Row]] = {}
    for row in rows:
        if row.good("team_leader") is None or row.is_bad("department") or row.is_bad("team"):
            continue
        answer = leader(row, teams.get(team_of(row), {}), known)
        if isinstance(answer, Reason):
            row.fault(answer, "team_leader")
        else:
            row.values["team_leader"] = answer
            if known.employee(answer) is None:
                led.setdefault(answer, []).append(row)
    refuse_the_led(rows, led)


def team_of(row: Row) -> tuple[str, str]:
    return folded(str(row.good("department"))), folded(str(row.good("team")))


def leader(row: Row, members: dict[str, list[Row]], known: Known) -> str | Reason:
    """The number of the leader that the row names, among the rows of the team and those who are known to be in it."""
    said = row.values["team_leader"]
    if not row.good("team"):
        return LEADER_UNKNOWN
    match = NAME_AND_NUMBER.fullmatch(said)
    called, no = (match["name"], code(match["no"])) if match else (said, None)
    numbers = {one.values["no"] for one in members.get(folded(called), ())}
    numbers |= {
        str(one["no"])
        for one in known.named(called)
        if (folded(str(one.get("department"))), folded(str(one.get("team")))) == team_of(row)
    }
    if no is not None:
        numbers &= {no}
    if len(numbers) == 1:
        return str(numbers.pop())
    return PERSON_AMBIGUOUS if numbers else LEADER_UNKNOWN


def refuse_the_led(rows: Sequence[Row], led: dict[str, list[Row]]) -> None:
    """Refuses those whose leader is refused, and so on down."""
    gone = deque(row for row in rows if row.faults)
    while gone:
        for row in led.pop(str(gone.popleft().good("no")), ()):
            if not row.faults:
                gone.append(row)
                row.fault(LEADER_UNKNOWN, "team_leader")


EMPLOYEES = Ledger(
    entity="employee",
    words=Words("Employees", "员工花名册"),
    columns=(
        Column(
            "no",
            CODE,
            "工号|员工编号|员工工号|员工号|职工号|人员编号|Employee no|Employee number|Staff no|Employee ID|ID|编号",
            NO_MISSING,
        ),
        Column("name", NAME, "姓名|员工姓名|名字|Name|Employee name|Full name|Employee", VALUE_MISSING),
        Column("department", NAME, DEPARTMENT, DEPARTMENT_UNKNOWN),
        Column("post", NAME, POST, POST_UNKNOWN),
        Column("team", PERSON, "班组|班组名称|所属班组|小组|Team|Team name|Group|Crew"),
        Column("team_leader", PERSON, "班组长|班长|组长|Team leader|Leader|Foreman"),
        Column(
            "hired_on",
            day(year_from_title=False),
            "入职日期|入职时间|入厂日期|入司日期|到岗日期|Hired on|Hire date|Date of hire|Start date|"
            "Entry date|Joined on|Date joined",
            VALUE_MISSING,
        ),
        Column(
            "status",
            choice(STATUSES, STATUS_UNKNOWN),
            "状态|员工状态|在职状态|人员状态|Status|Employment status",
            STATUS_UNKNOWN,
        ),
        Column("phone", PHONE, "联系电话|电话|手机|手机号|手机号码|联系方式|Phone|Telephone|Mobile|Phone number|Tel"),
        Column("mail", MAIL, "邮箱|电子邮箱|邮件|电子邮件|邮箱地址|Mail|Email|E-mail|Mail address|Email address"),
        Column("note", TEXT, NOTE),
    ),
    values=(
        "no",
        "name",
        "department",
        "post",
        "team",
        "team_leader",
        "hired_on",
        "status",
        "phone",
        "mail",
        "note",
    ),
    key=("no",),
    needs=needs("no", "name", "department|post", "hired_on|status|phone"),
    finish=settle_employee,
    together=settle_leaders,
)
