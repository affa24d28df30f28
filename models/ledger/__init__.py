"""Taking ledgers in from files: reading them safely, and judging what they say."""

from models.ledger.incoming import forget, keep, kept, sweep_incoming
from models.ledger.intake import judge_file

__all__ = ["forget", "judge_file", "keep", "kept", "sweep_incoming"]
