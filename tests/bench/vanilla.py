"""Flask-Admin 2.2.1 as it comes, over the same tables: its own theme, lists, filters and forms."""

from typing import Any, ClassVar

from flask import Flask, request
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_admin.theme import Bootstrap4Theme
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Enum, MetaData, String, Table
from sqlalchemy.orm import registry, relationship

from models.base import Base
from models.engine import engine_options, let_write
from models.types import Scaled, UtcInstant

EXPORTED = 10_000


class Row:
    """A mapped row that is called by its name or number, as everybody's are."""

    def __str__(self) -> str:
        for name in ("name", "no", "doc_no", "rev_no", "login"):
            if hasattr(self, name):
                return str(getattr(self, name))
        return f"#{self.id}"


RELATIONS = {
    "employee": {"department": "department", "post": "post"},
    "post": {"department": "department"},
    "process_document": {"department": "department"},
    "document_revision": {"document": "process_document", "author": "employee"},
    "action_item": {
        "department": "department",
        "responsible": "employee",
        "verifier": "employee",
        "raiser": "employee",
    },
    "spot_check": {
        "department": "department",
        "post": "post",
        "document": "process_document",
        "revision": "document_revision",
        "inspector": "employee",
    },
    "department": {},
}


def plain_tables(metadata: MetaData) -> dict[str, Table]:
    """The tables with the types that Flask-Admin knows."""
    for table in Base.metadata.sorted_tables:
        copy = table.to_metadata(metadata)
        for column in copy.columns:
            if isinstance(column.type, UtcInstant):
                column.type = DateTime(timezone=True)
            elif isinstance(column.type, Scaled):
                column.type = BigInteger()
            elif isinstance(column.type, Enum):
                column.type = String(40)
    return dict(metadata.tables)


def mapped(metadata: MetaData) -> dict[str, type[Any]]:
    """Plain classes over the tables: nothing of ours listens to them."""
    tables, kept = plain_tables(metadata), registry()
    made = {name: type(name.title().replace("_", ""), (Row,), {}) for name in RELATIONS}
    for name, relations in RELATIONS.items():
        table = tables[name]
        properties = {
            one: relationship(made[target], foreign_keys=[table.c[f"{one}_id"]]) for one, target in relations.items()
        }
        kept.map_imperatively(made[name], table, properties=properties)
    return made


class ActionView(ModelView):
    page_size = 50
    can_export = True
    export_max_rows = EXPORTED
    column_list = ("no", "description", "severity", "responsible", "department", "due_at", "status")
    column_searchable_list = ("no", "description")
    column_filters = ("status", "severity", "repeat", "responsible.name", "department.name", "due_at", "opened_at")
    column_sortable_list: ClassVar = ("id", "no", "due_at", "opened_at", "status")
    named_filter_urls = True


def make(url: str) -> Flask:
    """An application with a view for each table."""
    app = Flask("vanilla")
    app.config.update(
        SECRET_KEY="bench", SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url), TESTING=True
    )
    database = SQLAlchemy(metadata=MetaData())
    database.init_app(app)
    Babel(app)
    app.before_request(lambda: let_write(may=request.method == "POST"))
    admin = Admin(app, name="vanilla", theme=Bootstrap4Theme())
    classes = mapped(database.metadata)
    with app.app_context():
        for name, model in classes.items():
            view = ActionView if name == "action_item" else ModelView
            admin.add_view(view(model, database, endpoint=name, url=f"/admin/{name}"))
    return app
