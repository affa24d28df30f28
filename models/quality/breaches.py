"""Breaches of process discipline that a check comes upon: a case is drafted, nothing is decided (P3.3)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models.actions import open_case, open_case_of
from models.base import Act, after
from models.process import DocumentRevision
from models.quality.checks import SpotCheck
from models.training import PostRequirement
from rules import quality
from rules.actions import CaseKind, CaseSeverity, CaseStatus
from rules.base import Person, Words
from rules.quality import CheckKind
from rules.training import Answer
from rules.training.kinds import RequirementStatus

UNEARNED = frozenset({"never_qualified", "overdue"})
"""What bars everybody as long as nobody settled how the post is earned."""


def breaches_of(check: SpotCheck) -> list[Words]:
    """What the check shows besides its items: somebody who may not work there, an old revision at the bench."""
    revision = check.session.get(DocumentRevision, check.revision_id) if check.revision_id else None
    in_force = revision.rev_no if revision is not None else ""
    found = [
        Words(
            "{who} may not work at {post}: {why}",
            "{who}不得上岗“{post}”：{why}",
            who=who,
            post=check.post.name,
            why=why,
        )
        for who, why in _barred(check)
    ]
    if check.document is not None and quality.is_old_revision(check.bench_rev, in_force):
        found.append(
            Words(
                "{document}: revision {found} lay at the bench, {in_force} is in force",
                "{document}：现场版次 {found}，现行版次 {in_force}",
                document=check.document.label,
                found=check.bench_rev,
                in_force=in_force or "–",
            )
        )
    return found


def _barred(check: SpotCheck) -> Iterator[tuple[str, Words]]:
    """Who may not work there at all, and why: as it was kept when the check was handed in, before that as it is."""
    names = {one.employee.id: one.employee.name for one in check.items if one.employee is not None}
    told = check.gate_reasons if check.gate is not None else _asked_now(check)
    reasons: dict[int, list[Mapping[str, Any]]] = {}
    for one in told:
        if one["answer"] == Answer.NO:
            reasons.setdefault(one["employee"], []).append(one)
    for who, found in reasons.items():
        if not {one["code"] for one in found} <= UNEARNED or _is_ruled(check):
            yield names[who], Words(*(" ".join(one[language] for one in found) for language in ("en", "zh")))


def _asked_now(check: SpotCheck) -> list[Mapping[str, Any]]:
    return [
        {
            "employee": who,
            "answer": str(told.answer),
            "code": one.code,
            "en": str(one.words),
            "zh": one.words.text("zh"),
        }
        for who, told in check.gates().items()
        for one in told.reasons
    ]


def _is_ruled(check: SpotCheck) -> bool:
    """Whether it was settled what the post asks for; before that nobody could have earned it, and none is accused."""
    of_post = (PostRequirement.post_id == check.post_id, PostRequirement.status == RequirementStatus.ACTIVE)
    return bool(check.session.scalar(select(select(PostRequirement.id).where(*of_post).exists())))


def shares_of(check: SpotCheck) -> Mapping[int, Decimal]:
    """The checked people with equal shares in whole per cent, as a first proposal; the first has what is left over."""
    people = list(dict.fromkeys(one.employee_id for one in check.items if one.employee_id is not None))
    part = 100 // len(people) if people else 0
    return {who: Decimal(part if place else 100 - part * (len(people) - 1)) for place, who in enumerate(people)}


def what_is_drafted(check: SpotCheck, _person: Person) -> list[Words]:
    """Said before the check is handed in."""
    if check.kind is CheckKind.RECHECK or not shares_of(check):
        return []
    return [
        Words("A case is drafted: {breach}.", "将拟立责任认定：{breach}。", breach=one) for one in breaches_of(check)
    ]


@after(SpotCheck, "submit", preview=what_is_drafted)
def draft_case(check: SpotCheck, act: Act) -> None:
    """One case for a check, whatever it shows; history that is taken in was dealt with at its time."""
    if act.recorded_at or check.kind is CheckKind.RECHECK:
        return
    found, shares = breaches_of(check), shares_of(check)
    source = (check.__tablename__, check.id)
    if not found or not shares or open_case_of(check.session, source) is not None:
        return
    open_case(
        check.session,
        act.consequence("P3.3"),
        kind=CaseKind.PROCESS_BREACH,
        severity=CaseSeverity.GENERAL,
        department_id=check.department_id,
        facts="\n".join([f"{check.no} {check.post.name}", *(one.text("zh") for one in found)]),
        shares=shares,
        source=source,
        opened_by_id=check.inspector_id,
    )


@after(SpotCheck, "void")
def dismiss_draft(check: SpotCheck, act: Act) -> None:
    """A voided check proves nothing: its draft is dismissed; what HR looks into already is HR's to end."""
    case = open_case_of(check.session, (check.__tablename__, check.id))
    if case is not None and case.status is CaseStatus.DRAFT:
        case.perform("dismiss", act=act.consequence("P3.3"))
