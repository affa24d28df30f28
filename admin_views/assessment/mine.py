"""My figures this month so far: every number with the rows behind it, before any cycle is computed (K1, K2.1)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask import Blueprint, render_template
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.assessment.rows import MOST_ROWS, headings, rows_of
from admin_views.registry import MenuPage, desk_card, menu_page
from admin_views.screen import DeskCard, DeskLine, Panel
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import number_text, say, t, today
from models.assessment import KpiDefinition, KpiEvidence, definitions, rows_in
from models.assessment.measuring import Measured, kept_row, known, sums_of
from models.base import COMPANY_ZONE, now
from models.indicators import Span
from rules.assessment import Period
from rules.base import NotYours, Person, Unset, Words

mine = Blueprint("mine", __name__, url_prefix="/indicators/me")


def _is_somebody(person: Person) -> bool:
    return person.employee_id is not None


menu_page(MenuPage("assessment", Words("My figures", "我的指标"), "/indicators/me/", _is_somebody, "gauge"))


@dataclass(frozen=True)
class Mine:
    """One of my numbers, with what it stands on."""

    kpi: KpiDefinition
    name: str
    missing: str = ""
    value: str = ""
    has_data: bool = False
    counted: str = ""
    rows: Panel | None = None


@mine.get("/")
def my_figures() -> AnyResponse | str:
    """The month until now, as it would count today; nobody else's."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    if person.employee_id is None:
        raise NotYours(Words("This account belongs to no employee.", "此账号未关联员工。"))
    span = _this_month(today())
    found = [_mine(one, span, person, person.employee_id) for one in definitions(db.session)]
    return render_template("assessment/mine.html", figures=found, first=span.from_on.isoformat(), until=now())


def _this_month(on: date) -> Span:
    first = on.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    start, end = Period(first, last).instants(COMPANY_ZONE)
    return Span(first, last, start, end, now())


def _mine(kpi: KpiDefinition, span: Span, person: Person, employee_id: int) -> Mine:
    one, name = known(kpi.function), say(kpi.label_words)
    if one is None:
        return Mine(kpi, name, t("Not measured yet.", "暂未计算。"))
    try:
        measured = sums_of(db.session, one, span).of_employee(employee_id)
    except Unset as missing:
        return Mine(kpi, name, say(missing.words))
    found = rows_in(db.session, one, span)
    rows = db.session.execute(
        select(found).where(found.c.employee_id == employee_id).order_by(found.c.entity, found.c.entity_id)
    )
    kept = [KpiEvidence(id=nth, **kept_row(0, kpi.id, row)) for nth, row in enumerate(rows.mappings(), start=1)]
    shown = rows_of(kept[:MOST_ROWS], person)
    panel = Panel(t("{n} rows", "{n} 条明细", n=len(kept)), headings(), shown) if kept else None
    unit = " %" if one.how == "rate" and measured.value is not None else ""
    has_data, value = measured.value is not None, f"{_text(measured.value)}{unit}"
    return Mine(kpi, name, value=value, has_data=has_data, counted=_counted(measured), rows=panel)


def _text(value: Decimal | None) -> str:
    return t("no data", "无数据") if value is None else number_text(round(value, 2))


def _counted(one: Measured) -> str:
    if one.numerator is None or not one.denominator:
        return ""
    return f"{number_text(round(one.numerator, 2))} / {number_text(one.denominator)}"


@desk_card
def my_figures_card(person: Person) -> DeskCard | None:
    """The way to one's own figures, on the desk of everybody."""
    if person.employee_id is None:
        return None
    title = t("My figures this month so far", "我的本月指标")
    line = DeskLine(title, "/indicators/me/", t("Every number opens its rows.", "每个数字均可查看明细。"))
    return DeskCard(title, [line], "", 0, "gauge", t("My figures", "我的指标"), "/indicators/me/", "news")
