"""Numbered pieces: whose they are, and how long their warranty lasts (S2.3, A2.2)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Act, Record, after
from models.organisation import Customer, ProductModel
from models.schedule.orders import SalesOrder
from rules import schedule
from rules.base import Words
from rules.schedule import orders


class ProductUnit(Record):
    """A piece with its number: whose it is, and how long its warranty lasts (产品台账)."""

    __tablename__ = "product_unit"
    __table_args__ = (
        CheckConstraint("warranty_until_on IS NULL OR shipped_on IS NOT NULL", name="warranty_from_shipping"),
        CheckConstraint("warranty_until_on IS NULL OR shipped_on <= warranty_until_on", name="in_order"),
        Index("ix_product_unit_shipped_on_id", "shipped_on", "id"),
        Index("ix_product_unit_warranty_until_on_id", "warranty_until_on", "id"),
    )
    words = Words("Product unit", "产品台账")
    chapter = "schedule"
    access = schedule.PRODUCT_UNIT
    search_columns = ("serial",)
    label_columns = ("serial",)

    serial: Mapped[str] = mapped_column(String(64), unique=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    shipped_on: Mapped[date | None]
    warranty_until_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    model: Mapped[ProductModel] = relationship()
    order: Mapped[SalesOrder | None] = relationship()
    customer: Mapped[Customer | None] = relationship()

    def prepare(self) -> None:
        """What was shipped has a warranty; what was made for an order is its customer's."""
        if self.customer is None and self.order is not None:
            self.customer = self.order.customer
        if self.shipped_on is not None and self.warranty_until_on is None:
            self.warranty_until_on = orders.warranty_until(self.shipped_on, self.model.warranty_months)

    def ship(self, on: date) -> None:
        """Shipped on that day; the warranty begins."""
        if self.shipped_on is None:
            self.shipped_on, self.warranty_until_on = on, None
        self.prepare()


def units_of(order: SalesOrder) -> Sequence[ProductUnit]:
    """The numbered pieces made for an order."""
    query = select(ProductUnit).where(ProductUnit.order_id == order.id, ProductUnit.voided_at.is_(None))
    return order.session.scalars(query.order_by(ProductUnit.serial)).all()


@after(SalesOrder, "deliver")
def ship_units(order: SalesOrder, _act: Act) -> None:
    """With the delivery their warranty begins."""
    for unit in units_of(order):
        if order.delivered_on is not None:
            unit.ship(order.delivered_on)


__all__ = ["ProductUnit", "units_of"]
