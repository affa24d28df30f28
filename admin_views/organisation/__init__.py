"""Departments, posts, people, accounts, customers and products on screen; the company as a tree (G2, P2.1, S1.1)."""

from typing import Any

from admin_views.base import RegulationView
from admin_views.organisation.accounts import AccountView
from admin_views.organisation.customers import CustomerView, ProductModelView
from admin_views.organisation.people import EmployeeView
from admin_views.organisation.places import DepartmentView, PostView, TeamView
from admin_views.organisation.tree import company
from models.organisation import Account, Customer, Department, Employee, Post, ProductModel, Team

VIEWS: list[tuple[type[Any], type[RegulationView]]] = [
    (Employee, EmployeeView),
    (Department, DepartmentView),
    (Team, TeamView),
    (Post, PostView),
    (Customer, CustomerView),
    (ProductModel, ProductModelView),
    (Account, AccountView),
]
PAGES = (company,)
