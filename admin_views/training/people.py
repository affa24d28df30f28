"""Who may work where: the matrix and a person's page (P2.3, P2.4)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from flask import redirect, render_template, request
from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.registry import record_url
from admin_views.screen import Cell, Heading, Option, Row
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.tabled import Columns, tabled
from admin_views.training.opened import (
    SIGNS,
    TONES,
    gate_cell,
    require_role,
    stranger,
    visible_employee,
)
from admin_views.training.pages import pages
from admin_views.words import exact_date, say, t, today
from models.base import now, on_date
from models.organisation import Department, Employee, Post, departments_below
from models.training import (
    ExamAttempt,
    Qualification,
    SessionAttendee,
    TrainingObligation,
    TrainingSession,
    gates,
)
from rules.base import NotVisible, Person, Role, Words, key_of, reach
from rules.organisation import EmployeeStatus
from rules.training import Answer, Gate
from rules.training.kinds import HR_DESK, QUALIFICATION, TRAINERS, QualificationStatus

MOST_PEOPLE = 300
MOST_LINES = 50
Table: TypeAlias = tuple[list[Heading], list[Row]]
LOOK_AFTER = (*TRAINERS, Role.TEAM_LEADER, Role.QUALITY_MANAGER, Role.PRODUCTION_MANAGER)


# -- matrix ----------------------------------------------------------------------------------------------------------


@pages.get("/matrix/")
def matrix() -> AnyResponse | str:
    """People by posts: a sign and a word in each cell, its reasons behind it; printable."""
    if (door := stranger()) is not None:
        return door
    person = require_role(*LOOK_AFTER)
    departments = db.session.scalars(
        select(Department).where(Department.voided_at.is_(None)).order_by(Department.code)
    ).all()
    chosen = next((one for one in departments if str(one.id) == request.args.get("department", "")), None)
    posts, people = _posts(chosen), _people(person, chosen)
    teams = {who.team_id: who.team.name for who in people if who.team is not None}
    team = next((key for key in teams if str(key) == request.args.get("team", "")), None)
    people = [who for who in people if team in {None, who.team_id}]
    found = gates(db.session, people, posts, now()) if people and posts else {}
    held = _held([one.id for one in people])
    posts = [one for one in posts if any((who.id, one.id) in held or who.post_id == one.id for who in people)]
    return render_template(
        "training/matrix.html",
        posts=posts,
        rows=[_matrix_row(who, posts, found, held) for who in _answered(people, posts, found, held)],
        answers=[Option(str(one), say(one.words), str(one) == request.args.get("answer", "")) for one in Answer],
        departments=[Option(str(one.id), one.name, one is chosen) for one in departments],
        teams=[Option(str(key), name, key == team) for key, name in teams.items()],
        today=exact_date(today()),
    )


def _posts(chosen: Department | None) -> list[Post]:
    query = select(Post).where(Post.requires_qualification, Post.voided_at.is_(None)).order_by(Post.code)
    if chosen is not None:
        below = departments_below(db.session, chosen.id)
        at_home = select(Employee.post_id).where(Employee.department_id.in_(below))
        query = query.where(or_(Post.department_id.in_(below), Post.id.in_(at_home)))
    return list(db.session.scalars(query))


def _people(person: Person, chosen: Department | None) -> list[Employee]:
    """Who holds a post that takes a qualification, or is qualified for one; only whom this person may look after."""
    of_posts = select(Post.id).where(Post.requires_qualification)
    qualified = select(Qualification.employee_id).where(Qualification.closed_at.is_(None))
    query = (
        select(Employee)
        .where(
            or_(Employee.post_id.in_(of_posts), Employee.id.in_(qualified)),
            Employee.status != EmployeeStatus.LEFT,
            Employee.voided_at.is_(None),
        )
        .options(joinedload(Employee.post), joinedload(Employee.team))
        .order_by(Employee.department_id, Employee.team_id, Employee.no)
        .limit(MOST_PEOPLE)
    )
    scope = reach(person, QUALIFICATION.view)
    if scope is not None:
        query = query.where(or_(Employee.department_id.in_(sorted(scope)), Employee.team_id.in_(sorted(person.teams))))
    if chosen is not None:
        query = query.where(Employee.department_id.in_(departments_below(db.session, chosen.id)))
    return list(db.session.scalars(query))


def _answered(people: Sequence[Employee], posts: Sequence[Post], found: Any, held: Any) -> Sequence[Employee]:
    """Those to whom the gate gives the answer that is looked for at a post of theirs; all where none is."""
    given = request.args.get("answer", "")
    if given not in {str(one) for one in Answer}:
        return people
    return [
        who
        for who in people
        if any(
            str(found[who.id, post.id].answer) == given
            for post in posts
            if who.post_id == post.id or (who.id, post.id) in held
        )
    ]


def _held(people: Sequence[int]) -> dict[tuple[int, int], tuple[int, QualificationStatus, Any]]:
    rows = db.session.execute(
        select(
            Qualification.employee_id,
            Qualification.post_id,
            Qualification.id,
            Qualification.status,
            Qualification.valid_until_on,
        ).where(Qualification.employee_id.in_(people), Qualification.closed_at.is_(None))
    )
    return {(who, post): (key, status, until) for who, post, key, status, until in rows}


def _matrix_row(who: Employee, posts: Sequence[Post], found: Any, held: Any) -> dict[str, Any]:
    return {
        "who": who.name,
        "no": who.no,
        "team": who.team.name if who.team is not None else who.post.name,
        "url": f"/training/people/{who.id}/",
        "cells": [_matrix_cell(who, post, found[who.id, post.id], held.get((who.id, post.id))) for post in posts],
    }


def _matrix_cell(who: Employee, post: Post, answer: Gate, own: Any) -> dict[str, Any] | None:
    """Nothing where the person has nothing to do with the post."""
    if own is None and who.post_id != post.id:
        return None
    key, status, until = own or (None, QualificationStatus.CANDIDATE, None)
    return {
        "tone": TONES[answer.answer],
        "sign": SIGNS[answer.answer],
        "words": t("By exception", "例外监护") if "exception" in answer.codes else say(status.words),
        "until": until.isoformat() if until is not None else "",
        "why": " ".join(say(one.words) for one in answer.reasons),
        "url": record_url(Qualification, key) or f"/training/people/{who.id}/",
        "post": post.name,
    }


# -- a person --------------------------------------------------------------------------------------------------------


@pages.get("/me/")
def me() -> AnyResponse:
    """The own page."""
    if (door := stranger()) is not None:
        return door
    key = person_here().employee_id
    if key is None:
        raise NotVisible
    return redirect(f"/training/people/{key}/")


@pages.get("/people/<key>/")
def person_page(key: str) -> AnyResponse | str:
    """What somebody owes, where he may work and why, what he learnt and scored."""
    if (door := stranger()) is not None:
        return door
    number = key_of(key)
    if number is None:
        raise NotVisible
    who, person = visible_employee(number), person_here()
    if not _may_see(who, person):
        raise NotVisible
    posts = _posts_of(who)
    found = gates(db.session, [who], posts, now())
    held = _held([who.id])
    return render_template(
        "training/person.html",
        who=who,
        may_file=person.holds(*HR_DESK) or person.employee_id == who.id,
        posts=[
            {
                "name": one.name,
                "gate": gate_cell(found[who.id, one.id]),
                "reasons": [say(each.words) for each in found[who.id, one.id].reasons],
                "url": record_url(Qualification, held.get((who.id, one.id), (None,))[0]),
                "certificate": _certificate_url(held.get((who.id, one.id))),
                "until": held.get((who.id, one.id), (None, None, None))[2],
            }
            for one in posts
        ],
        until=exact_date,
        owed=_owed_of(who, person),
        results=_results_of(who, person),
        trainings=_trainings_of(who),
    )


def _certificate_url(own: Any) -> str:
    if own is None or own[1] not in {QualificationStatus.QUALIFIED, QualificationStatus.LIMITED}:
        return ""
    return f"/training/certificates/{own[0]}/"


def _may_see(who: Employee, person: Person) -> bool:
    if person.employee_id == who.id or person.holds(*TRAINERS, Role.ADMIN) or who.team_id in person.teams:
        return True
    scope = reach(person, QUALIFICATION.view)
    return scope is None or who.department_id in scope


def _posts_of(who: Employee) -> list[Post]:
    qualified = select(Qualification.post_id).where(
        Qualification.employee_id == who.id, Qualification.closed_at.is_(None)
    )
    return list(
        db.session.scalars(
            select(Post)
            .where(or_(Post.id == who.post_id, Post.id.in_(qualified)))
            .order_by(Post.id != who.post_id, Post.code)
        )
    )


def _due(one: TrainingObligation) -> Cell:
    found = cell_of(one.due_on)
    is_late = one.settled_at is None and one.due_on < on_date(now())
    return replace(found, tone="overdue") if is_late else found


OWED: Columns = {
    "topic": (Words("What", "内容"), lambda one: one.topic),
    "reason": (Words("Why", "原因"), lambda one: one.reason.words),
    "mode": (Words("How", "方式"), lambda one: one.mode.words),
    "due": (Words("By", "截止日期"), _due),
    "status": (Words("State", "状态"), lambda one: one.status),
}
RESULTS: Columns = {
    "exam": (Words("Exam", "考核"), lambda one: one.exam.title),
    "on": (Words("Taken on", "考核日期"), lambda one: one.taken_on),
    "no": (Words("Attempt", "考次"), lambda one: one.attempt_no),
    "score": (Words("Theory", "理论"), lambda one: one.score),
    "practical": (Words("Practice", "实操"), lambda one: one.practical_score),
    "result": (Words("Result", "结果"), lambda one: one.result),
    "status": (Words("State", "状态"), lambda one: one.status),
}
TRAININGS: Columns = {
    "topic": (Words("Training", "培训"), lambda one: one.training.topic),
    "kind": (Words("Kind", "类别"), lambda one: one.training.kind.words),
    "at": (Words("When", "时间"), lambda one: one.training.planned_from_at),
    "came": (Words("Attendance", "签到"), lambda one: one.attendance),
}


def _owed_of(who: Employee, person: Person) -> Table:
    one = TrainingObligation
    rows = db.session.scalars(
        select(one)
        .where(one.employee_id == who.id, one.visible_to(person))
        .order_by(one.settled_at.is_not(None), one.due_on.desc(), one.id.desc())
        .limit(MOST_LINES)
    )
    return tabled(OWED, rows)


def _results_of(who: Employee, person: Person) -> Table:
    one = ExamAttempt
    rows = db.session.scalars(
        select(one)
        .where(one.employee_id == who.id, one.visible_to(person))
        .options(joinedload(one.exam))
        .order_by(one.taken_on.desc(), one.id.desc())
        .limit(MOST_LINES)
    )
    return tabled(RESULTS, rows)


def _trainings_of(who: Employee) -> Table:
    rows = db.session.scalars(
        select(SessionAttendee)
        .join(SessionAttendee.training)
        .options(contains_eager(SessionAttendee.training))
        .where(SessionAttendee.employee_id == who.id)
        .order_by(TrainingSession.planned_from_at.desc())
        .limit(MOST_LINES)
    )
    return tabled(TRAININGS, rows, lambda one: f"/training/sessions/{one.session_id}/")
