"""What must hold before the first request: every column in a form or left out on purpose, every relation picked by search."""

from typing import Any

from flask import Flask
from sqlalchemy import inspect

from admin_views.columns import label_of
from models.journal import QUIET

KEPT_BY_THE_KIT = QUIET | {"id", "status", "voided_at", "voided_by_id", "void_reason"}


def check(app: Flask) -> None:
    """Raises LookupError naming every column that a view forgot, and every label that is missing."""
    found: list[str] = []
    for view in app.extensions["views"].values():
        found += [f"{view.endpoint}.{name}: neither in the form nor left out" for name in forgotten(view)]
        found += [f"{view.endpoint}.{name}: no label" for name in unlabelled(view)]
    if found:
        raise LookupError("; ".join(found))


def forgotten(view: Any) -> list[str]:
    """Columns that stand in no form and were not left out on purpose."""
    named = set(view.form_columns) | set(view.left_out) | KEPT_BY_THE_KIT
    named |= {f"{name}_id" for name in view.form_columns}
    return sorted(attribute.key for attribute in inspect(view.model).column_attrs if attribute.key not in named)


def unlabelled(view: Any) -> list[str]:
    """Columns that could be shown and have no name in both languages."""
    missing = []
    for attribute in inspect(view.model).column_attrs:
        try:
            label_of(view.model, attribute.key, view.labels)
        except KeyError:
            missing.append(attribute.key)
    return [name for name in missing if name not in QUIET]
