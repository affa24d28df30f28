"""Check plans and draws on screen: who is checked, and why this one (P3.2, K2.2)."""

from typing import ClassVar

from sqlalchemy import select

from admin_views.base import RegulationView
from admin_views.columns import cell_of
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import say, t
from models.base import Act
from models.organisation import Employee, Post
from models.quality import CheckDraw, CheckPlan, SpotCheck, done_of
from rules import quality
from rules.base import Person, RuleBroken, Words
from rules.quality import CheckKind, Method


class CheckPlanView(RegulationView):
    labels: ClassVar = {
        "scope": Words("Kind of check", "检查类型"),
        "method": Words("How people are found", "抽取方式"),
        "per_week": Words("Checks per week", "每周次数"),
    }
    list_columns = ("code", "name", "scope", "department", "method", "per_week", "from_on", "to_on")
    filter_columns = ("scope", "department", "method")
    form_columns = ("code", "name", "scope", "department", "method", "per_week", "from_on", "to_on")
    icon = "calendar-event"

    def before_save(self, record: CheckPlan, act: Act) -> None:
        if record.scope in {CheckKind.RECHECK, CheckKind.LEADER_PATROL}:
            raise RuleBroken(
                Words(
                    "Re-checks follow from rectifications and patrols from their figure; neither is drawn.",
                    "复检由整改产生，巡检按每周次数执行，均不抽签。",
                ),
                field="scope",
            )
        if record.per_week < 1:
            raise RuleBroken(Words("At least one a week.", "每周至少一次。"), field="per_week")


class CheckDrawView(RegulationView):
    labels: ClassVar = {
        "on": Words("For", "日期"),
        "plan": Words("Plan", "抽检计划"),
        "inspector": Words("Inspector", "检验员"),
        "method": Words("How people are found", "抽取方式"),
        "seed": Words("Seed", "随机种子"),
        "candidates": Words("Candidates", "候选人"),
        "picked": Words("Drawn", "抽中"),
    }
    list_columns = ("no", "on", "plan", "inspector", "department", "method")
    filter_columns = ("on", "inspector", "department", "method")
    page_columns = ("on", "plan", "inspector", "department", "method", "seed")
    left_out = frozenset(
        {"no", "plan_id", "on", "inspector_id", "department_id", "method", "seed", "candidates", "picked"}
    )
    icon = "arrows-sort"


@panel(CheckDraw)
def drawn(draw: CheckDraw, person: Person) -> Panel:
    """Who is to be checked, why, and which check was made."""
    names, posts, done = *_named(draw), done_of(db.session, [draw])
    rows = []
    for one in draw.drawn():
        check = done.get((draw.id, one.employee_id))
        why = t("; ", "；").join(say(words) for words in quality.why(one, draw.method))
        state = (
            Cell(t("checked", "已检"), "state", tone="done") if check else Cell(t("open", "待检"), "state", tone="soon")
        )
        url = record_url(SpotCheck, check) if check else f"/q/{posts[one.post_id].code}/?employee={one.employee_id}"
        rows.append(
            Row(one.employee_id, url, [Cell(names[one.employee_id]), Cell(posts[one.post_id].name), Cell(why), state])
        )
    return Panel(
        title=t("Drawn", "抽中人员"),
        headings=[
            Heading("employee", t("Employee", "员工")),
            Heading("post", t("Post", "岗位")),
            Heading("why", t("Why this one", "抽中原因")),
            Heading("state", t("State", "状态")),
        ],
        rows=rows,
    )


@panel(CheckDraw)
def candidates(draw: CheckDraw, person: Person) -> Panel:
    """Everybody who could have been drawn, with the weight that he had; drawn again from the seed it is the same."""
    names, posts = _named(draw)
    rows = [
        Row(
            one.employee_id,
            "",
            [
                Cell(names[one.employee_id]),
                Cell(posts[one.post_id].name),
                cell_of(one.last_checked_on),
                Cell(str(one.failures), "number"),
                Cell(str(quality.weight(one) if draw.method is Method.RISK else 1), "number"),
            ],
        )
        for one in draw.known()
    ]
    told = (
        t("Candidates (drawn again from the seed: the same people)", "候选人（按种子重抽，结果一致）")
        if draw.is_as_seeded()
        else t("Candidates (drawn again from the seed: OTHER people)", "候选人（按种子重抽，结果不一致）")
    )
    return Panel(
        title=told,
        headings=[
            Heading("employee", t("Employee", "员工")),
            Heading("post", t("Post", "岗位")),
            Heading("last", t("Last checked", "上次检查")),
            Heading("failures", t("Failures lately", "近期不合格"), "number"),
            Heading("weight", t("Weight", "权重"), "number"),
        ],
        rows=rows,
    )


def _named(draw: CheckDraw) -> tuple[dict[int, str], dict[int, Post]]:
    known = draw.known()
    people = select(Employee.id, Employee.name, Employee.no).where(Employee.id.in_({one.employee_id for one in known}))
    names = {key: f"{name} {no}" for key, name, no in db.session.execute(people)}
    posts = db.session.scalars(select(Post).where(Post.id.in_({one.post_id for one in known})))
    return names, {one.id: one for one in posts}
