"""Storing what ledgers say, through the same verbs and rules as everything else."""

from models.intake.known import known_from
from models.intake.take import STORES, Report, take_in

__all__ = ["STORES", "Report", "known_from", "take_in"]
