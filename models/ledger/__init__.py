"""Taking ledgers in from files: reading them safely, and judging what they say."""

from models.ledger.intake import judge_file

__all__ = ["judge_file"]
