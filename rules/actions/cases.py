"""Who answers for it: a case with facts, shares and statements, decided by somebody uninvolved (P3.3, S3.3, C1.4)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from rules.base import NOBODY, Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step
from rules.regulation import Target, tell_apart

R = Role
PARTY = relation("party", "a person concerned by the case", "责任认定当事人")
OPENER = relation("opener", "who opened the case", "提起人")
DECIDER = relation("decider", "who decides the case", "裁定人")
CONCERNED = relation("concerned", "the person asked to state", "申述人本人")

MANAGERS = frozenset(
    {
        R.HR_MANAGER,
        R.TECHNICAL_MANAGER,
        R.PRODUCTION_MANAGER,
        R.QUALITY_MANAGER,
        R.SALES_MANAGER,
        R.AFTER_SALES_MANAGER,
        R.GENERAL_MANAGER,
    }
)
"""Who may decide a case; a grave one is the general manager's."""
HR_DESK = frozenset({R.HR, R.HR_MANAGER})
SEES_EVERY_CASE = frozenset({R.ADMIN, R.HR, R.HR_MANAGER, R.GENERAL_MANAGER})
"""Everybody else sees the cases that name him."""
CASE_OPENERS = frozenset({R.QUALITY_MANAGER, R.PRODUCTION_MANAGER, R.AFTER_SALES_MANAGER, R.HR})


class CaseKind(Choice):
    """What somebody may have to answer for."""

    PROCESS_BREACH = "process_breach", "Breach of process discipline", "违反工艺纪律"
    SCHEDULE_SUBJECTIVE = "schedule_subjective", "Delay from a subjective cause", "主观原因延误"
    COMMUNICATION_SLIP = "communication_slip", "Slip in communication", "沟通失误"
    AFTER_SALES_MISHANDLING = "after_sales_mishandling", "Mishandled after-sales case", "售后处理不当"


CASE_CLAUSES: Mapping[CaseKind, str] = {
    CaseKind.PROCESS_BREACH: "P3.3",
    CaseKind.SCHEDULE_SUBJECTIVE: "S3.3",
    CaseKind.COMMUNICATION_SLIP: "C1.4",
    CaseKind.AFTER_SALES_MISHANDLING: "K4.1",
}
"""The clause that each kind of case stands on."""


class CaseSeverity(Choice):
    """How much weighs what happened."""

    MINOR = "minor", "Minor", "轻微"
    GENERAL = "general", "General", "一般"
    SERIOUS = "serious", "Serious", "严重"
    GRAVE = "grave", "Grave", "重大"


tell_apart(Target.STATEMENT, kind=CaseKind, severity=CaseSeverity)


class CaseStatus(Choice):
    """Where a case stands."""

    DRAFT = "draft", "Draft", "待核实"
    INVESTIGATING = "investigating", "Under investigation", "调查中"
    STATEMENT_PENDING = "statement_pending", "Statements asked for", "听取申述"
    DECIDED = "decided", "Decided", "已裁定"
    CLOSED = "closed", "Closed", "已结案"
    DISMISSED = "dismissed", "Dismissed", "不予立案"


class CaseDecision(Choice):
    """What was decided."""

    UPHELD = "upheld", "Upheld", "责任成立"
    PARTLY = "partly", "Partly upheld", "部分成立"
    NOT_UPHELD = "not_upheld", "Not upheld", "责任不成立"


class PersonStatus(Choice):
    """Whether a person concerned has had his say."""

    NAMED = "named", "Named", "已列名"
    ASKED = "asked", "Statement asked for", "待申述"
    STATED = "stated", "Stated", "已申述"
    SILENT = "silent", "Said nothing in time", "逾期未申述"


ACCOUNTABILITY_CASE = Access(
    clause="P3.3",
    view=frozenset({R.HR, R.HR_MANAGER, R.GENERAL_MANAGER}) | CASE_OPENERS,
    create=CASE_OPENERS,
    edit=CASE_OPENERS | {R.HR_MANAGER},
    edit_while=frozenset({"draft", "investigating"}),
)
ACCOUNTABILITY_PERSON = Access(clause="P3.3", view=frozenset({R.HR, R.HR_MANAGER, R.GENERAL_MANAGER}), create=NOBODY)

