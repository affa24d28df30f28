"""Weights, aims and the rules of rewards and penalties, as the demo company set them (K1, K4.1)."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment import KpiDefinition, KpiTarget, RewardPenaltyRule
from models.demo.company import Company
from rules.actions import CaseSeverity
from rules.assessment import POINTS, WEIGHED, Measure, Method, Occasion, RewardKind
from rules.base import Role

WEIGHTS: dict[str, tuple[int, int, int]] = {
    "JS": (60, 20, 20),
    "S1": (50, 40, 10),
    "S2": (50, 45, 5),
    "ZL": (70, 20, 10),
    "RS": (40, 30, 30),
    "XS": (10, 60, 30),
    "SF": (10, 10, 80),
}
"""Department -> weights of process, schedule and after-sales in per cent."""
AIMS: dict[str, tuple[int, str, str, str]] = {
    # indicator -> its part of the group, target, floor; the last is the points that each one costs
    "execution_pass_rate": (50, "98", "70", ""),
    "document_compliance": (30, "100", "80", ""),
    "improvement_contribution": (20, "", "", ""),
    "on_time_delivery_rate": (50, "98", "70", ""),
    "delay_count": (30, "", "", "10"),
    "delay_working_days": (20, "0", "10", ""),
    "customer_satisfaction": (40, "95", "60", ""),
    "timely_resolution_rate": (40, "98", "70", ""),
    "favourable_follow_up_rate": (20, "95", "60", ""),
}

IMPROVEMENT_BANDS = "0: 70, 3: 85, 6: 100"
"""Who proposed nothing has done his duty; improvements come on top."""
ENOUGH = 2
"""Rows that a rate needs in a month of this small company."""


class RuleRow(NamedTuple):
    """A rule of rewards and penalties."""

    name: str
    occasion: Occasion
    when: str
    kind: RewardKind
    least: str
    most: str
    role: Role
    clause: str


W, K, R = Occasion, RewardKind, Role
RULES = (
    RuleRow("轻微违纪警告", W.CASE, "minor", K.WARNING, "0", "1", R.PRODUCTION_MANAGER, "K4.1"),
    RuleRow("一般违纪扣分", W.CASE, "general", K.POINTS, "1", "5", R.HR_MANAGER, "K4.1"),
    RuleRow("严重违纪扣分", W.CASE, "serious", K.POINTS, "5", "10", R.HR_MANAGER, "K4.1"),
    RuleRow("重大违纪调岗", W.CASE, "grave", K.POST_TRANSFER, "0", "0", R.GENERAL_MANAGER, "K4.1"),
    RuleRow("月度考核 A 级表彰", W.ASSESSMENT, "A", K.CERTIFICATE, "2", "5", R.GENERAL_MANAGER, "K3.1"),
    RuleRow("合理化建议 A 级奖励", W.SUGGESTION, "A", K.COMMENDATION, "5", "10", R.HR_MANAGER, "K3.2"),
    RuleRow("合理化建议 B 级奖励", W.SUGGESTION, "B", K.COMMENDATION, "3", "6", R.HR_MANAGER, "K3.2"),
    RuleRow("合理化建议 C 级奖励", W.SUGGESTION, "C", K.COMMENDATION, "1", "3", R.HR_MANAGER, "K3.2"),
)


def set_up(session: Session, company: Company, from_on: date) -> None:
    """Every department has weights by group and by indicator; every occasion its rule."""
    kpis = {one.code: one for one in session.scalars(select(KpiDefinition))}
    for one in kpis.values():
        one.min_sample = min(one.min_sample, ENOUGH)
    for code, shares in WEIGHTS.items():
        if code in company.departments:
            _weigh(session, company.departments[code], shares, kpis, from_on)
    session.add_all(_rule(row, from_on) for row in RULES)


def _weigh(
    session: Session, department: int, shares: tuple[int, int, int], kpis: dict[str, KpiDefinition], from_on: date
) -> None:
    for group, weight in zip(WEIGHED, shares, strict=True):
        session.add(KpiTarget(department_id=department, group=group, weight=Decimal(weight), from_on=from_on))
    for code, (weight, target, floor, each) in AIMS.items():
        session.add(
            KpiTarget(
                department_id=department,
                kpi=kpis[code],
                weight=Decimal(weight),
                target=_decimal(target),
                floor=_decimal(floor),
                points_each=_decimal(each),
                method=Method.DEDUCT if each else Method.LINEAR if target else Method.BAND,
                bands="" if each or target else IMPROVEMENT_BANDS,
                from_on=from_on,
            )
        )
    session.add(
        KpiTarget(department_id=department, kpi=kpis[POINTS], weight=Decimal(0), method=Method.POINTS, from_on=from_on)
    )


def _rule(row: RuleRow, from_on: date) -> RewardPenaltyRule:
    is_case = row.occasion is Occasion.CASE
    return RewardPenaltyRule(
        name=row.name,
        occasion=row.occasion,
        severity=CaseSeverity(row.when) if is_case else None,
        grade="" if is_case else row.when,
        kind=row.kind,
        least=Decimal(row.least),
        most=Decimal(row.most),
        measure=Measure.POINTS,
        needs_role=row.role,
        clause=row.clause,
        from_on=from_on,
    )


def _decimal(given: str) -> Decimal | None:
    return Decimal(given) if given else None
