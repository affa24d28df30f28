"""What the pages of this chapter share: their blueprint, and the plan that an address names."""

from typing import Any

from flask import Blueprint

from admin_views.training.opened import record, stranger
from models.schedule import ProductionPlan

pages = Blueprint("schedule", __name__, url_prefix="/schedule")


def plan_of(key: str | int) -> ProductionPlan:
    """The plan with that key, if the person may see it. Raises NotVisible."""
    found: Any = record(ProductionPlan, key)
    return found


__all__ = ["pages", "plan_of", "stranger"]
