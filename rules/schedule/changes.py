"""Changes of a plan: proposed, assessed by technical and production, decided by the project lead, applied (S2.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rules.base import Choice, Lifecycle, Role, RuleBroken, Words, step
from rules.schedule.access import LEAD, PROPOSER, SELLER

R = Role


class ChangeCause(Choice):
    """Why a plan is changed."""

    CUSTOMER_REQUEST = "customer_request", "The customer asks for it", "客户要求"
    FORCE_MAJEURE = "force_majeure", "Force majeure", "不可抗力"
    SPECIAL = "special", "Another special cause", "其他特殊原因"
    CAPACITY = "capacity", "Capacity", "产能"
    MATERIAL = "material", "Material", "物料"
    QUALITY = "quality", "Quality", "质量"
    COMMUNICATION = "communication", "Communication", "沟通"


class ChangeStatus(Choice):
    """Where a change stands."""

    DRAFT = "draft", "Draft", "草稿"
    PROPOSED = "proposed", "Proposed", "已提出"
    ASSESSED = "assessed", "Assessed", "已评估"
    APPROVED = "approved", "Approved", "已批准"
    REJECTED = "rejected", "Rejected", "已否决"
    APPLIED = "applied", "Applied", "已执行"
    WITHDRAWN = "withdrawn", "Withdrawn", "已撤回"


PENDING = ("draft", "proposed", "assessed", "approved")

CHANGE_STEPS = Lifecycle(
    "draft",
    (
        step(
            "propose",
            "draft",
            "proposed",
            "Propose",
            "提出",
            by={R.PRODUCTION_PLANNER, R.SALES, R.PRODUCTION_MANAGER},
            tells=(R.TECHNICAL, R.PRODUCTION_MANAGER, LEAD),
            clause="S2.3",
        ),
        step(
            "assess",
            "proposed",
            "assessed",
            "Assess",
            "评估",
            by={R.TECHNICAL, R.PRODUCTION_MANAGER},
            signatures=(R.TECHNICAL, R.PRODUCTION_MANAGER),
            tells=(LEAD,),
            clause="S2.3",
        ),
        *(
            step(
                "note_consent",
                one,
                one,
                "Note the customer's consent",
                "登记客户同意",
                by={R.SALES},
                asks=("consent_evidence",),
                tells=(LEAD,),
                clause="S2.3",
            )
            for one in ("proposed", "assessed", "approved")
        ),
        *(
            step(
                "endorse",
                one,
                one,
                "Approve as force majeure",
                "批准认定不可抗力",
                by={R.GENERAL_MANAGER},
                tells=(LEAD, PROPOSER),
                clause="S3.1",
            )
            for one in ("proposed", "assessed", "approved")
        ),
        step(
            "approve",
            "assessed",
            "approved",
            "Approve",
            "批准",
            by={LEAD},
            tells=(R.PRODUCTION_PLANNER, SELLER, PROPOSER),
            clause="S2.3",
        ),
        step(
            "reject",
            "assessed",
            "rejected",
            "Reject",
            "否决",
            by={LEAD},
            needs_note=True,
            tells=(R.PRODUCTION_PLANNER, SELLER, PROPOSER),
            clause="S2.3",
        ),
        step(
            "apply",
            "approved",
            "applied",
            "Apply",
            "执行变更",
            by={R.PRODUCTION_PLANNER},
            tells=(SELLER, LEAD, R.PRODUCTION_MANAGER),
            clause="S2.3",
        ),
        step(
            "withdraw",
            ("draft", "proposed"),
            "withdrawn",
            "Withdraw",
            "撤回",
            by={PROPOSER, R.SALES_MANAGER},
            needs_note=True,
            clause="S2.3",
        ),
    ),
)


@dataclass(frozen=True)
class Grounds:
    """On what a change rests: why, whether the customer agreed and where that stands, whether the GM approved."""

    cause: ChangeCause
    customer_agreed: bool = False
    consent_evidence: str = ""
    gm_approved: bool = False

    @property
    def has_consent(self) -> bool:
        """The customer's consent is on record only together with what shows it."""
        return self.customer_agreed and bool(self.consent_evidence.strip())

    @property
    def moves_counted_date(self) -> bool:
        """Whether the date that indicators count may move (DOMAIN.md).

        Only with the customer's consent on record, or by force majeure that the general manager approved.
        """
        return self.has_consent or (self.cause is ChangeCause.FORCE_MAJEURE and self.gm_approved)


