"""What stands in a check form before the first tap: who, which questions, which document, what failed before (P3.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from admin_views.columns import cell_of, due_cell
from admin_views.quality.templates import limits_text
from admin_views.registry import record_url
from admin_views.screen import Cell
from admin_views.session import db
from admin_views.words import say, t
from models.actions import ActionItem
from models.after_sales import Ticket
from models.base import on_date
from models.organisation import Employee, Placement, Post
from models.quality import (
    CheckDraw,
    CheckTemplate,
    CheckTemplateItem,
    SpotCheck,
    SpotCheckItem,
    draws_of,
    stages_at,
    templates_at,
)
from models.quality.asking import Failure, Paper, failures_at, papers_at, people_at, rectifications_at
from models.quality.drawing import done_of
from models.schedule import PlanStage
from models.training import gates
from rules import quality
from rules.base import NotYours, Person, Words, key_of
from rules.quality import Answer, Candidate, CheckKind, kinds_of
from rules.schedule import StageStatus
from rules.training import Answer as Gated
from rules.training import Gate

GATE_TONES = {Gated.YES: "met", Gated.SUPERVISED: "soon", Gated.NO: "overdue"}


@dataclass(frozen=True)
class Question:
    """A question as the phone shows it."""

    item: CheckTemplateItem
    limits: str
    passing: Sequence[str]
    failing: Sequence[str]

    @property
    def is_number(self) -> bool:
        return self.item.answer is Answer.NUMBER

    @property
    def is_choice(self) -> bool:
        return self.item.answer is Answer.CHOICE


@dataclass(frozen=True)
class Drawn:
    """Somebody whom today's draw names for this post."""

    employee_id: int
    draw: CheckDraw
    why: str
    is_done: bool


@dataclass(frozen=True)
class Ask:
    """A check form that waits for its answers."""

    post: Post
    kinds: Sequence[CheckKind]
    templates: list[CheckTemplate]
    template: CheckTemplate | None
    people: Sequence[Employee]
    employee: Employee | None
    paper: Paper | None
    at: datetime
    stages: Sequence[PlanStage] = ()
    stage: PlanStage | None = None
    ticket: Ticket | None = None
    draws: Sequence[Drawn] = ()
    failures: Sequence[Failure] = ()
    open_actions: Sequence[ActionItem] = ()
    questions: Sequence[Question] = ()
    leaders: Mapping[int, Employee] = field(default_factory=dict)
    gates: Mapping[int, Gate] = field(default_factory=dict)

    def gate_of(self, employee_id: int) -> tuple[Cell, list[str]] | None:
        """Whether somebody may work here now, and why not."""
        found = self.gates.get(employee_id)
        if found is None:
            return None
        reasons = [] if found.answer is Gated.YES else [say(one.words) for one in found.reasons]
        return Cell(say(found.answer.words), "state", tone=GATE_TONES[found.answer]), reasons

    @property
    def why(self) -> str:
        """Why this person, where the draw named him."""
        mine = [one for one in self.draws if self.employee is not None and one.employee_id == self.employee.id]
        return mine[0].why if mine else ""

    def draw_for(self, employee_id: int) -> CheckDraw | None:
        return next((one.draw for one in self.draws if one.employee_id == employee_id), None)

    def mender(self, given: str) -> Employee | None:
        """Who puts a failure right, of those that the form offers; the checked person where nobody else is named."""
        offered = {str(one.id): one for one in (*self.leaders.values(), *self.people)}
        return offered.get(given)

    @property
    def menders(self) -> list[Employee]:
        """The checked person, then his leader."""
        leader = self.leaders.get(self.employee.id) if self.employee is not None else None
        return [one for one in (self.employee, leader) if one is not None]

    def failure_cells(self) -> list[tuple[Failure, Cell]]:
        return [(one, cell_of(one.last_at)) for one in self.failures]

    def action_cells(self) -> list[tuple[ActionItem, str, Cell]]:
        return [(one, record_url(ActionItem, one.id), due_cell(one.due_at, self.at)) for one in self.open_actions]


def ask_of(post: Post, person: Person, said: Mapping[str, str], at: datetime) -> Ask:
    """The form for a post: by what the address says, else today's draw, else who was checked longest ago.

    Raises NotYours where the person makes no checks, or none here.
    """
    kinds = _kinds_here(post, person)
    templates = templates_at(db.session, post, kinds)
    template = _chosen(templates, said)
    people = _people(post, person, template.scope if template else kinds[0], at)
    draws = _drawn(post, person, template, at)
    employee = _checked(people, said, draws, template)
    stages = stages_at(db.session, post)
    stage = _worked(stages, employee, said)
    papers = papers_at(db.session, post, _document(template, stage))
    return Ask(
        post=post,
        kinds=kinds,
        templates=templates,
        template=template,
        people=people,
        employee=employee,
        paper=papers[0] if papers else None,
        stages=stages,
        stage=stage,
        ticket=_ticket(said, person),
        draws=draws,
        failures=failures_at(db.session, post, at),
        open_actions=rectifications_at(db.session, post, person),
        questions=[question_of(one) for one in template.items] if template else [],
        leaders=_leaders(people),
        gates={who: one for (who, _), one in gates(db.session, people, [post], at).items()} if people else {},
        at=at,
    )


