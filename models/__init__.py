"""What is kept: importing this package maps every table."""

from models import (
    actions,
    assessment,
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
    "assessment",
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
