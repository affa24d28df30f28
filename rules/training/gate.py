"""The one gate: who may work at a post at a moment, computed from dated facts alone (P2.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rules.base import Words
from rules.organisation import GraceMode
from rules.training.kinds import EXAMINED, Answer, HoldSource, ObligationMode, ObligationReason, QualificationStatus


@dataclass(frozen=True)
class Term:
    """A stretch for which somebody earned the post: from an instant, until a day with its whole length."""

    granted_at: datetime
    valid_until_on: date | None
    ended_at: datetime | None = None

    def is_in_force(self, at: datetime, on: date) -> bool:
        has_begun = self.granted_at <= at and (self.ended_at is None or at < self.ended_at)
        return has_begun and (self.valid_until_on is None or on <= self.valid_until_on)


@dataclass(frozen=True)
class Hold:
    """Somebody was stopped by a person: from an instant until it was lifted."""

    from_at: datetime
    to_at: datetime | None
    reason: str
    source: HoldSource = HoldSource.SUSPENSION

    def is_in_force(self, at: datetime) -> bool:
        return self.from_at <= at and (self.to_at is None or at < self.to_at)


@dataclass(frozen=True)
class Owed:
    """What somebody owes: ``due_on`` with its whole day; ``settled_at`` when it was done, waived or merged.

    ``suspends``: whether being late stops him; a reading after an editorial change only asks. ``exhausted_on``: the
    day on which the last attempt at its exam was used up without a pass.
    """

    reason: ObligationReason
    mode: ObligationMode
    what: str
    opened_at: datetime
    due_on: date
    settled_at: datetime | None = None
    suspends: bool = True
    exhausted_on: date | None = None
    document_id: int | None = None

    def is_open(self, at: datetime) -> bool:
        return self.opened_at <= at and (self.settled_at is None or at < self.settled_at)


@dataclass(frozen=True)
class Permit:
    """An exception: asked for, approved by another, for so many days and with a mentor beside."""

    approved_at: datetime
    until_on: date
    mentor: str
    ended_at: datetime | None = None

    def is_in_force(self, at: datetime, on: date) -> bool:
        return self.approved_at <= at and on <= self.until_on and (self.ended_at is None or at < self.ended_at)


@dataclass(frozen=True)
class Standing:
    """Every dated fact about one person and one post, past and present.

    ``document_id`` and ``has_revision_in_force`` are given where the question is about one document.
    """

    needs_qualification: bool
    grace_mode: GraceMode
    hired_on: date
    left_on: date | None = None
    terms: Sequence[Term] = ()
    holds: Sequence[Hold] = ()
    owed: Sequence[Owed] = ()
    permits: Sequence[Permit] = ()
    closed_at: datetime | None = None
    document_id: int | None = None
    has_revision_in_force: bool = True


@dataclass(frozen=True)
class GateReason:
    """One reason in words, with a code that programs compare."""

    code: str
    words: Words


@dataclass(frozen=True)
class Gate:
    """The answer, and why; a ``yes`` may carry remarks (what is owed and not yet due)."""

    answer: Answer
    reasons: tuple[GateReason, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(one.code for one in self.reasons)

    @property
    def allows_alone(self) -> bool:
        """Whether the person may work without anybody beside him."""
        return self.answer is Answer.YES


def gate(facts: Standing, *, at: datetime, on: date) -> Gate:
    """Whether somebody may work; ``on`` is the company's date at the instant ``at``.

    A person's stop, a document out of force and employment bar whatever else there is; a missing, ended or overdue
    qualification can be bridged by an exception, under a mentor; while an exam after a major revision is owed, the
    post's grace mode decides.
    """
    barred = [*_not_employed(facts, on), *_no_revision(facts), *_held(facts, at)]
    if not facts.needs_qualification:
        remarks = [_owes(one) for one in _open(facts, at)]
        return Gate(Answer.NO, tuple(barred)) if barred else Gate(Answer.YES, (NOT_NEEDED, *remarks))
    missing = [*_not_qualified(facts, at, on), *_late(facts, at, on)]
    stopped, limited, remarks = _in_grace(facts, at, on)
    if barred:
        return Gate(Answer.NO, (*barred, *missing, *stopped))
    if missing or stopped:
        permit = next((one for one in facts.permits if one.is_in_force(at, on)), None)
        if permit is None:
            return Gate(Answer.NO, (*missing, *stopped))
        return Gate(Answer.SUPERVISED, (_excepted(permit), *missing, *stopped))
    if limited:
        return Gate(Answer.SUPERVISED, (*limited, *remarks))
    return Gate(Answer.YES, tuple(remarks))


def status_of(facts: Standing, *, at: datetime, on: date) -> QualificationStatus:
    """The cached answer for that moment: what the facts say, without exceptions and employment."""
    if facts.closed_at is not None and facts.closed_at <= at:
        return QualificationStatus.CLOSED
    held = [one for one in facts.holds if one.is_in_force(at)]
    if any(one.source is HoldSource.REVOCATION for one in held):
        return QualificationStatus.REVOKED
    if not any(one.granted_at <= at for one in facts.terms):
        return QualificationStatus.SUSPENDED if held else QualificationStatus.CANDIDATE
    if not any(one.is_in_force(at, on) for one in facts.terms):
        return QualificationStatus.SUSPENDED if held else QualificationStatus.LAPSED
    stopped, limited, _ = _in_grace(facts, at, on)
    if held or stopped or _late(facts, at, on):
        return QualificationStatus.SUSPENDED
    return QualificationStatus.LIMITED if limited else QualificationStatus.QUALIFIED


VERBS = {
    QualificationStatus.QUALIFIED: "qualify",
    QualificationStatus.LIMITED: "limit",
    QualificationStatus.SUSPENDED: "suspend",
    QualificationStatus.LAPSED: "lapse",
}
"""The system's verb that leads to each status; nobody else can qualify."""