def _worked(stages: Sequence[PlanStage], employee: Employee | None, said: Mapping[str, str]) -> PlanStage | None:
    """The stage that the address names, else the one that the person is at, else the only one under way."""
    if "stage" in said:
        return next((one for one in stages if str(one.id) == said["stage"]), None)
    under_way = [one for one in stages if one.status is StageStatus.IN_PROGRESS]
    own = [one for one in under_way if employee is not None and one.owner_id == employee.id]
    return own[0] if own else under_way[0] if len(under_way) == 1 else None


def _ticket(said: Mapping[str, str], person: Person) -> Ticket | None:
    """The report that the address names, where the person may see it."""
    key = key_of(said.get("ticket", ""))
    if key is None:
        return None
    return db.session.scalar(select(Ticket).where(Ticket.id == key, Ticket.visible_to(person)))


def _document(template: CheckTemplate | None, stage: PlanStage | None) -> int | None:
    """The template's document, else the one that the stage is worked by."""
    if template is not None and template.document_id is not None:
        return template.document_id
    return stage.revision.document_id if stage is not None and stage.revision is not None else None


def question_of(item: CheckTemplateItem) -> Question:
    asked = item.asked()
    return Question(item, limits_text(item), asked.passing, asked.failing)


def _kinds_here(post: Post, person: Person) -> tuple[CheckKind, ...]:
    """The kinds that the person may make at this post."""
    kinds = kinds_of(person)
    teams = {one for one in _teams_at(post) if one in person.teams}
    here = tuple(one for one in kinds if quality.may_check(one, person, post.department_id, teams))
    if not here:
        told = (
            Words("This post lies outside your area.", "该岗位不在您的负责范围内。")
            if kinds
            else Words("Checks are made by quality, technical, team leaders.", "检查由质量、技术人员和班组长进行。")
        )
        raise NotYours(told)
    return here


def _teams_at(post: Post) -> set[int]:
    found = db.session.scalars(select(Employee.team_id).where(Employee.post_id == post.id).distinct())
    return {one for one in found if one is not None}


def _chosen(templates: Sequence[CheckTemplate], said: Mapping[str, str]) -> CheckTemplate | None:
    wanted, kind = said.get("template", ""), said.get("kind", "")
    return next(
        (one for one in templates if str(one.id) == wanted),
        next((one for one in templates if str(one.scope) == kind), templates[0] if templates else None),
    )


def _people(post: Post, person: Person, kind: CheckKind, at: datetime) -> list[Employee]:
    """Nobody checks himself; a team leader checks his own people."""
    found = [one for one in people_at(db.session, post, on_date(at)) if one.id != person.employee_id]
    if kind is CheckKind.LEADER_PATROL:
        return [one for one in found if one.team_id in person.teams]
    return found


def _drawn(post: Post, person: Person, template: CheckTemplate | None, at: datetime) -> list[Drawn]:
    draws = draws_of(db.session, person.employee_id or 0, on_date(at))
    mine = [one for one in draws if template is None or one.plan.scope is template.scope]
    done = done_of(db.session, mine) if mine else {}
    return [
        Drawn(
            one.employee_id,
            draw,
            t("; ", "；").join(say(words) for words in quality.why(one, draw.method)),
            (draw.id, one.employee_id) in done,
        )
        for draw in mine
        for one in draw.drawn()
        if one.post_id == post.id
    ]


def _checked(
    people: Sequence[Employee], said: Mapping[str, str], draws: Sequence[Drawn], template: CheckTemplate | None
) -> Employee | None:
    by_key = {one.id: one for one in people}
    wanted = said.get("employee", "")
    if wanted:
        return next((one for one in people if str(one.id) == wanted), None)
    for one in draws:
        if not one.is_done and one.employee_id in by_key:
            return by_key[one.employee_id]
    if not people:
        return None
    last = _last_checked(list(by_key), template)
    known = [Candidate(one.id, one.post_id, on_date(last[one.id]) if one.id in last else None) for one in people]
    return people[quality.picked(known, 1, quality.Method.PLANNED, people[0].id)[0]]


def _last_checked(ids: Sequence[int], template: CheckTemplate | None) -> Mapping[int, datetime]:
    kind = template.scope if template else CheckKind.SPOT_CHECK
    rows = db.session.execute(
        select(SpotCheckItem.employee_id, func.max(SpotCheck.checked_at))
        .join(SpotCheck)
        .where(SpotCheckItem.employee_id.in_(ids), SpotCheck.kind == kind, SpotCheck.status != "voided")
        .group_by(SpotCheckItem.employee_id)
    )
    return {who: when for who, when in rows if who is not None}


def _leaders(people: Sequence[Employee]) -> dict[int, Employee]:
    """Who leads the team of each."""
    teams = {one.team_id for one in people if one.team_id is not None}
    if not teams:
        return {}
    rows = db.session.execute(
        select(Placement.team_id, Employee)
        .join(Employee, Employee.id == Placement.employee_id)
        .where(Placement.team_id.in_(teams), Placement.leads_team, Placement.to_on.is_(None))
    )
    by_team = {team: leader for team, leader in rows if team is not None}
    return {
        one.id: by_team[one.team_id] for one in people if one.team_id in by_team and by_team[one.team_id] is not one
    }
