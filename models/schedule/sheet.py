"""The stages of a plan edited as one table: names found in bulk, each row judged, everything kept or nothing (S1.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.base import Act
from models.organisation import Employee, Post
from models.process import DocumentRevision, ProcessDocument
from models.schedule.plans import ProductionPlan
from models.schedule.stages import PlanStage, whole_stages
from models.training.marking import HAS_LEFT, NO_SUCH_PERSON, SEVERAL, said_of
from rules.base import RuleBroken, Words, key_of
from rules.ledger.text import folded
from rules.organisation import EmployeeStatus
from rules.process import RevisionStatus
from rules.schedule import StageStatus
from rules.schedule.plans import Task
from rules.schedule.sheet import Meant, Typed, read

NO_SUCH_POST = Words("There is no such post.", "没有此岗位。")
NO_SUCH_REVISION = Words("There is no such released revision.", "没有此文件的已发布版次。")
CHANGED = Words(
    "Somebody else has changed this stage since you opened the table. Open it again; what you typed is kept.",
    "您打开后该阶段已被他人修改，请重新打开表格（您填写的内容会保留）。",
)
GONE = Words("This stage is not in the plan any more.", "该阶段已不在计划中。")
OVER = Words("The stage is done: it is not changed any more.", "该阶段已完成，不能再修改。")
TAKEN = Words("This number belongs to a cancelled stage.", "该序号已被已取消的阶段占用。")
FAR = 1_000_000


@dataclass
class Judged:
    """A row with the records that its names mean, and the stage that it changes."""

    meant: Meant
    stage: PlanStage | None = None
    post: Post | None = None
    owner: Employee | None = None
    revision: DocumentRevision | None = None

    @property
    def faults(self) -> dict[str, Words]:
        return self.meant.faults

    def task(self) -> Task:
        one = self.meant
        return Task(
            seq=one.seq,
            name=one.name,
            post_id=self.post.id if self.post else None,
            owner_id=self.owner.id if self.owner else None,
            heads=one.heads,
            start_on=one.start_on,
            end_on=one.end_on,
            revision_id=self.revision.id if self.revision else None,
            weight=one.weight,
            qty=one.qty,
            after=one.after,
        )


# -- as it stands ----------------------------------------------------------------------------------------------------


def typed_of(stage: PlanStage) -> Typed:
    """A stage as the table shows it."""
    weight = stage.weight or Decimal(0)
    return Typed(
        f"{stage.id}.{stage.version_no}",
        {
            "seq": str(stage.seq),
            "name": stage.name,
            "operation": stage.operation,
            "post": stage.post.name if stage.post else "",
            "owner": f"{stage.owner.name}（{stage.owner.no}）" if stage.owner else "",
            "heads": str(stage.heads_needed),
            "revision": stage.revision.label if stage.revision else "",
            "start_on": stage.planned_start_on.isoformat() if stage.planned_start_on else "",
            "end_on": stage.planned_end_on.isoformat() if stage.planned_end_on else "",
            "weight": format(weight.normalize(), "f") if weight else "",
            "qty": str(stage.qty) if stage.qty is not None else "",
            "after": ", ".join(str(one) for one in sorted(wait.predecessor.seq for wait in stage.waits)),
        },
    )


# -- judged ----------------------------------------------------------------------------------------------------------


def judge(plan: ProductionPlan, rows: Sequence[Typed], known: Sequence[PlanStage] | None = None) -> list[Judged]:
    """Every row by the same rules as on saving; many rows cost no more statements than one. ``known``: its stages."""
    session = plan.session
    found = [Judged(one) for one in read(rows)]
    stages = {one.id: one for one in (whole_stages(plan) if known is None else known)}
    _find_stages(found, stages)
    _find_posts(session, found)
    _find_owners(session, found)
    _find_revisions(session, found)
    for one in found:
        if one.stage is not None and one.stage.status is StageStatus.DONE and _is_changed(one):
            one.faults["name"] = OVER
    _refuse_taken(session, plan, found)
    return found


def _find_stages(found: Iterable[Judged], stages: Mapping[int, PlanStage]) -> None:
    for one in found:
        key, _, version = one.meant.typed.key.partition(".")
        if not key:
            continue
        one.stage = stages.get(key_of(key) or 0)
        if one.stage is None:
            one.faults["seq"] = GONE
        elif version != str(one.stage.version_no):
            one.faults["seq"] = CHANGED


def _find_posts(session: Session, found: Iterable[Judged]) -> None:
    """By code or by name."""
    named = [(one, folded(one.meant.typed.cells.get("post", ""))) for one in found]
    posts = (
        session.scalars(select(Post).where(Post.voided_at.is_(None))).all() if any(said for _, said in named) else ()
    )
    known = {folded(post.name): post for post in posts} | {folded(post.code): post for post in posts}
    for one, said in named:
        one.post = known.get(said)
        if said and one.post is None:
            one.faults["post"] = NO_SUCH_POST


def _find_owners(session: Session, found: Iterable[Judged]) -> None:
    """By number, by name, or by ``name（number）``."""
    named = [(one, *said_of(said)) for one in found if (said := one.meant.typed.cells.get("owner", "").strip())]
    numbers, names = ({one[place] for one in named if one[place]} for place in (1, 2))
    query = select(Employee).where(
        or_(Employee.no.in_(sorted(numbers)), Employee.name.in_(sorted(names))), Employee.voided_at.is_(None)
    )
    people = session.scalars(query).all() if named else ()
    for one, no, called in named:
        fitting = [who for who in people if (not no or who.no == no) and (not called or who.name == called)]
        staying = [who for who in fitting if who.status is not EmployeeStatus.LEFT]
        if len(staying) == 1:
            one.owner = staying[0]
            continue
        one.faults["owner"] = (
            SEVERAL if len(staying) > 1 else HAS_LEFT if fitting and (no or called) else NO_SUCH_PERSON
        )


def _find_revisions(session: Session, found: Iterable[Judged]) -> None:
    """By number and revision; the number alone means the revision in force."""
    named = [(one, folded(said)) for one in found if (said := one.meant.typed.cells.get("revision", "").strip())]
    if not named:
        return
    rows = session.scalars(
        select(DocumentRevision)
        .join(ProcessDocument, ProcessDocument.id == DocumentRevision.document_id)
        .options(joinedload(DocumentRevision.document))
        .where(DocumentRevision.released_at.is_not(None))
        .order_by(DocumentRevision.released_at)
    ).all()
    known: dict[str, DocumentRevision] = {}
    for one in rows:
        known[folded(one.label)] = one
        if one.status is RevisionStatus.RELEASED:
            known[folded(one.document.doc_no)] = one
    for judged, said in named:
        judged.revision = known.get(said)
        if judged.revision is None:
            judged.faults["revision"] = NO_SUCH_REVISION


def _refuse_taken(session: Session, plan: ProductionPlan, found: Iterable[Judged]) -> None:
    """A number that a cancelled stage bears is not given again."""
    cancelled = select(PlanStage.seq).where(PlanStage.plan_id == plan.id, PlanStage.status == StageStatus.CANCELLED)
    taken = set(session.scalars(cancelled))
    for one in found:
        if one.meant.seq in taken:
            one.faults.setdefault("seq", TAKEN)


def _is_changed(one: Judged) -> bool:
    return one.stage is not None and one.task().kept() != one.stage.task().kept()


# -- kept ------------------------------------------------------------------------------------------------------------


def keep(plan: ProductionPlan, found: Sequence[Judged], removed: Iterable[int], act: Act) -> int:
    """Writes the whole table into the plan; the number of stages that became otherwise. The rows have no faults."""
    plan.refuse_frozen()
    session = plan.session
    changed = [one for one in found if one.stage is None or _differs(one)]
    leaving = set(removed)
    gone = [one for one in plan.stages if one.id in leaving]
    _refuse_numbers_of(plan, gone, found)
    _make_room(session, changed, gone)
    for one in changed:
        _write(plan, one)
    session.flush()
    stages = {one.meant.seq: one.stage for one in found if one.stage is not None}
    for one in changed:
        if one.stage is not None:
            one.stage.wait_for([stages[seq] for seq in one.meant.after])
    session.flush()
    for stage in gone:
        _take_out(plan, stage, act)
    session.flush()
    session.expire(plan, ["stages"])
    plan.note_change(act)
    return len(changed) + len(gone)


def _differs(one: Judged) -> bool:
    return _is_changed(one) or (one.stage is not None and one.stage.operation != one.meant.operation)


def _refuse_numbers_of(plan: ProductionPlan, gone: Iterable[PlanStage], found: Iterable[Judged]) -> None:
    """Raises RuleBroken where a stage that stays on record as cancelled would share its number with another."""
    taken = {one.seq for one in gone if plan.versions} & {one.meant.seq for one in found}
    if taken:
        raise RuleBroken(
            Words(
                "Number {seq}: the stage taken out stays on record as cancelled, with its number. Give another one.",
                "序号 {seq}：移除的阶段会以“已取消”留档并保留原序号，请改用其他序号。",
                seq=min(taken),
            ),
            field="rows",
            clause="S1.2",
        )


def _make_room(session: Session, changed: Iterable[Judged], gone: Iterable[PlanStage]) -> None:
    """Numbers that change places are moved out of the way first: no two stages bear one at any moment."""
    numbers = {one.meant.seq for one in changed}
    moving = [one.stage for one in changed if one.stage is not None and one.stage.seq != one.meant.seq]
    moving += [one for one in gone if one.seq in numbers]
    for stage in moving:
        stage.seq += FAR
    if moving:
        session.flush()


def _write(plan: ProductionPlan, one: Judged) -> None:
    meant, session = one.meant, plan.session
    stage = one.stage or PlanStage(plan=plan, waits=[])
    stage.seq, stage.name, stage.operation = meant.seq, meant.name, meant.operation
    stage.post, stage.owner, stage.revision = one.post, one.owner, one.revision
    stage.heads_needed, stage.weight, stage.qty = meant.heads, meant.weight, meant.qty
    stage.planned_start_on, stage.planned_end_on = meant.start_on, meant.end_on
    stage.prepare()
    session.add(stage)
    one.stage = stage


def _take_out(plan: ProductionPlan, stage: PlanStage, act: Act) -> None:
    """A stage that nobody has seen yet goes; of a plan that was submitted it is cancelled and stays on record."""
    if stage.status not in {StageStatus.PENDING, StageStatus.READY}:
        raise RuleBroken(
            Words(
                "Stage {seq} {name} has begun: it stays in the plan.",
                "第 {seq} 阶段“{name}”已开工，不能从计划中移除。",
                seq=stage.seq,
                name=stage.name,
            ),
            clause="S1.2",
        )
    if plan.versions:
        stage.wait_for([])
        stage.perform("cancel", act=act.consequence("S1.2"))
        return
    plan.session.delete(stage)


__all__ = ["Judged", "judge", "keep", "typed_of"]
