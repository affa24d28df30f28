"""Figures, time limits and the working calendar on screen: what an admin sets instead of a programmer."""

from typing import Any, ClassVar

from flask import request
from sqlalchemy import select

from admin_views.base import Inline, RegulationView
from admin_views.registry import desk_card
from admin_views.screen import DeskCard, DeskLine
from admin_views.session import db
from admin_views.words import say, t
from models.base import Act, now
from models.regulation import Calendar, CalendarDay, Figure, SlaPolicy, unset_figures
from rules.base import Person, Role, RuleBroken, Words
from rules.regulation import FIGURES, refuse_overlap


class FigureView(RegulationView):
    labels: ClassVar = {
        "code": Words("Figure", "参数"),
        "value": Words("Value", "数值"),
        "applies_to": Words("Applies to", "适用范围"),
    }
    list_columns = ("code", "clause", "value", "unit", "applies_to", "from_on", "to_on")
    filter_columns = ("code", "from_on")
    form_columns = ("code", "clause", "value", "unit", "applies_to", "from_on", "to_on")
    icon = "adjustments"

    def new_record(self, act: Act) -> Figure:
        """A figure that the desk names comes with its clause and unit."""
        spec = FIGURES.get(request.args.get("code", ""))
        return Figure(code=spec.code, clause=spec.clause, unit=spec.unit) if spec is not None else Figure()

    def before_save(self, record: Figure, act: Act) -> None:
        if record.code not in FIGURES:
            known = Words(", ".join(FIGURES), "、".join(FIGURES))
            raise RuleBroken(
                Words("Figures that exist: {known}.", "可设定的参数：{known}。", known=known), field="code"
            )
        others = db.session.execute(
            select(Figure.from_on, Figure.to_on).where(
                Figure.code == record.code,
                Figure.applies_to == record.applies_to,
                Figure.id != (record.id or 0),
                Figure.voided_at.is_(None),
            )
        )
        refuse_overlap(record.code, record.from_on, record.to_on, [(first, last) for first, last in others])


class SlaPolicyView(RegulationView):
    labels: ClassVar = {
        "name": Words("Name", "名称"),
        "target": Words("Limit for", "时限事项"),
        "match": Words("Conditions (severity=major)", "适用条件（如 severity=major）"),
        "amount": Words("Amount", "时限"),
    }
    list_columns = ("name", "target", "match", "amount", "unit", "from_on", "to_on")
    filter_columns = ("target", "unit", "from_on")
    form_columns = ("name", "clause", "target", "match", "amount", "unit", "from_on", "to_on")
    icon = "hourglass"


class CalendarView(RegulationView):
    labels: ClassVar = {"time_zone": Words("Time zone", "时区"), "department": Words("Only for", "仅适用于")}
    list_columns = ("code", "name", "time_zone")
    form_columns = ("code", "name", "time_zone")
    left_out = frozenset({"department_id"})
    inlines = (
        Inline(
            "intervals",
            Words("Working hours", "工作时段"),
            ("weekday", "starts", "ends", "from_on"),
            {
                "weekday": Words("Weekday (0 = Monday)", "星期（0=周一）"),
                "starts": Words("From", "开始"),
                "ends": Words("To", "结束"),
            },
        ),
    )
    icon = "calendar"

    def before_save(self, record: Calendar, act: Act) -> None:
        from rules.working_time import WorkCalendar

        week: dict[int, list[tuple[str, str]]] = {}
        for one in record.intervals:
            week.setdefault(one.weekday, []).append((one.starts, one.ends))
        try:
            WorkCalendar(record.time_zone, week)
        except ValueError as fault:
            raise RuleBroken(Words("{fault}", "日历无法使用：{fault}", fault=str(fault)), field="intervals") from None


class CalendarDayView(RegulationView):
    labels: ClassVar = {
        "on": Words("Date", "日期"),
        "day_type": Words("Kind of day", "日期类型"),
        "name": Words("Festival", "节日"),
        "source": Words("Source", "依据"),
        "provisional": Words("Provisional", "暂定"),
    }
    list_columns = ("on", "day_type", "name", "source", "provisional")
    filter_columns = ("on", "day_type", "provisional")
    form_columns = ("on", "day_type", "name", "source", "provisional")
    icon = "calendar-event"


@desk_card
def unset(person: Person) -> DeskCard | None:
    """Figures and time limits [X] that nobody has set: each refuses the act that needs it."""
    if not person.holds(Role.ADMIN):
        return None
    figures = [
        DeskLine(say(one.words), f"/admin/figure/new/?code={one.code}", one.clause)
        for one in unset_figures(db.session, now())
    ]
    rows = db.session.scalars(select(SlaPolicy).where(SlaPolicy.amount.is_(None), SlaPolicy.voided_at.is_(None)))
    limits = [DeskLine(one.name, f"/admin/sla_policy/edit/?id={one.id}", one.clause) for one in rows]
    lines = [*figures, *limits]
    return DeskCard(
        t("Not set yet: [X]", "尚未设定的参数 [X]"),
        lines,
        t("Every figure and time limit is set.", "所有参数和时限均已设定。"),
        len(lines),
        "adjustments",
    )


VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (Figure, FigureView),
    (SlaPolicy, SlaPolicyView),
    (Calendar, CalendarView),
    (CalendarDay, CalendarDayView),
]
