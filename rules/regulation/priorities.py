"""How urgent a report is: severity and urgency together make its priority, as the company says (A2.3)."""

from rules.base import Access, Choice, Role

PRIORITY_MATRIX = Access(clause="A2.3", create=frozenset({Role.ADMIN}), edit=frozenset({Role.ADMIN}))


class ReportSeverity(Choice):
    """How bad the problem is, for product and people."""

    S1 = "S1", "S1 critical", "S1 致命"
    S2 = "S2", "S2 serious", "S2 严重"
    S3 = "S3", "S3 general", "S3 一般"
    S4 = "S4", "S4 minor", "S4 轻微"


class Urgency(Choice):
    """How soon the customer needs help."""

    HIGH = "high", "High", "紧急"
    MEDIUM = "medium", "Medium", "一般"
    LOW = "low", "Low", "不急"


class Priority(Choice):
    """In which order reports are worked on, and by which time limits."""

    P1 = "P1", "P1 highest", "P1 最高"
    P2 = "P2", "P2 high", "P2 高"
    P3 = "P3", "P3 normal", "P3 普通"
    P4 = "P4", "P4 low", "P4 低"
