"""Customers and product models on screen: found by name, number or telephone while somebody is on the line (S1.1)."""

from typing import ClassVar

from admin_views.base import RegulationView, Section
from admin_views.session import db
from models.base import Act
from models.organisation import Customer, Employee
from rules.base import Role, Words


class CustomerView(RegulationView):
    labels: ClassVar = {
        "code": Words("Customer no.", "客户编码"),
        "name": Words("Customer", "客户名称"),
        "level": Words("Level", "等级"),
        "contact": Words("Contact", "联系人"),
        "phone": Words("Phone", "电话"),
        "mail": Words("Mail", "邮箱"),
        "address": Words("Address", "地址"),
        "owner": Words("Looked after by", "负责销售"),
    }
    list_columns = ("code", "name", "level", "contact", "phone", "owner")
    filter_columns = ("level", "owner")
    form_columns = ("code", "name", "level", "owner", "contact", "phone", "mail", "address", "note")
    sections = (
        Section(Words("Customer", "客户"), ("code", "name", "level", "owner")),
        Section(Words("How to reach", "联系方式"), ("contact", "phone", "mail", "address")),
        Section(Words("Other", "其他"), ("note",)),
    )
    icon = "building-factory-2"

    def new_record(self, act: Act) -> Customer:
        """Whoever enters a customer looks after him, unless he says otherwise."""
        found = Customer()
        if act.by.employee_id is not None and act.by.holds(Role.SALES):
            found.owner = db.session.get(Employee, act.by.employee_id)
        return found

    def before_save(self, record: Customer, act: Act) -> None:
        record.put_in_order()


class ProductModelView(RegulationView):
    labels: ClassVar = {
        "code": Words("Model", "型号"),
        "name": Words("Product", "产品名称"),
        "spec": Words("Specification", "规格"),
        "warranty_months": Words("Warranty (months)", "质保期（月）"),
        "is_active": Words("In production", "在产"),
    }
    list_columns = ("code", "name", "spec", "warranty_months", "is_active")
    filter_columns = ("is_active",)
    form_columns = ("code", "name", "spec", "warranty_months", "is_active")
    icon = "box"
