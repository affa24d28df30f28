"""What a certificate's public page answers, from the gate's answer alone (P2.3)."""

from datetime import date, datetime, timedelta

from rules.base import Choice
from rules.training.gate import Gate
from rules.training.kinds import Answer, QualificationStatus

AFTER_ITS_END = timedelta(days=3 * 366)
"""So long a paper is still answered for after its last day: with no."""
WITHOUT_END = timedelta(days=15 * 366)
"""So long where it has no last day."""
PRINTABLE = frozenset({QualificationStatus.QUALIFIED, QualificationStatus.LIMITED})


class CertificateState(Choice):
    """Whether somebody may work at the post of a certificate now; nothing is said of why."""

    VALID = "valid", "Valid", "准予上岗"
    SUPERVISED = "supervised", "Valid under supervision only", "仅限监护作业"
    SUSPENDED = "suspended", "Suspended", "暂停上岗"
    EXPIRED = "expired", "Expired", "已过期"
    REVOKED = "revoked", "Revoked", "已吊销"
    ENDED = "ended", "No longer valid", "已失效"


ENDS = (
    ("revoked", CertificateState.REVOKED),
    ("left", CertificateState.ENDED),
    ("not_hired", CertificateState.ENDED),
    ("expired", CertificateState.EXPIRED),
    ("withdrawn", CertificateState.ENDED),
    ("never_qualified", CertificateState.ENDED),
)
"""The gate's reasons that are more than a suspension, the gravest first."""


def certificate_state(answer: Gate, *, is_closed: bool) -> CertificateState:
    """What is said of a certificate, by the gate's answer for its person and post.

    ``is_closed``: the qualification it certifies was ended, whatever was earned since. An exception bridges a
    person's shift, not a certificate: what it bridges is what counts here.
    """
    if is_closed:
        return CertificateState.ENDED
    if answer.answer is Answer.YES:
        return CertificateState.VALID
    graver = next((state for code, state in ENDS if code in answer.codes), None)
    if graver is not None:
        return graver
    is_bridged = "exception" in answer.codes
    return (
        CertificateState.SUPERVISED
        if answer.answer is Answer.SUPERVISED and not is_bridged
        else CertificateState.SUSPENDED
    )


def answered_until(valid_until_on: date | None, printed_at: datetime) -> datetime:
    """Until when the code on a paper printed at that instant leads to an answer."""
    if valid_until_on is None:
        return printed_at + WITHOUT_END
    last = max(valid_until_on, printed_at.date())
    return datetime.combine(last, printed_at.timetz()) + AFTER_ITS_END


def name_part(name: str) -> str:
    """As much of a name as strangers are shown: its first letter, and a star for each further one, at most four."""
    kept = name.strip()
    return kept[:1] + "*" * min(len(kept.replace(" ", "")) - 1, 4) if kept else ""
