"""What becomes of a rectification: accepted or disputed, put right in time or late, re-checked, watched (P3.2)."""

from datetime import datetime
from functools import partial
from random import Random
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from models.actions import ActionItem, extensions_of, open_case_of
from models.base import on_date
from models.demo.accountability import STORIES, Accountability
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.demo.people import INSPECTORS, POSTS
from models.demo.questions import REASONS, REMEDIES, Question
from models.demo.readings import line_of
from models.journal import seal
from models.organisation import Employee, Post
from models.quality import SpotCheck, SpotCheckItem
from rules.actions import ActionStatus, ExtensionStatus
from rules.base import Role
from rules.quality import CheckKind


class Fate(NamedTuple):
    """The steps that follow, and how often it happens by chance (0 = only where it is wanted)."""

    chance: int
    steps: tuple[str, ...]


EVIDENCE = (
    "复测记录已附在随工单后",
    "整改后首件检验合格，记录存班组",
    "现场已整理并拍照，照片存班组看板",
    "培训签到表已交人事存档",
)
MEND = ("accept", "start", "submit", "pass")
AGAIN = ("start", "submit", "pass")
THIRD = ("accept", "start", "submit", "fail", "start", "submit", "fail", "start")

FATES: dict[str, Fate] = {
    "prompt": Fate(62, MEND),
    "late": Fate(14, ("accept", "start", "submit_late", "pass")),
    "returned": Fate(11, ("accept", "start", "submit", "fail", *AGAIN)),
    "returned_twice": Fate(2, ("accept", "start", "submit", "fail", "start", "submit", "fail", *AGAIN)),
    "upheld": Fate(5, ("dispute", "uphold", *MEND)),
    "cancelled": Fate(3, ("dispute", "cancel")),
    "ineffective": Fate(3, (*MEND, "find_ineffective", *AGAIN)),
    "open": Fate(0, ()),
    "accepted": Fate(0, ("accept",)),
    "begun": Fate(0, ("accept", "start")),
    "awaiting": Fate(0, ("accept", "start", "submit")),
    "sent_back": Fate(0, ("accept", "start", "submit", "fail")),
    "disputed": Fate(0, ("dispute",)),
    "extended": Fate(3, ("accept", "ask_extension", "approve", "start", "submit", "pass")),
    "refused_time": Fate(2, ("accept", "ask_extension", "reject", "start", "submit", "pass")),
    "asking": Fate(0, ("accept", "ask_extension")),
    **{one: Fate(0, THIRD) for one in ("third_draft", "third_investigating", "third_pending", "third_to_decide")},
    **{one: Fate(0, (*THIRD, "submit", "pass")) for one in ("third_dismissed", "third_decided", "third_closed")},
}

SHARES: dict[str, tuple[float, float]] = {
    # verb -> how much of the time allowed passes before it
    "accept": (0.02, 0.12),
    "dispute": (0.05, 0.2),
    "ask_extension": (0.05, 0.15),
    "start": (0.03, 0.15),
    "submit": (0.15, 0.5),
    "submit_late": (1.0, 1.6),
}
MINUTES: dict[str, tuple[int, int]] = {
    # verb -> working minutes before it
    "pass": (40, 700),
    "fail": (40, 500),
    "uphold": (90, 600),
    "approve": (30, 200),
    "reject": (30, 200),
    "cancel": (90, 600),
    "find_effective": (3300, 4800),
    "find_ineffective": (1000, 2400),
}
EVIDENCE = ("整改后照片已贴在看板", "复测记录见当日首件卡", "培训签到表存班组", "更换记录见设备台账")
ENOUGH_FOR_A_CHECK = 4
"""Minutes between a re-check and its handing in."""


class Case(NamedTuple):
    """One rectification on its way."""

    key: int
    raiser: Member
    responsible: Member
    checked: Member
    question: Question
    fate: str = ""


