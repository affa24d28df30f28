"""What is kept: importing this package maps every table."""

from models import (
    actions,
    after_sales,
    assessment,
    communication,
    event,
    evidence,
    foretelling,
    journal,
    organisation,
    process,
    quality,
    regulation,
    schedule,
    search,
    signatures,
    training,
)

__all__ = [
    "actions",
    "after_sales",
    "assessment",
    "communication",
    "event",
    "evidence",
    "foretelling",
    "journal",
    "organisation",
    "process",
    "quality",
    "regulation",
    "schedule",
    "search",
    "signatures",
    "training",
]