NOT_NEEDED = GateReason("not_needed", Words("The post needs no qualification.", "该岗位无须持证上岗。"))


def _not_employed(facts: Standing, on: date) -> list[GateReason]:
    if on < facts.hired_on:
        words = Words("Not employed before {day}.", "{day} 才入职。", day=facts.hired_on)
        return [GateReason("not_hired", words)]
    if facts.left_on is not None and on > facts.left_on:
        return [GateReason("left", Words("Left the company on {day}.", "已于 {day} 离职。", day=facts.left_on))]
    return []


def _no_revision(facts: Standing) -> list[GateReason]:
    if facts.document_id is None or facts.has_revision_in_force:
        return []
    words = Words("No revision of the document is in force.", "该工艺文件没有现行版次。")
    return [GateReason("no_revision_in_force", words)]


def _held(facts: Standing, at: datetime) -> list[GateReason]:
    return [
        GateReason("revoked", Words("Revoked: {why}", "已吊销：{why}", why=one.reason))
        if one.source is HoldSource.REVOCATION
        else GateReason("held", Words("Suspended by hand: {why}", "人工停岗：{why}", why=one.reason))
        for one in facts.holds
        if one.is_in_force(at)
    ]


def _not_qualified(facts: Standing, at: datetime, on: date) -> list[GateReason]:
    earned = [one for one in facts.terms if one.granted_at <= at]
    if any(one.is_in_force(at, on) for one in earned):
        return []
    if not earned:
        words = Words("Not yet qualified for this post.", "尚未取得该岗位资格。")
        return [GateReason("never_qualified", words)]
    ended = [one for one in earned if one.ended_at is not None and one.ended_at <= at]
    last = max((one.valid_until_on for one in earned if one not in ended and one.valid_until_on), default=None)
    if last is None:
        return [GateReason("withdrawn", Words("The qualification was withdrawn.", "上岗资格已撤销。"))]
    words = Words("The qualification ended on {day}.", "上岗资格已于 {day} 到期。", day=last)
    return [GateReason("expired", words)]


def _open(facts: Standing, at: datetime) -> Iterable[Owed]:
    return (one for one in facts.owed if one.is_open(at))


def _late(facts: Standing, at: datetime, on: date) -> list[GateReason]:
    """From 00:00 of the day after the due day, or after the day on which the last attempt was used up."""
    found = []
    for one in _open(facts, at):
        if one.suspends and on > one.due_on:
            words = Words("Overdue since {day}: {what}.", "“{what}”已于 {day} 逾期。", day=one.due_on, what=one.what)
            found.append(GateReason("overdue", words))
        elif one.exhausted_on is not None and on > one.exhausted_on:
            words = Words("All attempts are used up: {what}.", "“{what}”考核次数已用尽。", what=one.what)
            found.append(GateReason("attempts_used_up", words))
    return found


def _in_grace(facts: Standing, at: datetime, on: date) -> tuple[list[GateReason], list[GateReason], list[GateReason]]:
    """What is owed and not late: what stops, what limits, what is only remarked."""
    stopped: list[GateReason] = []
    limited: list[GateReason] = []
    remarks: list[GateReason] = []
    for one in _open(facts, at):
        is_late = (one.suspends and on > one.due_on) or (one.exhausted_on is not None and on > one.exhausted_on)
        if is_late:
            continue
        is_elsewhere = facts.document_id is not None and one.document_id not in {None, facts.document_id}
        if one.reason is not ObligationReason.REVISION or one.mode not in EXAMINED or is_elsewhere:
            remarks.append(_owes(one))
            continue
        if facts.grace_mode is GraceMode.NONE:
            stopped.append(_owes(one, "stopped_on_release"))
        elif facts.grace_mode is GraceMode.SUPERVISED:
            limited.append(_owes(one, "in_grace"))
        else:
            remarks.append(_owes(one))
    return stopped, limited, remarks


def _owes(one: Owed, code: str = "owes") -> GateReason:
    words = Words(
        "Owes until {day}: {what} ({mode}).",
        "须在 {day} 前完成“{what}”（{mode}）。",
        day=one.due_on,
        what=one.what,
        mode=one.mode,
    )
    return GateReason(code, words)


def _excepted(permit: Permit) -> GateReason:
    words = Words(
        "By exception until {day}, with {mentor} beside.",
        "例外上岗至 {day}，由{mentor}监护。",
        day=permit.until_on,
        mentor=permit.mentor,
    )
    return GateReason("exception", words)
