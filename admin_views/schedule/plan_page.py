"""A plan as a picture: Gantt, critical path, load against who may work, what its release lacks (S1.2-S1.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask import render_template
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.registry import next_act, panel, record_url, views
from admin_views.schedule.gantt import LABEL, WIDTH, Bar, Chart, Work, chart, lanes_of
from admin_views.schedule.opened import pages, plan_of, stranger
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.signin import person_here
from admin_views.words import exact_date, number_text, say, t, today
from models.base import now
from models.regulation import company_calendar
from models.schedule import PlanStage, ProductionPlan, SalesOrder
from models.schedule.forecasting import progress_of
from models.schedule.load import Load, load_of
from models.schedule.releasing import missing
from models.schedule.stages import whole_stages
from rules.base import Person
from rules.schedule import PlanStatus, StageStatus, plans
from rules.schedule.feasibility import faults_of, words_of_overloads
from rules.schedule.network import critical_path, in_working_days, slack
from rules.schedule.plans import Task
from rules.schedule.stages import UNFINISHED
from rules.working_time import WorkCalendar

BEFORE_SUBMIT = ("draft",)
STAGE_TONES = {
    StageStatus.DONE: "met",
    StageStatus.IN_PROGRESS: "running",
    StageStatus.HELD: "paused",
    StageStatus.READY: "soon",
}


HELD_BACK = (PlanStatus.DRAFT, PlanStatus.APPROVED)
"""What comes next here is refused while the plan lacks something."""


@pages.get("/plans/<int:key>/")
def plan_page(key: int) -> AnyResponse | str:
    """The plan on one page, for the screen and for paper."""
    if (door := stranger()) is not None:
        return door
    plan, at = plan_of(key), now()
    stages, calendar = whole_stages(plan), company_calendar(plan.session)
    tasks = [one.task() for one in stages]
    loaded = load_of(plan, tasks, at)
    critical, spare = critical_path(tasks, calendar), slack(in_working_days(tasks, calendar))
    drawn = drawn_plan(plan, [work_of(one) for one in stages], calendar, critical, loaded)
    places = {bar.seq: bar for bar in drawn.bars} if drawn is not None else {}
    late, lacks = _days_over(plan, stages, calendar), _lacks(plan, tasks, at)
    return render_template(
        "schedule/plan.html",
        plan=plan,
        order=plan.order,
        order_url=record_url(SalesOrder, plan.order_id),
        plan_url=record_url(ProductionPlan, plan.id),
        state=cell_of(plan.status),
        chart=drawn,
        rows=[_row(one, set(critical), spare, calendar, places) | _over(late.get(one.seq, 0)) for one in stages],
        mini_width=WIDTH - LABEL,
        end=_with_what_is_late(end_words(plan, plans.end_of(tasks), calendar), late),
        figures=_figures(plan, late),
        lacks=lacks,
        act=None if lacks and plan.status in HELD_BACK else next_act(plan, person_here()),
        overloads=[say(one) for one in words_of_overloads(loaded.overs, loaded.posts)],
        may_edit=_may_edit(plan, person_here()),
        versions=len(plan.versions),
    )


def _may_edit(plan: ProductionPlan, person: Person) -> bool:
    return views()["production_plan"].why_not_edit(plan, person) is None


# -- the picture -----------------------------------------------------------------------------------------------------


def drawn_plan(
    plan: ProductionPlan, works: Sequence[Work], calendar: WorkCalendar, critical: Sequence[int], loaded: Load
) -> Chart | None:
    """The chart with its load, today and the promise."""
    return chart(
        works,
        calendar,
        critical=critical,
        today=today(),
        promised_on=plan.order.promised_on,
        lanes=lanes_of(loaded.needed, loaded.able, loaded.helpers, loaded.posts),
    )


def work_of(stage: PlanStage) -> Work:
    """A stage as the chart needs it."""
    baseline = (stage.baseline_start_on, stage.baseline_end_on)
    return Work(
        task=stage.task(),
        status=str(stage.status),
        progress=stage.progress,
        baseline=baseline if None not in baseline else None,
        actual=(stage.actual_start_on, stage.actual_end_on) if stage.actual_start_on else None,
        owner=stage.owner.name if stage.owner else "",
        post=stage.post.name if stage.post else "",
    )


def _row(
    stage: PlanStage, critical: set[int], spare: dict[int, int], calendar: WorkCalendar, places: Mapping[int, Bar]
) -> dict[str, Any]:
    """A line of the table under the chart, a card on a phone."""
    start, end = stage.planned_start_on, stage.planned_end_on
    moved = calendar.days_between(stage.baseline_end_on, end) if stage.baseline_end_on and end else 0
    bar = places.get(stage.seq)
    mini = bar if bar is not None and bar.mini else None
    return {
        "seq": stage.seq,
        "name": stage.name,
        "url": record_url(PlanStage, stage.id),
        "post": stage.post.name if stage.post else "",
        "owner": stage.owner.name if stage.owner else "",
        "heads": stage.heads_needed,
        "revision": stage.revision.label if stage.revision else "",
        "start": start.isoformat() if start else "?",
        "end": end.isoformat() if end else "?",
        "moved": t("{n} working days later than first planned", "比基准晚 {n} 个工作日", n=moved) if moved > 0 else "",
        "days": calendar.days_between(start, end) + 1 if start and end else "",
        "spare": spare.get(stage.seq, ""),
        "is_critical": stage.seq in critical,
        "after": ", ".join(str(one) for one in sorted(wait.predecessor.seq for wait in stage.waits)),
        "weight": f"{stage.weight.normalize() + 0:f}",
        "progress": f"{stage.progress.normalize() + 0:f}",
        "tenths": float(stage.progress),
        "state": say(stage.status.words),
        "tone": STAGE_TONES.get(stage.status, "off"),
        "mini": mini,
    }


def _days_over(plan: ProductionPlan, stages: Sequence[PlanStage], calendar: WorkCalendar) -> dict[int, int]:
    """Stage -> the working days by which it is over its planned end and not done, in a plan that is worked by."""
    ends = {one.seq: one.planned_end_on for one in stages if one.status in UNFINISHED}
    if plan.status not in plans.WORKED_BY:
        return {}
    over = {seq: calendar.days_between(end, today()) for seq, end in ends.items() if end is not None and end < today()}
    return {seq: days for seq, days in over.items() if days > 0}


def _over(days: int) -> dict[str, str]:
    return {"over": t("{n} working days over", "已超期 {n} 个工作日", n=days) if days else ""}


# -- what it says ----------------------------------------------------------------------------------------------------


def end_words(plan: ProductionPlan, end_on: date | None, calendar: WorkCalendar) -> Cell:
    """The end against the promise, in working days."""
    promised_on = plan.order.promised_on
    if end_on is None:
        return Cell(t("no end yet", "尚无完成日期"), "state", tone="off")
    if plan.status in plans.WORKED_BY and end_on < today():
        return Cell(_over_words(end_on, promised_on, calendar), "state", tone="overdue")
    if promised_on is None:
        return Cell(t("ends {end}", "{end} 完成", end=exact_date(end_on)), "state", tone="running")
    spare = calendar.days_between(end_on, promised_on)
    values = {"end": exact_date(end_on), "promised": exact_date(promised_on), "n": abs(spare)}
    if end_on > promised_on:
        return Cell(
            t(
                "ends {end}: {n} working days after the promise of {promised}",
                "{end} 完成，比承诺交期 {promised} 晚 {n} 个工作日",
                **values,
            ),
            "state",
            tone="overdue",
        )
    words = t(
        "ends {end}: {n} working days to spare before {promised}",
        "{end} 完成，距承诺交期 {promised} 还有 {n} 个工作日",
        **values,
    )
    return Cell(words, "state", tone="met" if spare else "soon")


def _over_words(end_on: date, promised_on: date | None, calendar: WorkCalendar) -> str:
    """A plan that has run out before its work was done spares nothing any more."""
    told = t(
        "was to end {end}: {n} working days over, and not done",
        "原定 {end} 完成，已超期 {n} 个工作日，尚未完成",
        end=exact_date(end_on),
        n=calendar.days_between(end_on, today()),
    )
    if promised_on is None:
        return told
    return told + t("; promised {day}", "；承诺交期 {day}", day=exact_date(promised_on))


def _with_what_is_late(end: Cell, late: Mapping[int, int]) -> Cell:
    """An end to come is no good news while stages before it are over theirs."""
    return replace(end, tone="soon") if late and end.tone == "met" else end


def _figures(plan: ProductionPlan, late: Mapping[int, int]) -> list[tuple[str, str]]:
    """Made and due, per cent of the order, while it is worked on; the stages that are over their planned end."""
    if plan.released_at is None:
        return []
    made, due = progress_of(plan, today())
    found = [
        (t("Made", "已完成"), f"{number_text(round(made, 1))}%"),
        (t("Due by the plan", "计划应完成"), f"{number_text(round(due, 1))}%"),
    ]
    return [*found, (t("Stages overdue", "超期阶段"), str(len(late)))] if late else found


def _lacks(plan: ProductionPlan, tasks: Sequence[Task], at: datetime) -> list[str]:
    """What stands in the way of the next step: of the submission, then of the release."""
    if str(plan.status) in BEFORE_SUBMIT:
        return [say(one) for one in faults_of(tasks)]
    if str(plan.status) in plans.BEFORE_RELEASE:
        return [say(one) for one in missing(plan, at)]
    return []


@panel(ProductionPlan)
def ways(plan: ProductionPlan, person: Person) -> Panel:
    """From the record to its pictures."""
    may_edit = _may_edit(plan, person)
    found = [(f"/schedule/plans/{plan.id}/", t("Gantt, load and critical path", "甘特图、负荷与关键路径"))]
    if len(plan.versions) > 1:
        found.append((f"/schedule/plans/{plan.id}/versions/", t("Compare two versions", "版本对比")))
    return Panel(
        title=t("Plan", "计划"),
        headings=[Heading("what", t("Page", "页面"))],
        rows=[Row(nth, url, [Cell(words)]) for nth, (url, words) in enumerate(found)],
        create_url=f"/schedule/plans/{plan.id}/stages/" if may_edit else "",
        create_label=t("Edit the stages as a table", "表格编辑阶段") if may_edit else "",
        is_next=may_edit,
    )
