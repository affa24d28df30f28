"""Who works here: departments, posts, teams, people, accounts (G2, P2.1)."""

from rules.base import Access, Choice, Lifecycle, Role, relation, step

R = Role

MASTER_DATA = frozenset({R.ADMIN})
PEOPLE_DESK = frozenset({R.HR, R.HR_MANAGER})

relation("self", "the person concerned", "本人")
relation("manager", "his manager", "直接上级")


class DepartmentKind(Choice):
    """What a department is there for."""

    MANAGEMENT = "management", "Management", "管理"
    TECHNICAL = "technical", "Technical", "技术"
    PRODUCTION = "production", "Production", "生产"
    QUALITY = "quality", "Quality", "质量"
    HR = "hr", "HR", "人事"
    SALES = "sales", "Sales", "销售"
    AFTER_SALES = "after_sales", "After-sales", "售后"


class GraceMode(Choice):
    """What a person may do while he owes an exam after a major revision."""

    SUPERVISED = "supervised", "Supervised work only", "限在监护下作业"
    FULL = "full", "Stays qualified, marked", "保留资格并标记"
    NONE = "none", "Suspended on release", "发布即停岗"


class EmployeeStatus(Choice):
    """Where an employee stands with the company."""

    PROBATION = "probation", "Probation", "试用"
    ACTIVE = "active", "Active", "在职"
    LEAVE = "leave", "On leave", "休假"
    LEFT = "left", "Left", "离职"


class AbsenceKind(Choice):
    """Why somebody is away."""

    ANNUAL = "annual", "Annual leave", "年休假"
    SICK = "sick", "Sick leave", "病假"
    PERSONAL = "personal", "Personal leave", "事假"
    OTHER = "other", "Other", "其他"


ACCOUNT = Access(clause="G2", view=frozenset({R.ADMIN}), create=MASTER_DATA, edit=MASTER_DATA)
DEPARTMENT = Access(clause="G2", create=MASTER_DATA, edit=MASTER_DATA)
TEAM = Access(clause="G2", create=MASTER_DATA, edit=MASTER_DATA)
POST = Access(clause="P2.3", create=MASTER_DATA, edit=MASTER_DATA)
EMPLOYEE = Access(
    clause="P2.4",
    create=PEOPLE_DESK | MASTER_DATA,
    edit=PEOPLE_DESK | MASTER_DATA,
    only={"phone": PEOPLE_DESK, "mail": PEOPLE_DESK},
)

EMPLOYED = ("probation", "active", "leave")

# fmt: off - a table, one row a step
EMPLOYEE_STEPS = Lifecycle(
    "probation",
    (
        step("confirm", "probation", "active", "Confirm", "转正", by=PEOPLE_DESK, clause="P2.1", tells=("self",)),
        step("take_leave", "active", "leave", "Take leave", "休假", by=PEOPLE_DESK, clause="P2.4"),
        step("resume", "leave", "active", "Return to work", "复工", by=PEOPLE_DESK, clause="P2.4"),
        step(
            "leave",
            EMPLOYED,
            "left",
            "Leave the company",
            "离职",
            by=PEOPLE_DESK,
            clause="P2.4",
            needs_note=True,
            is_destructive=True,
        ),
    ),
)
# fmt: on
"""``move`` and ``hire`` write placements besides; DOMAIN.md's verb ``return`` is called ``resume`` here."""
