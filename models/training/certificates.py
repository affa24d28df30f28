"""Certificates on paper: each print has a code of its own that leads to today's answer (P2.3)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.base import Act
from models.journal import seal
from models.links import follow_link, make_link
from models.training.gate import may_work
from models.training.qualifications import Qualification
from rules.base import NotVisible, RuleBroken, Words
from rules.event import LinkPurpose
from rules.training.certificates import PRINTABLE, CertificateState, answered_until, certificate_state, name_part

HELD = frozenset({CertificateState.VALID, CertificateState.SUPERVISED})


@dataclass(frozen=True)
class CertificateAnswer:
    """All that a stranger is told: part of the name, the post, and how the certificate stands."""

    name: str
    post: str
    state: CertificateState
    valid_until_on: date | None
    at: datetime

    @property
    def is_held(self) -> bool:
        return self.state in HELD


def print_certificate(session: Session, qualification: Qualification, act: Act) -> str:
    """A fresh token for the paper's code; the print is an event. RuleBroken: there is nothing to certify."""
    if qualification.status not in PRINTABLE or qualification.term is None:
        raise RuleBroken(
            Words("Only who is qualified now gets a certificate.", "当前具备上岗资格的人员才能打印上岗证。"),
            clause="P2.3",
        )
    until = answered_until(qualification.valid_until_on, act.at)
    token = make_link(session, LinkPurpose.CERTIFICATE, "qualification", qualification.id, until=until)
    seal(session, qualification, "print_certificate", act)
    return token


def answer_for(session: Session, token: str, *, source: str, at: datetime) -> CertificateAnswer:
    """What the gate says now of who holds this paper. Raises NotVisible for a wrong token, 429 after too many."""
    link = follow_link(session, token, LinkPurpose.CERTIFICATE, source=source, at=at)
    found = session.get(Qualification, link.entity_id)
    if found is None or found.voided_at is not None:
        raise NotVisible
    state = certificate_state(may_work(found.employee, found.post, at), is_closed=found.closed_at is not None)
    return CertificateAnswer(name_part(found.employee.name), found.post.name, state, found.valid_until_on, at)
