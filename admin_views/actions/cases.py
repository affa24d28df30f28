"""Accountability cases on screen: facts, people and shares; each person's own page to state (P3.3, S3.3, C1.4)."""

from dataclasses import replace
from typing import Any, ClassVar

from admin_views.base import Inline, RegulationView, Section
from admin_views.columns import cell_of
from admin_views.faults import SENTENCES
from admin_views.registry import panel, reason_url, record_url, views
from admin_views.screen import EMPTY, Cell, Heading, Panel, Row
from admin_views.words import number_text, say, t
from models.actions import AccountabilityCase, AccountabilityPerson
from models.base import Act
from rules.base import Person, Role, Words

SENTENCES["uq_accountability_person_case_id"] = Words("A person stands here twice.", "同一当事人重复列名。")
SENTENCES["ck_accountability_person_share_is_a_part"] = Words(
    "A share lies between 0 and 100 %.", "责任比例须在 0 到 100% 之间。"
)

PERSON_LABELS = {
    "case": Words("Case", "责任认定"),
    "employee": Words("Concerned person", "当事人"),
    "share_percent": Words("Share in %", "责任比例（%）"),
    "statement_due_at": Words("May state until", "申述期限"),
    "statement": Words("Statement", "申述内容"),
    "stated_at": Words("Stated", "申述时间"),
}


class AccountabilityCaseView(RegulationView):
    labels: ClassVar = {
        "severity": Words("Weight", "情节"),
        "facts": Words("Facts", "事实经过"),
        "source_entity": Words("Comes from", "来源"),
        "source_id": Words("Source", "来源记录"),
        "opened_at": Words("Opened", "提起时间"),
        "opened_by": Words("Opened by", "提起人"),
        "decider": Words("Decides", "裁定人"),
        "decided_by": Words("Decided by", "作出裁定"),
        "decided_at": Words("Decided", "裁定时间"),
        "decision": Words("Decision", "裁定结果"),
        "reason": Words("Reasons", "裁定理由"),
        "closed_at": Words("Closed", "结案时间"),
    }
    list_columns = ("no", "kind", "severity", "department", "opened_at", "decider", "decision", "status")
    filter_columns = ("status", "kind", "severity", "department", "opened_at", "decider", "decision")
    form_columns = ("kind", "severity", "facts")
    page_columns = (
        "kind",
        "severity",
        "department",
        "opened_by",
        "opened_at",
        "decider",
        "decision",
        "decided_by",
        "decided_at",
        "closed_at",
        "facts",
        "reason",
    )
    sections = (Section(Words("What happened", "事由"), ("kind", "severity", "facts")),)
    inlines = (Inline("persons", Words("Persons concerned", "当事人"), ("employee", "share_percent"), PERSON_LABELS),)
    left_out = frozenset(
        {
            "no",
            "clause",
            "department_id",
            "source_entity",
            "source_id",
            "opened_at",
            "opened_by_id",
            "decider_id",
            "decided_by_id",
            "decided_at",
            "decision",
            "reason",
            "closed_at",
        }
    )
    asked_fields: ClassVar = {"decider": "decider", "decision": "decision"}
    icon = "gavel"
    needs_employee = True

    def new_record(self, act: Act) -> AccountabilityCase:
        return AccountabilityCase(opened_by_id=act.by.employee_id, opened_at=act.at)

    def before_save(self, record: AccountabilityCase, act: Act) -> None:
        record.prepare(act)

    def may_delete(self, record: Any) -> bool:
        """What was opened is dismissed by the quality manager with his reason, never taken away."""
        return False

    def why_not_edit(self, record: Any, person: Person) -> Words | None:
        """Whom it concerns does not write its facts; who opened it does, and HR."""
        if "party" in record.relations_of(person):
            return Words("It concerns you: others write down the facts.", "您是当事人，事实经过由他人记录。")
        if not person.holds(Role.HR, Role.HR_MANAGER) and "opener" not in record.relations_of(person):
            return Words("Who opened it and HR may correct it.", "只有提起人和人事可以修改。")
        return super().why_not_edit(record, person)


class AccountabilityPersonView(RegulationView):
    labels: ClassVar = PERSON_LABELS
    list_columns = ("case", "employee", "share_percent", "statement_due_at", "stated_at", "status")
    filter_columns = ("status", "employee", "statement_due_at")
    page_columns = ("case", "employee", "share_percent", "statement_due_at", "stated_at", "statement")
    left_out = frozenset({"case_id", "employee_id", "share_percent", "statement_due_at", "statement", "stated_at"})
    icon = "user-circle"


@panel(AccountabilityCase)
def persons(case: AccountabilityCase, person: Person) -> Panel:
    """Whom it concerns, with his share; what each has to say only for those who may hear it."""
    hears_all = person.holds(Role.HR, Role.HR_MANAGER, Role.GENERAL_MANAGER, Role.ADMIN) or (
        case.decider_id is not None and case.decider_id == person.employee_id
    )
    return Panel(
        title=t("Persons concerned", "当事人"),
        headings=[
            Heading("employee", t("Person", "当事人")),
            Heading("share_percent", t("Share", "责任比例"), "number"),
            Heading("status", t("Statement", "申述情况")),
            Heading("statement_due_at", t("May state until", "申述期限")),
            Heading("statement", t("Statement", "申述内容")),
        ],
        rows=[_person_row(one, hears=hears_all or one.employee_id == person.employee_id) for one in case.persons],
    )


def _person_row(one: AccountabilityPerson, *, hears: bool) -> Row:
    return Row(
        one.id,
        record_url(AccountabilityPerson, one.id) if hears else "",
        [
            Cell(one.employee.label),
            Cell(f"{number_text(one.share_percent)} %", "number"),
            cell_of(one.status),
            _until(one),
            Cell(one.statement) if hears else EMPTY,
        ],
    )


def _until(one: AccountabilityPerson) -> Cell:
    """Until when he may state, with the way to why it is then."""
    found = cell_of(one.statement_due_at)
    return replace(found, url=reason_url(one, "statement_due_at")) if one.statement_due_at else found


@panel(AccountabilityCase)
def case_source(case: AccountabilityCase, person: Person) -> Panel | None:
    """The record that the case is about."""
    view = views().get(case.source_entity or "")
    record = view.get_one(case.source_id) if view is not None else None
    if record is None:
        return None
    return Panel(
        title=t("Comes from", "来源"),
        headings=[Heading("record", t("Record", "记录")), Heading("kind", t("Kind", "类型"))],
        rows=[Row(record.id, record_url(type(record), record.id), [Cell(record.label), Cell(say(record.words))])],
    )


@panel(AccountabilityPerson)
def the_case(one: AccountabilityPerson, person: Person) -> Panel:
    """What the person has to answer to: the facts as they stand, to be read at leisure."""
    case = one.case
    told = [
        (t("Case", "责任认定"), Cell(case.no, "relation", url=record_url(AccountabilityCase, case.id))),
        (t("Kind", "类型"), cell_of(case.kind)),
        (t("Weight", "情节"), cell_of(case.severity)),
        (t("Facts", "事实经过"), Cell(case.facts, "long_text")),
        *([(t("Decision", "裁定结果"), cell_of(case.decision))] if case.decision else []),
        *([(t("Reasons", "裁定理由"), Cell(case.reason, "long_text"))] if case.reason else []),
    ]
    return Panel(
        title=t("What it is about", "事由"),
        headings=[Heading("what", t("What", "项目")), Heading("said", t("Said", "内容"))],
        rows=[Row(place, "", [Cell(name), cell]) for place, (name, cell) in enumerate(told)],
        shape="facts",
    )
