"""A training is held by whom it should be, where and when it can be (P2.1, P2.2, A1.2)."""

from datetime import datetime

from rules.base import RuleBroken, Words
from rules.organisation import DepartmentKind
from rules.training.kinds import CAME, PROCESS_KINDS, Attendance, ObligationMode, SessionKind, SkillDemo


def refuse_times(planned_from: datetime, planned_to: datetime) -> None:
    """Raises RuleBroken where a training would end before it begins."""
    if planned_to <= planned_from:
        raise RuleBroken(
            Words("The training ends before it begins.", "培训结束时间须晚于开始时间。"),
            field="planned_to_at",
            clause="P2.1",
        )


def refuse_trainer(kind: SessionKind, department: DepartmentKind) -> None:
    """Raises RuleBroken where somebody else than the technical department would teach a process subject."""
    if kind in PROCESS_KINDS and department is not DepartmentKind.TECHNICAL:
        raise RuleBroken(
            Words("Process subjects are taught by the technical department.", "工艺类培训须由技术部门人员授课。"),
            field="trainer",
            clause="P2.1",
        )


def satisfies(attendance: Attendance, skill: SkillDemo, mode: ObligationMode) -> bool:
    """Whether having been there is what was owed: trained or read; an exam is another matter, a failed demo is none."""
    is_by_being_there = mode in {ObligationMode.TRAIN, ObligationMode.READ}
    return is_by_being_there and attendance in CAME and skill is not SkillDemo.FAIL


def signed_in(planned_from: datetime, at: datetime) -> Attendance:
    """Present up to the planned beginning, late after it."""
    return Attendance.PRESENT if at <= planned_from else Attendance.LATE