# fmt: off - a table, one row a step
CASE_STEPS = Lifecycle(
    "draft",
    (
        step(
            "investigate",
            "draft",
            "investigating",
            "Investigate",
            "立案调查",
            by=CASE_OPENERS,
            unlike={PARTY},
            tells=(R.HR,),
            clause="P3.3",
        ),
        step(
            "dismiss",
            "draft",
            "dismissed",
            "Dismiss",
            "不予立案",
            by={R.QUALITY_MANAGER},
            unlike={PARTY},
            needs_note=True,
            is_destructive=True,
            tells=(OPENER,),
            clause="P3.3",
        ),
        step(
            "ask_statements",
            "investigating",
            "statement_pending",
            "Ask for statements",
            "通知申述",
            by=HR_DESK,
            unlike={PARTY},
            asks=("decider",),
            tells=(DECIDER,),
            clause="P3.3",
        ),
        step(
            "hand_over",
            "statement_pending",
            "statement_pending",
            "Name another decider",
            "改派裁定人",
            by=HR_DESK,
            unlike={PARTY},
            asks=("decider",),
            needs_note=True,
            is_aside=True,
            tells=(DECIDER,),
            clause="P3.3",
        ),
        step(
            "decide",
            "statement_pending",
            "decided",
            "Decide",
            "裁定",
            by={DECIDER},
            unlike={PARTY, OPENER},
            asks=("decision",),
            needs_note=True,
            tells=(PARTY, OPENER, R.HR),
            clause="P3.3",
        ),
        step("close", "decided", "closed", "Close", "结案", by=HR_DESK, unlike={PARTY}, tells=(PARTY,), clause="P3.3"),
    ),
)
PERSON_STEPS = Lifecycle(
    "named",
    (
        step("ask", "named", "asked", "Ask for a statement", "通知申述", tells=(CONCERNED,), clause="P3.3"),
        step(
            "state",
            "asked",
            "stated",
            "Make a statement",
            "提交申述",
            by={CONCERNED},
            asks=("statement",),
            tells=(DECIDER, R.HR),
            clause="P3.3",
        ),
        step("fall_silent", "asked", "silent", "Time is up", "逾期未申述", tells=(CONCERNED, R.HR), clause="P3.3"),
    ),
)
# fmt: on


def refuse_unready(facts: str, shares: Iterable[tuple[int, Decimal]]) -> None:
    """Raises RuleBroken for a case that nobody can answer to: no facts, nobody named, or shares that are not 100 %.

    ``shares``: each person's key with his share in per cent.
    """
    shares = list(shares)
    if not facts.strip():
        raise RuleBroken(Words("Write down the facts first.", "请先写明事实经过。"), field="facts", clause="P3.3")
    if not shares:
        raise RuleBroken(Words("Name the persons concerned first.", "请先列明当事人。"), field="persons", clause="P3.3")
    refuse_shares(shares)


def refuse_shares(shares: Iterable[tuple[int, Decimal]]) -> None:
    """Raises RuleBroken where a person stands there twice, or the shares do not make 100 per cent."""
    shares = list(shares)
    if len({who for who, _ in shares}) < len(shares):
        raise RuleBroken(Words("A person stands here twice.", "同一当事人重复列名。"), field="persons", clause="P3.3")
    total = sum((share for _, share in shares), Decimal(0))
    if any(not 0 <= share <= 100 for _, share in shares) or total != 100:
        raise RuleBroken(
            Words(
                "The shares must make 100 % together; now they make {total} %.",
                "责任比例合计须为 100%，目前为 {total}%。",
                total=total.normalize() if total else Decimal(0),
            ),
            field="persons",
            clause="P3.3",
        )


def refuse_decider(severity: CaseSeverity, roles: Iterable[Role], *, is_involved: bool, field: str = "decider") -> None:
    """Raises RuleBroken unless a case of this weight is this one's to decide: a manager uninvolved; grave: the GM."""
    if is_involved:
        raise RuleBroken(
            Words(
                "Who is concerned by a case or opened it does not decide it.",
                "当事人和提起人不能裁定此案，请由无关的经理裁定。",
            ),
            field=field,
            clause="P3.3",
        )
    wanted = frozenset({R.GENERAL_MANAGER}) if severity is CaseSeverity.GRAVE else MANAGERS
    if not wanted & set(roles):
        raise RuleBroken(
            Words("A grave case is decided by the general manager.", "重大责任由总经理裁定。")
            if severity is CaseSeverity.GRAVE
            else Words("A case is decided by a manager.", "责任认定由经理裁定。"),
            field=field,
            clause="P3.3",
        )


def why_undecided(statements: Iterable[tuple[datetime | None, datetime | None]], at: datetime) -> RuleBroken | None:
    """Why nobody decides yet: somebody has neither stated nor run out of time; ``statements``: (due, stated)."""
    waiting = [due for due, stated in statements if stated is None and (due is None or at <= due)]
    if not waiting:
        return None
    until = max((one for one in waiting if one is not None), default=None)
    return RuleBroken(
        Words(
            "{n} still may state until {until}: nothing is decided before that.",
            "还有 {n} 人可在 {until} 前申述，此前不能裁定。",
            n=len(waiting),
            until=until or "–",
        ),
        clause="P3.3",
    )


def refuse_statement(statement: str, due_at: datetime | None, at: datetime) -> None:
    """Raises RuleBroken for an empty statement, or one after its deadline."""
    if not statement.strip():
        raise RuleBroken(
            Words("Write down what you have to say.", "请填写申述内容。"), field="statement", clause="P3.3"
        )
    if due_at is None or at > due_at:
        raise RuleBroken(
            Words("The time to state ended on {due_at}.", "申述期限已于 {due_at} 截止。", due_at=due_at or "–"),
            field="statement",
            clause="P3.3",
        )


def decision_of(given: str | None) -> CaseDecision:
    """The decision by its name; raises RuleBroken where none is given."""
    if not given or given not in set(CaseDecision):
        raise RuleBroken(Words("Choose the decision.", "请选择裁定结果。"), field="decision", clause="P3.3")
    return CaseDecision(given)


def reaches_file(decision: CaseDecision) -> bool:
    """Whether a decision goes into the performance files; a case that was not upheld leaves nothing there."""
    return decision is not CaseDecision.NOT_UPHELD
