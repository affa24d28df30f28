"""What is kept: importing this package maps every table."""

from models import (
    actions,
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
    search,
    signatures,
    training,
)

__all__ = [
    "actions",
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
    "search",
    "signatures",
    "training",
]
