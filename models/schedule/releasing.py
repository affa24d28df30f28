"""What a plan lacks before it may be released: review, conditions, revisions, owners, people (S1.3, S1.4)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from models.base import Act, after, now, on_date
from models.regulation import company_calendar
from models.schedule.capacity import demands_of
from models.schedule.load import Load, load_with
from models.schedule.plans import MISSING_BEFORE_RELEASE, ProductionPlan
from models.schedule.stages import whole_stages
from models.training import gates_of
from rules.base import Person, Words
from rules.process import RevisionStatus
from rules.schedule.feasibility import Overload, words_of_overloads
from rules.training import Answer


def missing(plan: ProductionPlan, at: datetime) -> list[Words]:
    """Everything that stands in the way of the release, so that it is all said at once."""
    return [*_unreviewed(plan), *_unmet(plan), *_out_of_force(plan), *_barred(plan, at), *_short(plan, at)]


MISSING_BEFORE_RELEASE.append(missing)


def _unreviewed(plan: ProductionPlan) -> Iterator[Words]:
    version = plan.approved
    if plan.needs_review or version is None or version.snapshot != plan.content():
        yield Words("This version of the plan is not approved.", "当前版本尚未通过技术审核。")


def _unmet(plan: ProductionPlan) -> Iterator[Words]:
    for condition in plan.order.open_conditions():
        yield Words(
            "A condition of the clearance is not met: {what} ({who}).",
            "评审条件尚未落实：{what}（{who}）。",
            what=condition.text,
            who=condition.responsible.name,
        )


def _out_of_force(plan: ProductionPlan) -> Iterator[Words]:
    for stage in whole_stages(plan):
        if stage.revision is not None and stage.revision.status is not RevisionStatus.RELEASED:
            yield Words(
                "Stage {seq} {name}: {revision} is not in force.",
                "第 {seq} 阶段“{name}”：{revision} 不是现行版次。",
                seq=stage.seq,
                name=stage.name,
                revision=stage.revision.label,
            )


def _barred(plan: ProductionPlan, at: datetime) -> Iterator[Words]:
    """Owners who may not work at their post as things stand."""
    asked = [(one, one.owner, one.post) for one in whole_stages(plan) if one.owner is not None and one.post is not None]
    answers = gates_of(plan.session, [(who, post) for _, who, post in asked], at)
    for stage, who, post in asked:
        found = answers[who.id, post.id]
        if found.answer is Answer.NO:
            yield Words(
                "Stage {seq} {name}: {who} may not work at {post}. {why}",
                "第 {seq} 阶段“{name}”：{who}不得在“{post}”岗位作业：{why}",
                seq=stage.seq,
                name=stage.name,
                who=who.name,
                post=post.name,
                why=Words(
                    " ".join(one.words.text("en") for one in found.reasons),
                    "".join(one.words.text("zh") for one in found.reasons),
                ),
            )


def _short(plan: ProductionPlan, at: datetime) -> list[Words]:
    found = _load(plan, at)
    return words_of_overloads(found.overs, found.posts)


def overloads_of(plan: ProductionPlan, at: datetime) -> Sequence[Overload]:
    """Posts and days of this plan on which the released plans and it together need more than may work alone."""
    return _load(plan, at).overs


def _load(plan: ProductionPlan, at: datetime) -> Load:
    return load_with(plan, demands_of(plan.live_stages(), company_calendar(plan.session), on_date(at)), at)


def what_is_missing(plan: ProductionPlan, _person: Person) -> list[Words]:
    """Said before the release is pressed: it will be refused, or stands by exception in spite of this."""
    found = missing(plan, now())
    if not found:
        return []
    return [
        Words("It is not ready to be released; missing: {n}.", "尚不具备下达条件，还缺 {n} 项：", n=len(found)),
        *found,
    ]


@after(ProductionPlan, "release", preview=what_is_missing)
@after(ProductionPlan, "release_by_exception", preview=what_is_missing)
def _nothing_more(plan: ProductionPlan, act: Act) -> None:
    """Only what is said before."""


__all__ = ["missing", "overloads_of"]
