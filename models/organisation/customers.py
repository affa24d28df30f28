"""Who buys, and what there is to buy (S1.1, A2.2)."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Record
from models.organisation.people import Employee
from rules import addresses, organisation
from rules.base import Words
from rules.organisation import CustomerLevel


class Customer(Record):
    """A customer, with who speaks for him and who looks after him (客户)."""

    __tablename__ = "customer"
    words = Words("Customer", "客户")
    chapter = "organisation"
    access = organisation.CUSTOMER
    search_columns = ("code", "name", "contact", "phone")
    label_columns = ("name",)

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    level: Mapped[CustomerLevel] = mapped_column(default=CustomerLevel.B, index=True)
    contact: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    mail: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(300))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    note: Mapped[str | None] = mapped_column(String(500))
    owner: Mapped[Employee | None] = relationship()

    def put_in_order(self) -> None:
        """Telephone and mail as they are kept. Raises RuleBroken for what is none."""
        self.phone, self.mail = addresses.telephone(self.phone), addresses.mail_address(self.mail)


class ProductModel(Record):
    """A model that is made and sold (产品型号)."""

    __tablename__ = "product_model"
    __table_args__ = (CheckConstraint("warranty_months >= 0", name="warranty_not_negative"),)
    words = Words("Product model", "产品型号")
    chapter = "organisation"
    access = organisation.PRODUCT_MODEL
    search_columns = ("code", "name", "spec")
    label_columns = ("code", "name")

    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    spec: Mapped[str | None] = mapped_column(String(300))
    warranty_months: Mapped[int] = mapped_column(default=12)
    is_active: Mapped[bool] = mapped_column("active", default=True)
