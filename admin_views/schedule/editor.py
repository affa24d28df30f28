"""The stages of a plan edited as a sheet: typed or pasted, judged row by row, drawn at once, saved together (S1.2)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Response, flash, json, redirect, render_template, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as AnyResponse

from admin_views import faults
from admin_views.fields import clean
from admin_views.once import made_by_this_form, remember_form, token_again
from admin_views.registry import views
from admin_views.schedule.gantt import Work
from admin_views.schedule.opened import pages, plan_of, stranger
from admin_views.schedule.plan_page import drawn_plan, end_words
from admin_views.session import db
from admin_views.signin import act_here, person_here
from admin_views.words import number_text, say, t
from models.base import now
from models.journal import acting
from models.regulation import company_calendar
from models.schedule import ProductionPlan
from models.schedule.load import load_of
from models.schedule.sheet import Judged, judge, keep, typed_of
from models.schedule.stages import whole_stages
from rules.base import NotYours, RuleBroken, Stale, Words, key_of
from rules.schedule import plans
from rules.schedule.feasibility import faults_of, words_of_overloads
from rules.schedule.network import critical_path
from rules.schedule.sheet import COLUMNS, MOST_ROWS, Typed

HEADINGS = {
    "seq": Words("No.", "序号"),
    "name": Words("Stage", "阶段"),
    "operation": Words("Operation", "工序"),
    "post": Words("Post", "岗位"),
    "owner": Words("Responsible", "责任人"),
    "heads": Words("People", "人数"),
    "revision": Words("Document revision", "工艺文件版次"),
    "start_on": Words("Start", "计划开始"),
    "end_on": Words("End", "计划完成"),
    "weight": Words("Weight %", "权重 %"),
    "qty": Words("Quantity", "数量"),
    "after": Words("After", "前置"),
}


@pages.get("/plans/<int:key>/stages/")
def sheet(key: int) -> AnyResponse | str:
    """The sheet with the stages as they stand."""
    if (door := stranger()) is not None:
        return door
    plan = _editable(key)
    stages = whole_stages(plan)
    rows = [typed_of(one) for one in stages]
    return _page(plan, judge(plan, rows, stages), rows, [str(one.id) for one in stages])


@pages.post("/plans/<int:key>/stages/judge/")
def judged(key: int) -> AnyResponse | str:
    """What is wrong with the rows as they are typed, and the chart that they make; nothing is kept."""
    if (door := stranger()) is not None:
        return door
    plan, rows = _editable(key), _rows()
    _refuse_more(rows)
    with db.session.no_autoflush:
        found = judge(plan, rows)
        answer = _told(plan, found)
        answer["chart"] = render_template("schedule/chart.html", chart=answer["chart"]) if answer["chart"] else ""
    db.session.rollback()
    return Response(json.dumps(answer, ensure_ascii=False), mimetype="application/json")


@pages.post("/plans/<int:key>/stages/")
def save(key: int) -> AnyResponse | str:
    """Everything or nothing; the sheet comes back as it was typed where something is refused."""
    if (door := stranger()) is not None:
        return door
    plan = _editable(key)
    rows, known = _rows(), clean(request.form.get("known", "")).split()
    if made_by_this_form(ProductionPlan) is not None:
        return redirect(f"/schedule/plans/{key}/")
    try:
        _refuse_more(rows)
        count = _kept(plan, rows, known)
    except (StaleDataError, IntegrityError):
        db.session.rollback()
        return _refused(plan_of(key), rows, known, Stale())
    except RuleBroken as refused:
        db.session.rollback()
        return _refused(plan_of(key), rows, known, refused)
    flash(t("Saved: {n} stages changed.", "已保存，更新 {n} 个阶段。", n=count), "success")
    return redirect(f"/schedule/plans/{key}/")


# -- reading ---------------------------------------------------------------------------------------------------------


def _editable(key: int) -> ProductionPlan:
    """The plan, where this person may change its stages now. Raises what stands in the way."""
    plan, person = plan_of(key), person_here()
    refusal = views()["production_plan"].why_not_edit(plan, person)
    if refusal is not None:
        raise NotYours(refusal) if not plan.access.may_edit(person) else RuleBroken(refusal, clause="S1.4")
    return plan


def _rows() -> list[Typed]:
    """The rows as they were sent: lines of cells with tabs between, the first of each the stage that it was."""
    sent = request.form.get("rows", "").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    lines = (line.split("\t") for line in sent.split("\n") if line)
    return [Typed(cells[0].strip(), dict(zip(COLUMNS, cells[1:], strict=False))) for cells in lines]


def _refuse_more(rows: Sequence[Typed]) -> None:
    if len(rows) > MOST_ROWS:
        raise RuleBroken(Words("At most {n} rows.", "最多 {n} 行。", n=MOST_ROWS))


def _kept(plan: ProductionPlan, rows: Sequence[Typed], known: Sequence[str]) -> int:
    act = act_here()
    with acting(db.session, act), db.session.no_autoflush:
        found = judge(plan, rows)
        wrong = [(one, name, words) for one in found for name, words in one.faults.items()]
        if wrong:
            one, name, words = wrong[0]
            raise _at_cell(one, name, words, len(wrong))
        present = {one.stage.id for one in found if one.stage is not None}
        removed = [key for one in known if (key := key_of(one)) is not None and key not in present]
        count = keep(plan, found, removed, act)
        remember_form(act, plan)
        db.session.flush()
    return count


def _at_cell(one: Judged, name: str, words: Words, count: int) -> RuleBroken:
    found = RuleBroken(
        Words(
            "{n} cells are not right yet. Stage {seq}, {column}: {why}",
            "有 {n} 处需要改正。第 {seq} 阶段“{column}”：{why}",
            n=count,
            seq=one.meant.seq or one.meant.name,
            column=HEADINGS[name],
            why=words,
        ),
        field="rows",
        clause="S1.2",
    )
    found.status = 422
    return found


# -- answering -------------------------------------------------------------------------------------------------------


def _told(plan: ProductionPlan, found: Sequence[Judged]) -> dict[str, Any]:
    """Faults by row and cell, what the plan lacks, its end, and the chart."""
    tasks, calendar = [one.task() for one in found], company_calendar(plan.session)
    loaded, critical = load_of(plan, tasks, now()), critical_path(tasks, calendar)
    lacks = [say(one) for one in faults_of(tasks)]
    drawn = drawn_plan(plan, [_work(one) for one in found], calendar, critical, loaded)
    end = end_words(plan, plans.end_of(tasks), calendar)
    return {
        "faults": [[list(map(str, _place(one))), _faults(one)] for one in found if one.faults],
        "lacks": lacks,
        "overloads": [say(one) for one in words_of_overloads(loaded.overs, loaded.posts)],
        "end": {"text": end.text, "tone": end.tone},
        "weights": number_text(sum((one.weight for one in tasks), Decimal(0))),
        "chart": drawn,
    }


def _place(one: Judged) -> tuple[str, int]:
    return one.meant.typed.key, one.meant.seq


def _faults(one: Judged) -> Mapping[str, str]:
    return {name: say(words) for name, words in one.faults.items()}


def _work(one: Judged) -> Work:
    stage = one.stage
    baseline = (stage.baseline_start_on, stage.baseline_end_on) if stage is not None else (None, None)
    return Work(
        task=one.task(),
        status=str(stage.status) if stage is not None else "pending",
        progress=stage.progress if stage is not None else Decimal(0),
        baseline=baseline if None not in baseline else None,
        owner=one.owner.name if one.owner else "",
        post=one.post.name if one.post else "",
    )


def _refused(plan: ProductionPlan, rows: Sequence[Typed], known: Sequence[str], refused: RuleBroken) -> AnyResponse:
    faults.note_refusal(refused)
    return _page(plan, judge(plan, rows), rows, known, refusal=say(refused.words), status=refused.status)


def _page(
    plan: ProductionPlan,
    found: Sequence[Judged],
    rows: Sequence[Typed],
    known: Sequence[str],
    *,
    refusal: str = "",
    status: int = 200,
) -> AnyResponse:
    body = render_template(
        "schedule/editor.html",
        plan=plan,
        order=plan.order,
        rows="\n".join("\t".join([one.key, *(_cell(one, name) for name in COLUMNS)]) for one in rows),
        known=" ".join(known),
        columns=[{"name": name, "label": say(words)} for name, words in HEADINGS.items()],
        told=_told(plan, found),
        token=token_again(),
        refusal=refusal,
        most=MOST_ROWS,
    )
    return Response(body, status)


def _cell(one: Typed, name: str) -> str:
    return " ".join(one.cells.get(name, "").split())
