"""Customers and product models: by their code; a name that stands for another customer already is refused."""

from sqlalchemy import select

from models.intake.kit import Intake, Outcome, RowRefused, change, chosen, guard, parts, refuse, refuse_voided, said
from models.intake.reasons import STORED_OTHERWISE
from models.organisation import Customer, ProductModel
from rules.ledger import Row, SheetResult
from rules.organisation import CustomerLevel


def store_customers(intake: Intake, sheet: SheetResult) -> None:
    """Each once, by code; in parts."""
    for rows in parts(sheet.accepted):
        stored = intake.found(Customer.code, (row.values["code"] for row in rows))
        names = select(Customer.name, Customer.code).where(Customer.name.in_([row.values["name"] for row in rows]))
        owners = dict(intake.session.execute(names).tuples().all())
        for row in rows:
            try:
                intake.counts[_customer(intake, row, stored.get(row.values["code"]), owners)] += 1
            except RowRefused:
                continue
        intake.session.flush()


def _customer(intake: Intake, row: Row, customer: Customer | None, owners: dict[str, str]) -> Outcome:
    guard(row, Customer, "code", "name", "contact", "phone", "mail", "address")
    code = row.values["code"]
    if owners.setdefault(row.values["name"], code) != code:
        raise refuse(row, STORED_OTHERWISE, "name")
    values = said(row, "name", "contact", "phone", "mail", "address")
    if row.values["level"] is not None:
        values["level"] = chosen(CustomerLevel, row.values["level"])
    if customer is None:
        intake.session.add(Customer(code=code, **values))
        return "created"
    refuse_voided(row, customer, "code")
    return "updated" if change(customer, values) else "unchanged"


def store_products(intake: Intake, sheet: SheetResult) -> None:
    """Each once, by its model."""
    for rows in parts(sheet.accepted):
        stored = intake.found(ProductModel.code, (row.values["code"] for row in rows))
        for row in rows:
            try:
                intake.counts[_product(intake, row, stored.get(row.values["code"]))] += 1
            except RowRefused:
                continue
        intake.session.flush()


def _product(intake: Intake, row: Row, model: ProductModel | None) -> Outcome:
    guard(row, ProductModel, "code", "name", "spec", "warranty_months")
    values = said(row, "name", "spec")
    if row.values["warranty_months"] is not None:
        values["warranty_months"] = row.values["warranty_months"]
    if model is None:
        intake.session.add(ProductModel(code=row.values["code"], **values))
        return "created"
    refuse_voided(row, model, "code")
    return "updated" if change(model, values) else "unchanged"