class Rectifications:
    """Takes rectifications on, step by step, each as the person whose step it is."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary) -> None:
        self.session, self.rng, self.company, self.diary = session, rng, company, diary
        self.manager = company.named("quality_manager")
        self.accountability = Accountability(session, company, diary)

    def plan(self, case: Case, fate: str, at: datetime) -> None:
        """Notes what is going to happen to it."""
        self.accountability.plan_of(case.key, fate)
        self._next(case._replace(fate=fate), FATES[fate].steps, at)

    def _next(self, case: Case, steps: tuple[str, ...], at: datetime) -> None:
        action = self.session.get_one(ActionItem, case.key)
        if not steps and action.status is ActionStatus.WATCHING:
            steps = ("find_effective",)
        if steps:
            self.diary.note(self._when(action, steps[0], at), partial(self._take, case, steps))

    def _when(self, action: ActionItem, verb: str, at: datetime) -> datetime:
        if verb in MINUTES:
            return self.diary.clock.later(at, self.rng.uniform(*MINUTES[verb]))
        allowed = max(240.0, self.diary.clock.minutes(action.opened_at, action.original_due_at))
        return self.diary.clock.later(at, max(5.0, allowed * self.rng.uniform(*SHARES[verb])))

    def _take(self, case: Case, steps: tuple[str, ...], at: datetime) -> None:
        verb, rest = steps[0], steps[1:]
        action = self.session.get_one(ActionItem, case.key)
        if action.status is ActionStatus.CANCELLED:
            return
        if verb in {"find_effective", "find_ineffective"} and action.status is not ActionStatus.WATCHING:
            return
        if verb in {"pass", "fail"}:
            self._recheck(case, action, rest, at, is_good=verb == "pass")
            return
        if verb in {"approve", "reject"}:
            self._answer(action, verb, at)
        else:
            self._perform(case, action, verb.removesuffix("_late"), at)
        if verb == "start" and case.fate not in STORIES and open_case_of(self.session, ("action_item", case.key)):
            self.accountability.follow(case.key, at)
        self._next(case, rest, at)

    def _answer(self, action: ActionItem, verb: str, at: datetime) -> None:
        """The quality manager's answer to the last request; one that has lapsed meanwhile stays unanswered."""
        extension = extensions_of(action)[-1]
        if extension.status is not ExtensionStatus.REQUESTED or extension.old_due_at <= at:
            return
        note = self.rng.choice(REASONS[verb]) if verb in REASONS else ""
        with as_of(self.session, self.manager.person, at):
            extension.perform(verb, by=self.manager.person, at=at, note=note)

    def _perform(self, case: Case, action: ActionItem, verb: str, at: datetime) -> None:
        by = self._actor(case, verb).person
        note = self.rng.choice(REASONS[verb]) if verb in REASONS else ""
        fields: dict[str, Any] = self._remedy(case) if verb == "submit" else {}
        if verb == "ask_extension":
            later = self.diary.clock.calendar.add_days(on_date(action.due_at), self.rng.randint(2, 4))
            fields["new_due_on"] = on_date(later)
        with as_of(self.session, by, at):
            action.perform(verb, by=by, at=at, note=note, **fields)

    def _actor(self, case: Case, verb: str) -> Member:
        match verb:
            case "uphold" | "cancel":
                return self.manager
            case "find_effective" | "find_ineffective":
                return case.raiser if case.raiser.person.holds(Role.QUALITY_INSPECTOR) else self._another(case)
        return case.responsible

    def _remedy(self, case: Case) -> dict[str, Any]:
        measure, root_cause, cause = self.rng.choice(REMEDIES[case.question.category])
        evidence = self.rng.choice(EVIDENCE)
        return {"measure": measure, "root_cause": root_cause, "cause_category": str(cause), "evidence": evidence}

    # -- re-checks ---------------------------------------------------------------------------------------------------

    def _recheck(self, case: Case, action: ActionItem, rest: tuple[str, ...], at: datetime, *, is_good: bool) -> None:
        """Somebody else than who found it looks again, at the same question."""
        inspector = self._another(case)
        check = SpotCheck(
            kind=CheckKind.RECHECK,
            checked_at=at,
            post=self.session.get_one(Post, self.company.posts[case.checked.post]),
            inspector_id=inspector.id,
            rechecks_round=action.rounds[-1],
            sample_qty=1,
            items=[self._line(case, is_wrong=not is_good)],
        )
        key = written(self.session, check, inspector, at)
        handed_in = self.diary.clock.later(at, ENOUGH_FOR_A_CHECK)
        self.diary.note(handed_in, partial(self._hand_in, case, key, inspector, rest))

    def _line(self, case: Case, *, is_wrong: bool) -> SpotCheckItem:
        return line_of(self.rng, 1, case.question, self.session.get_one(Employee, case.checked.id), is_wrong=is_wrong)

    def _another(self, case: Case) -> Member:
        area = next(row.department for row in POSTS if row.code == case.checked.post)
        names = INSPECTORS.get(area, INSPECTORS[""])
        return next(
            one for one in map(self.company.named, names) if one.id not in {case.raiser.id, case.responsible.id}
        )

    def _hand_in(self, case: Case, key: int, inspector: Member, rest: tuple[str, ...], at: datetime) -> None:
        with as_of(self.session, inspector.person, at):
            self.session.get_one(SpotCheck, key).perform("submit", by=inspector.person, at=at)
        self._next(case, rest, at)


def written(session: Session, check: SpotCheck, inspector: Member, at: datetime) -> int:
    """Writes a check down as its inspector, not yet handed in; returns its key."""
    with as_of(session, inspector.person, at) as act:
        with session.no_autoflush:
            session.add(check)
            check.prepare(at)
        seal(session, check, "create", act)
        return check.id