@dataclass(frozen=True)
class Shift:
    """New dates of a stage."""

    stage_id: int
    start_on: date
    end_on: date

    def kept(self) -> list[int | str]:
        """The shift as the change keeps it."""
        return [self.stage_id, self.start_on.isoformat(), self.end_on.isoformat()]


def shifts_of(diff: Sequence[Sequence[int | str]]) -> list[Shift]:
    """The shifts that a change keeps."""
    return [
        Shift(int(stage), date.fromisoformat(str(start)), date.fromisoformat(str(end))) for stage, start, end in diff
    ]


def kpi_due_after(now: date | None, wanted: date | None, grounds: Grounds) -> date | None:
    """The counted date once a change is applied: the wanted one where the grounds carry it, else as it was."""
    return wanted if wanted is not None and grounds.moves_counted_date else now


def why_unfounded(wanted: date | None, grounds: Grounds) -> RuleBroken | None:
    """Why a change cannot be applied: it would move the counted date without grounds for it; None = it can."""
    if wanted is None or grounds.moves_counted_date:
        return None
    if grounds.cause is ChangeCause.FORCE_MAJEURE:
        return RuleBroken(
            Words(
                "The counted date moves only once the general manager has approved the force majeure, or the customer "
                "has agreed on record.",
                "考核交期须经总经理批准认定不可抗力，或登记客户同意后方可调整。",
            ),
            field="new_kpi_due_on",
            clause="S3.1",
        )
    return RuleBroken(
        Words(
            "The counted date moves only with the customer's consent on record: note it first, or leave the date out.",
            "考核交期须有客户同意的记录方可调整，请先登记客户同意，或不填新的考核交期。",
        ),
        field="new_kpi_due_on",
        clause="S2.3",
    )


def refuse_empty(text: str, new_promised_on: date | None, new_kpi_due_on: date | None) -> None:
    """Raises RuleBroken for a change that does not say what it is, or moves the counted date without a promise."""
    if not text.strip():
        raise RuleBroken(Words("Say what is changed and why.", "请说明变更内容和原因。"), field="text", clause="S2.3")
    if new_kpi_due_on is not None and new_promised_on is None:
        raise RuleBroken(
            Words("Give the new promise, too.", "请同时填写新的承诺交期。"), field="new_promised_on", clause="S2.3"
        )


def refuse_past(new_promised_on: date | None, ordered_on: date) -> None:
    """Raises RuleBroken for a promise before the order."""
    if new_promised_on is not None and new_promised_on < ordered_on:
        raise RuleBroken(
            Words("The new promise lies before the order.", "新的承诺交期早于下单日期。"),
            field="new_promised_on",
            clause="S2.3",
        )


def refuse_unshown(evidence: str) -> None:
    """Raises RuleBroken where nothing shows that the customer agreed."""
    if not evidence.strip():
        raise RuleBroken(
            Words(
                "Write what shows the customer's consent: mail, letter, minutes.",
                "请写明客户同意的依据：邮件、函件或会议纪要。",
            ),
            field="consent_evidence",
            clause="S2.3",
        )


def refuse_endorsing(cause: ChangeCause) -> None:
    """Raises RuleBroken where the cause is no force majeure: nothing else is the general manager's to approve here."""
    if cause is not ChangeCause.FORCE_MAJEURE:
        raise RuleBroken(
            Words("Only force majeure is approved here.", "此处仅批准认定不可抗力。"), field="cause", clause="S3.1"
        )
