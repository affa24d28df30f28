"""Spot checks as inspectors made them, and what became of the rectifications they raised (P3.2)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from random import Random
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.demo.papers import Papers
from models.demo.people import AWAY, INSPECTORS
from models.demo.questions import NOTES, QUESTIONS, REASONS, Question
from models.demo.readings import line_of
from models.demo.rectification import FATES, Case, Rectifications, written
from models.organisation import Employee, Post
from models.process import ProcessDocument
from models.quality import SpotCheck, SpotCheckItem
from rules.quality import Category

LEADERS_MATTER = frozenset({Category.EQUIPMENT, Category.ENVIRONMENT})
"""What the team leader puts right, not the one at the machine."""


class Failing(NamedTuple):
    """A question that fails, who puts it right, and what becomes of it (a key of FATES)."""

    question: Question
    responsible: Member
    fate: str


class Visit(NamedTuple):
    """A check that is going to be made: who looks at whose work, and what fails."""

    inspector: Member
    checked: Member
    questions: Sequence[Question]
    failing: Sequence[Failing] = ()
    is_left_draft: bool = False
    is_voided: bool = False


class Checks:
    """Makes the checks of the diary."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary, papers: Papers) -> None:
        self.session, self.rng, self.company, self.diary, self.papers = session, rng, company, diary, papers
        self.rectifications = Rectifications(session, rng, company, diary)

    def plan(self, at: datetime, visit: Visit) -> None:
        self.diary.note(at, partial(self._make, visit))

    # -- by chance ---------------------------------------------------------------------------------------------------

    def by_chance(self, area: str, post: str, failure_rate: float) -> Visit:
        """Some inspector of the area looks at somebody at that post."""
        checked = self.rng.choice([one for one in self.company.at_post(post) if one.name not in AWAY])
        inspector = self.company.named(self.rng.choice(INSPECTORS[area]))
        pool = QUESTIONS[post]
        asked = self.rng.sample(pool, min(len(pool), self.rng.randint(2, 4)))
        failing: list[Failing] = []
        if self.rng.random() < failure_rate:
            wrong = asked[: 2 if self.rng.random() < 0.12 else 1]
            failing = [Failing(one, self._who_mends(one, checked), self.fate()) for one in wrong]
        return Visit(inspector, checked, sorted(asked, key=pool.index), failing)

    def _who_mends(self, question: Question, checked: Member) -> Member:
        return self.company.leader(checked) if question.category in LEADERS_MATTER else checked

    def fate(self) -> str:
        chances = {name: fate.chance for name, fate in FATES.items() if fate.chance}
        return self.rng.choices(list(chances), list(chances.values()))[0]

    # -- made --------------------------------------------------------------------------------------------------------

    def _make(self, visit: Visit, at: datetime) -> None:
        """Written down at the post, handed in a few minutes later."""
        document = self.papers.document_for(visit.checked.post)
        check = SpotCheck(
            checked_at=at,
            post=self.session.get_one(Post, self.company.posts[visit.checked.post]),
            document=self.session.get_one(ProcessDocument, document) if document else None,
            inspector_id=visit.inspector.id,
            sample_qty=self.rng.choice((1, 3, 5, 5, 8)),
            note=self.rng.choice(NOTES),
            items=self._lines(visit),
        )
        key = written(self.session, check, visit.inspector, at)
        if not visit.is_left_draft:
            self.diary.note(self.diary.clock.later(at, self.rng.randint(3, 20)), partial(self._submit, key, visit))

    def _lines(self, visit: Visit) -> list[SpotCheckItem]:
        failing = {one.question: one.responsible for one in visit.failing}
        employee = self.session.get_one(Employee, visit.checked.id)
        lines = [
            line_of(self.rng, seq, one, employee, is_wrong=one in failing, responsible=failing.get(one))
            for seq, one in enumerate(visit.questions, start=1)
        ]
        if visit.is_left_draft:
            lines[-1].value = lines[-1].verdict = None
        return lines

    def _submit(self, key: int, visit: Visit, at: datetime) -> None:
        by = visit.inspector.person
        with as_of(self.session, by, at):
            check = self.session.get_one(SpotCheck, key)
            check.perform("submit", by=by, at=at)
            raised = {one.description.partition("：")[0]: one.id for one in check.raised()}
        for failing in visit.failing:
            case = Case(
                raised[failing.question.text], visit.inspector, failing.responsible, visit.checked, failing.question
            )
            self.rectifications.plan(case, failing.fate, at)
        if visit.is_voided:
            self.diary.note(self.diary.clock.later(at, self.rng.randint(60, 500)), partial(self._void, key))

    def _void(self, key: int, at: datetime) -> None:
        by = self.company.named("quality_manager").person
        with as_of(self.session, by, at):
            self.session.get_one(SpotCheck, key).perform("void", by=by, at=at, note=self.rng.choice(REASONS["void"]))
