"""Every door asks the same gate: the same answer with the same reasons, at any moment, past ones included (P2.3)."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from models.base import Act, Source
from models.journal import acting
from models.organisation import Employee, Post
from models.quality import SpotCheck, SpotCheckItem
from models.reminding import remind
from models.training import PostAssignment, Qualification, gates, may_work
from models.training.certificates import answer_for, print_certificate
from models.training.posts import check_assignments
from rules.base import SYSTEM, RuleBroken
from rules.training import Answer
from rules.training.certificates import CertificateState
from tests.models.acts import doing, perform
from tests.models.training_world import AT, EARLIER, held, hired, planned, post_of, qualified, released, sat
from tests.world import employee

DAY = timedelta(days=1)
ASKED = 1000
SEED = 20261127


@pytest.fixture
def lived(session):
    """A post's story of four months, and what the gate said of everybody on the way, right after each step."""
    _, exam, _, people = qualified(session, validity_months=3)
    remembered = {}

    def remember(at):
        session.expire_all()
        everybody, posts = _all(session)
        for (who, post), found in gates(session, everybody, posts, at).items():
            remembered[who, post, at] = found

    paper = {}
    with doing(session, "hr", EARLIER + DAY) as act:
        for one in people:
            paper[one.id] = print_certificate(session, held(session, one), act)
    perform(session, held(session, people[0]), "stop", "quality_manager", EARLIER + 2 * DAY, note="违章")
    remember(EARLIER + 2 * DAY)
    perform(session, held(session, people[0]), "lift", "quality_manager", EARLIER + 12 * DAY, note="已教育")
    remember(EARLIER + 12 * DAY)
    released(session, at=AT)
    remember(AT)
    perform(session, exam, "approve", "technical_manager", AT + DAY)
    sat(session, exam, people[0], at=AT + 2 * DAY)
    for days in (2, 5, 8):
        sat(session, exam, people[1], at=AT + days * DAY, score=50)
        remember(AT + days * DAY)
    (green,) = hired(session, "生手", at=AT)
    one = planned(session, green, mentor=people[0], kind="temporary", at=AT + 9 * DAY)
    asked = {"exception_reason": "赶交期", "exception_until_on": "2026-11-28"}
    perform(session, one, "ask_exception", "production_manager", AT + 9 * DAY, **asked)
    perform(session, one, "approve_exception", "technical_manager", AT + 9 * DAY, note="同意")
    perform(session, people[2], "leave", "hr", AT + 9 * DAY, note="个人原因")
    moved = {"post": post_of(session, "P-SC2"), "team": None, "effective_on": (AT + 10 * DAY).date()}
    perform(session, people[3], "move", "hr", AT + 10 * DAY, **moved)
    remember(AT + 10 * DAY)
    for days in (11, 30, 65, 73, 90):
        remind(session, AT + days * DAY)
        remember(AT + days * DAY)
    return people, remembered, paper


def _all(session):
    return (
        session.scalars(select(Employee).order_by(Employee.id)).all(),
        session.scalars(select(Post).where(Post.code.in_(("P-SC1", "P-SC2", "P-ZL"))).order_by(Post.id)).all(),
    )


def by_assignment(session, who, post, at):
    """The door of whoever puts somebody at a post."""
    return PostAssignment(employee=who, post=post).ask(at)


def by_check(session, who, post, at):
    """The inspector's door, and that of a check that is taken in from a ledger."""
    check = SpotCheck(post=post, checked_at=at, items=[SpotCheckItem(employee=who, question="x")])
    session.add(check)
    found = check.gates()[who.id]
    session.expunge(check)
    return found


def test_for_a_thousand_random_people_posts_and_moments_every_door_says_the_same(session, lived):
    people, _, _ = lived
    dice = Random(SEED)  # noqa: S311 - the same thousand each time
    everybody, posts = _all(session)
    begin, span = EARLIER - 10 * DAY, int(timedelta(days=130).total_seconds())
    asked = [
        (
            dice.choice([*people, *people, *everybody]),
            dice.choice(posts),
            begin + timedelta(seconds=dice.randrange(span)),
        )
        for _ in range(ASKED)
    ]
    answers, codes = Counter(), Counter()
    with session.no_autoflush, acting(session, Act(SYSTEM, AT + 91 * DAY, Source.COMMAND)):
        for who, post, at in asked:
            found = may_work(who, post, at)
            assert by_assignment(session, who, post, at) == found, (who.name, post.code, at)
            assert by_check(session, who, post, at) == found, (who.name, post.code, at)
            matrix = gates(session, everybody, posts, at)
            assert matrix[who.id, post.id] == found, (who.name, post.code, at)
            assert bool(found.reasons) or found.answer is Answer.YES  # a no is never without a reason
            answers[found.answer] += 1
            codes.update(found.codes)
        session.rollback()
    assert min(answers[one] for one in Answer) >= 5, answers
    assert codes.keys() >= {"expired", "overdue", "attempts_used_up", "held", "in_grace", "left", "never_qualified"}


def test_the_past_answers_as_it_did(session, lived):
    _, remembered, _ = lived
    everybody, posts = _all(session)
    for at in sorted({at for _, _, at in remembered}):
        now_said = gates(session, everybody, posts, at)
        for who, post in now_said:
            then = remembered.get((who, post, at))
            if then is not None:
                assert now_said[who, post].answer is then.answer, (who, post, at, then, now_said[who, post])


def test_an_expired_certificate_is_refused_at_every_door_from_the_first_minute(session, lived):
    people, _, paper = lived
    who, post = people[0], post_of(session)
    last = held(session, who).valid_until_on
    in_time = AT.replace(year=last.year, month=last.month, day=last.day, hour=15, minute=59)  # 23:59 in the factory
    late = in_time + timedelta(minutes=2)
    for at, answer, state in (
        (in_time, Answer.YES, CertificateState.VALID),
        (late, Answer.NO, CertificateState.EXPIRED),
    ):
        found = may_work(who, post, at)
        assert (found.answer, "expired" in found.codes) == (answer, answer is Answer.NO)
        assert gates(session, [who], [post], at)[who.id, post.id] == found
        with session.no_autoflush:
            assert by_assignment(session, who, post, at) == found
            assert by_check(session, who, post, at) == found
            session.expunge_all()
        who, post = employee(session, "车工甲"), post_of(session)
        assert answer_for(session, paper[who.id], source="1.1.1.1", at=at).state is state
    one = planned(session, who, at=late)
    with pytest.raises(RuleBroken, match="ended on"):
        perform(session, one, "activate", "production_manager", late)


def test_the_kept_status_agrees_with_the_facts_once_the_night_has_been(session, lived):
    at = AT + 90 * DAY
    for one in session.scalars(select(Qualification).where(Qualification.closed_at.is_(None))).all():
        says = may_work(one.employee, one.post, at)
        assert (one.status in {"qualified", "limited"}) is (says.answer is not Answer.NO), (one.label, says)
    running = session.scalars(select(PostAssignment).where(PostAssignment.status.in_(("active", "blocked")))).all()
    with acting(session, Act(SYSTEM, at, Source.SCHEDULER)) as act:
        assert check_assignments(act, running) == 0
