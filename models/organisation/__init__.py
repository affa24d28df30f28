"""Departments, posts, teams, people, accounts, customers, and how far each role reaches (G2, P2.1)."""

from models.organisation.accounts import Account, AccountRole, acting_day, administrators
from models.organisation.customers import Customer, ProductModel
from models.organisation.people import Absence, Employee, Placement
from models.organisation.places import Department, Post, Team, below, departments_below, parts_of, refuse_circle
from models.organisation.reach import (
    department_held,
    departments_on,
    follow_the_calendar,
    headed_by,
    heir_of,
    holders,
    leader_of,
    leaders_of,
    managed_by,
    managers_of,
    managers_of_all,
    manages,
    named_person_of,
    person_of,
    placement_on,
)

__all__ = [
    "Absence",
    "Account",
    "AccountRole",
    "Customer",
    "Department",
    "Employee",
    "Placement",
    "Post",
    "ProductModel",
    "Team",
    "acting_day",
    "administrators",
    "below",
    "department_held",
    "departments_below",
    "departments_on",
    "follow_the_calendar",
    "headed_by",
    "heir_of",
    "holders",
    "leader_of",
    "leaders_of",
    "managed_by",
    "managers_of",
    "managers_of_all",
    "manages",
    "named_person_of",
    "parts_of",
    "person_of",
    "placement_on",
    "refuse_circle",
]
