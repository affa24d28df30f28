"""What cases, grades and suggestions draft by the rules; whoever the rule names decides (K3.1, K3.2, K4.1)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.actions import AccountabilityCase
from models.assessment.cycles import AssessmentCycle
from models.assessment.rewards import RewardPenalty, RewardPenaltyRule
from models.assessment.sheets import AssessmentSheet, sheets_of
from models.assessment.suggestions import Suggestion
from models.base import Act, after, now, on_date
from models.journal import seal
from models.organisation import Department, Employee
from rules import assessment
from rules.actions import CaseSeverity, reaches_file
from rules.assessment import Occasion
from rules.base import Person, Words


def rules_for(
    session: Session, occasion: Occasion, on: date, *, severity: CaseSeverity | None = None, grade: str = ""
) -> list[RewardPenaltyRule]:
    """The rules that count that day for what happened."""
    query = select(RewardPenaltyRule).where(
        RewardPenaltyRule.occasion == occasion,
        RewardPenaltyRule.from_on <= on,
        or_(RewardPenaltyRule.to_on.is_(None), RewardPenaltyRule.to_on >= on),
        RewardPenaltyRule.voided_at.is_(None),
        RewardPenaltyRule.severity == severity if severity is not None else RewardPenaltyRule.grade == grade,
    )
    return [*session.scalars(query.order_by(RewardPenaltyRule.id))]


def draft_by_rule(  # noqa: PLR0913 - each is a fact of the record, named at the call
    session: Session,
    act: Act,
    rule: RewardPenaltyRule,
    *,
    employee: Employee | None = None,
    department: Department | None = None,
    source: tuple[str, int],
    reason: str,
    share_percent: Decimal = Decimal(100),
) -> RewardPenalty:
    """A draft by the system, as its rule measures; whoever the rule names decides on it."""
    one = RewardPenalty(
        rule=rule,
        kind=rule.kind,
        clause=rule.clause,
        employee=employee,
        subject_department=department,
        department=employee.department if employee else department,
        source_entity=source[0],
        source_id=source[1],
        reason=reason,
        size=assessment.proposed(rule.least, rule.most, share_percent),
    )
    session.add(one)
    session.flush()
    seal(session, one, "create", act, recipients=one.parties()["approver_of_it"])
    return one


def what_a_case_drafts(case: AccountabilityCase, _person: Person) -> list[Words]:
    """Said before: which penalties an upheld case drafts."""
    rules = rules_for(case.session, Occasion.CASE, on_date(case.opened_at), severity=case.severity)
    return [
        Words(
            "If upheld, “{rule}” is drafted for {who}.",
            "责任成立时，将为{who}生成“{rule}”草稿。",
            rule=rule.name,
            who=one.employee.name,
        )
        for rule in rules
        for one in case.persons
    ]


@after(AccountabilityCase, "decide", preview=what_a_case_drafts)
def draft_penalties(case: AccountabilityCase, act: Act) -> None:
    """Who has a share in an upheld case gets a draft by the company's rules; an undecided one deducts nothing."""
    if case.decision is None or not reaches_file(case.decision):
        return
    for rule in rules_for(case.session, Occasion.CASE, on_date(act.at), severity=case.severity):
        for one in case.persons:
            if one.share_percent:
                draft_by_rule(
                    case.session,
                    act,
                    rule,
                    employee=one.employee,
                    source=(case.__tablename__, case.id),
                    reason=f"{case.no} {next(iter(case.facts.strip().splitlines()), '')[:80]}",
                    share_percent=one.share_percent,
                )


def earned_by_grade(cycle: AssessmentCycle, on: date) -> Iterator[tuple[RewardPenaltyRule, AssessmentSheet]]:
    """Which rule follows from which sheet."""
    by_grade: dict[str, list[RewardPenaltyRule]] = {}
    for sheet in sheets_of(cycle):
        if sheet.grade and sheet.grade not in by_grade:
            by_grade[sheet.grade] = rules_for(cycle.session, Occasion.ASSESSMENT, on, grade=sheet.grade)
        yield from ((rule, sheet) for rule in by_grade.get(sheet.grade, ()))


def what_a_lock_drafts(cycle: AssessmentCycle, _person: Person) -> list[Words]:
    """Said before: for whom which rule drafts something."""
    names: dict[RewardPenaltyRule, list[str]] = {}
    for rule, sheet in earned_by_grade(cycle, on_date(now())):
        names.setdefault(rule, []).append(sheet.subject.name)
    return [
        Words(
            "“{rule}” is drafted for {n}: {who}.",
            "将为 {n} 个考核对象生成“{rule}”草稿：{who}。",
            rule=rule.name,
            n=len(those),
            who="、".join(those),
        )
        for rule, those in names.items()
    ]


@after(AssessmentCycle, "lock", preview=what_a_lock_drafts)
def draft_by_grades(cycle: AssessmentCycle, act: Act) -> None:
    """Grades draft what the company's rules say: bonus, commendation, warning (K2.1, K3.1)."""
    for rule, sheet in earned_by_grade(cycle, on_date(act.at)):
        draft_by_rule(
            cycle.session,
            act,
            rule,
            employee=sheet.employee,
            department=sheet.subject_department,
            source=(sheet.__tablename__, sheet.id),
            reason=f"{cycle.span_text} {sheet.grade} {sheet.total:.1f}",
        )


@after(Suggestion, "verify")
def draft_suggestion_reward(suggestion: Suggestion, act: Act) -> None:
    """A suggestion that brought what was promised is rewarded (K3.2)."""
    session = suggestion.session
    for rule in rules_for(session, Occasion.SUGGESTION, on_date(act.at), grade=str(suggestion.grade)):
        for one in suggestion.proposers:
            draft_by_rule(
                session,
                act,
                rule,
                employee=one.employee,
                source=(suggestion.__tablename__, suggestion.id),
                reason=f"{suggestion.no} {suggestion.title}",
                share_percent=Decimal(100) / len(suggestion.proposers),
            )
