"""What must hold before the first request: every column in a form or left out on purpose, every label there."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import inspect

from admin_views.columns import label_of
from admin_views.registry import LINE_LABELS
from models.base import Base, Line
from models.journal import QUIET
from rules.base import Words

KEPT_BY_THE_KIT = QUIET | {"id", "status", "voided_at", "voided_by_id", "void_reason"}


def check(app: Flask) -> None:
    """Raises LookupError naming every column that a view forgot, and every label that is missing."""
    found: list[str] = []
    for view in app.extensions["views"].values():
        found += [f"{view.endpoint}.{name}: neither in the form nor left out" for name in forgotten(view)]
        found += [f"{view.endpoint}.{name}: no label" for name in unlabelled(view)]
    found += [f"{name}: no label" for name in unlabelled_lines()]
    if found:
        raise LookupError("; ".join(found))


def forgotten(view: Any) -> list[str]:
    """Columns that stand in no form and were not left out on purpose."""
    named = set(view.form_columns) | set(view.left_out) | KEPT_BY_THE_KIT
    named |= {f"{name}_id" for name in view.form_columns}
    return sorted(attribute.key for attribute in inspect(view.model).column_attrs if attribute.key not in named)


def unlabelled_lines() -> list[str]:
    """Columns of lines that a history could show without a name in both languages."""
    missing = []
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, Line):
            labels = LINE_LABELS.get(mapper.class_.__tablename__, {})
            missing += [f"{mapper.class_.__tablename__}.{name}" for name in _without_label(mapper.class_, labels)]
    return missing


def _without_label(model: Any, labels: Mapping[str, Words]) -> list[str]:
    missing = []
    for attribute in inspect(model).column_attrs:
        try:
            label_of(model, attribute.key, labels)
        except KeyError:
            missing.append(attribute.key)
    return [name for name in missing if name not in QUIET]


def unlabelled(view: Any) -> list[str]:
    """Columns that could be shown and have no name in both languages."""
    return _without_label(view.model, view.labels)
