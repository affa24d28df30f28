"""The event browser: who changed what, when, by which way (C1.2)."""

from typing import Any

from admin_views.base import RegulationView

VIEWS: list[tuple[type[Any], type[RegulationView]]] = []
"""Events are shown on each record's page; a browser of their own comes with the regulation's own chapters."""
