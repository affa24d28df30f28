"""Training, exams, and who may work where (P2, A1.2)."""

from rules.training.gate import Gate, GateReason, gate, status_of
from rules.training.kinds import Answer

__all__ = ["Answer", "Gate", "GateReason", "gate", "status_of"]
