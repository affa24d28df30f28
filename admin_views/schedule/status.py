"""How far an order is, for its customer, by a link (S2.3)."""

from datetime import timedelta

from flask import Blueprint, render_template
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.public import behind_a_link, public_address
from admin_views.registry import panel, views
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.signin import act_here, source_address
from admin_views.training.opened import stranger
from admin_views.words import exact_date, exact_instant, say, t
from models.base import now, on_date
from models.event import PublicLink
from models.journal import acting, note_event
from models.links import follow_link, make_link
from models.schedule import SalesOrder, plan_of, progress_of
from models.schedule.contacts import ContactLog
from rules.base import NotVisible, NotYours, Person, Role, Words
from rules.event import LinkPurpose
from rules.schedule import Direction, OrderStatus, StageStatus
from rules.schedule.orders import OPEN

status = Blueprint("order_status", __name__)
VALID_DAYS = 180
MOST_LINKS = 5
WAY = (OrderStatus.CONFIRMED, OrderStatus.IN_PRODUCTION, OrderStatus.READY, OrderStatus.DELIVERED)
"""What a customer is shown of the states, in their order."""
NOT_YOURS = Words("Links for customers are made by sales.", "客户链接由销售人员生成。")


@status.get("/o/<token>/")
@behind_a_link
def progress(token: str) -> str:
    """The order's promise and its stages; no names, no quantities of others, nothing of what is behind it."""
    at = now()
    link = follow_link(db.session, token, LinkPurpose.ORDER, source=source_address(), at=at)
    order = db.session.get(SalesOrder, link.entity_id)
    if order is None or order.voided_at is not None:
        raise NotVisible
    plan = plan_of(order)
    made = progress_of(plan, on_date(at))[0] if plan is not None else None
    stages = [one for one in plan.stages if one.status is not StageStatus.CANCELLED] if plan is not None else []
    return render_template(
        "schedule/status.html",
        order=order,
        state=say(order.status.words),
        steps=[(say(one.words), _reached(order, one)) for one in WAY],
        promised=exact_date(order.promised_on) if order.promised_on else "",
        delivered=exact_date(order.delivered_on) if order.delivered_on else "",
        made=str(round(made)) if made is not None else "",
        stages=[(one.name, str(round(one.progress)), one.status is StageStatus.DONE) for one in stages],
        told=_last_told(order),
        at=exact_instant(at),
    )


def _reached(order: SalesOrder, one: OrderStatus) -> bool:
    here = order.held_from or order.status
    here = OrderStatus.DELIVERED if here is OrderStatus.CLOSED else here
    return here in WAY and WAY.index(here) >= WAY.index(one)


def _last_told(order: SalesOrder) -> str:
    """When sales last spoke with the customer about it."""
    query = select(ContactLog.at).where(ContactLog.order_id == order.id, ContactLog.direction == Direction.OUTGOING)
    found = db.session.scalar(query.order_by(ContactLog.at.desc()).limit(1))
    return exact_instant(found) if found is not None else ""


def _order(key: str, person: Person) -> SalesOrder:
    found: SalesOrder = views()["sales_order"].one(key)
    if not person.holds(Role.SALES, Role.SALES_MANAGER):
        raise NotYours(NOT_YOURS)
    return found


@status.get("/schedule/orders/<key>/link/")
def link_page(key: str) -> AnyResponse | str:
    """Says what the customer will see, and makes a link."""
    if (door := stranger()) is not None:
        return door
    order = _order(key, act_here().by)
    return render_template("schedule/link.html", order=order, address="", days=VALID_DAYS)


@status.post("/schedule/orders/<key>/link/")
def make(key: str) -> AnyResponse | str:
    """The link is shown this once; only its hash is kept."""
    if (door := stranger()) is not None:
        return door
    order = _order(key, act_here().by)
    with acting(db.session, act_here()) as act:
        until = act.at + timedelta(days=VALID_DAYS)
        token = make_link(db.session, LinkPurpose.ORDER, SalesOrder.__tablename__, order.id, until=until)
        note_event(db.session, act, "link", entity=SalesOrder.__tablename__, entity_id=order.id)
        db.session.flush()
    return render_template("schedule/link.html", order=order, address=public_address(f"/o/{token}/"), days=VALID_DAYS)


@panel(SalesOrder)
def link_for_customer(order: SalesOrder, person: Person) -> Panel | None:
    """The way to the link, for sales."""
    if not person.holds(Role.SALES, Role.SALES_MANAGER) or order.status not in {*OPEN, OrderStatus.DELIVERED}:
        return None
    rows = db.session.scalars(
        select(PublicLink)
        .where(PublicLink.entity == SalesOrder.__tablename__, PublicLink.entity_id == order.id)
        .where(PublicLink.purpose == LinkPurpose.ORDER, PublicLink.expires_at > now())
        .order_by(PublicLink.id.desc())
        .limit(MOST_LINKS)
    )
    return Panel(
        t("Progress for the customer", "客户进度查询"),
        [Heading("link", t("Link", "查询链接")), Heading("until", t("Valid until", "有效期至"))],
        [
            Row(
                one.id, "", [Cell(t("made, known to the customer only", "已生成，仅客户持有")), cell_of(one.expires_at)]
            )
            for one in rows
        ],
        create_url=f"/schedule/orders/{order.id}/link/",
        create_label=t("Make a link", "生成查询链接"),
    )
