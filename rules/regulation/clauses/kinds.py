"""What a clause of the regulation is: its chapter, the kind of duty it lays down, whose it is."""

import re
from dataclasses import dataclass

from rules.base import Access, Choice, Role, RuleBroken, Words
from rules.organisation import DepartmentKind

CLAUSE = Access(clause="G1", create=frozenset({Role.ADMIN}), edit=frozenset({Role.ADMIN}))


class Part(Choice):
    """The chapters of the regulation."""

    GENERAL = "general", "General", "总则"
    PROCESS = "process", "Process management", "工艺管理"
    SCHEDULE = "schedule", "Schedule management", "工期管理"
    AFTER_SALES = "after_sales", "After-sales management", "售后管理"
    COMMUNICATION = "communication", "Communication", "沟通协调"
    ASSESSMENT = "assessment", "Assessment, rewards and penalties", "考核与奖惩"


class Duty(Choice):
    """How a clause obliges: all the time, at intervals, whenever something happens, or not by itself."""

    CONTINUOUS = "continuous", "Continuous", "持续"
    PERIODIC = "periodic", "Periodic", "定期"
    EVENT = "event", "On occasion", "逢事"
    TEXT = "text", "Text only", "条文"


class Side(Choice):
    """Where a row stands beside the clause that wants it."""

    OVERDUE = "overdue", "Overdue", "逾期"
    DUE = "due", "Due", "待办"
    EXCEPTION = "exception", "Exceptions", "例外"
    DONE = "done", "Done", "已完成"


LETTERS = {
    "G": Part.GENERAL,
    "P": Part.PROCESS,
    "S": Part.SCHEDULE,
    "A": Part.AFTER_SALES,
    "C": Part.COMMUNICATION,
    "K": Part.ASSESSMENT,
}

MANAGERS = {
    DepartmentKind.MANAGEMENT: Role.GENERAL_MANAGER,
    DepartmentKind.TECHNICAL: Role.TECHNICAL_MANAGER,
    DepartmentKind.PRODUCTION: Role.PRODUCTION_MANAGER,
    DepartmentKind.QUALITY: Role.QUALITY_MANAGER,
    DepartmentKind.HR: Role.HR_MANAGER,
    DepartmentKind.SALES: Role.SALES_MANAGER,
    DepartmentKind.AFTER_SALES: Role.AFTER_SALES_MANAGER,
}
"""Who answers for the clauses of such a department, and approves their figures."""


@dataclass(frozen=True)
class ClauseText:
    """A clause as it is shipped. ``owner``: the kind of department that answers for it."""

    code: str
    duty: Duty
    owner: DepartmentKind
    title: Words
    text: Words

    @property
    def part(self) -> Part:
        """The chapter, which the first letter of the number says."""
        return LETTERS[self.code[0]]


def clause(code: str, duty: Duty, owner: DepartmentKind, title: Words, text: Words) -> ClauseText:
    """A row of the regulation, written short."""
    return ClauseText(code, duty, owner, title, text)


def reading_order(code: str) -> tuple[int, ...]:
    """The numbers in a clause's number, by which clauses are read: P1.10 after P1.9."""
    return tuple(int(one) for one in re.findall(r"\d+", code))


def refuse_no_clause_number(code: str) -> None:
    """Raises RuleBroken when the text is not the number of a clause, such as P3.2."""
    if not re.fullmatch(r"[A-Z][0-9]{1,2}(\.[0-9]{1,2})?", code):
        raise RuleBroken(
            Words("Write the number of a clause as P3.2.", "条款号请写成 P3.2 的形式。"),
            field="code",
        )
