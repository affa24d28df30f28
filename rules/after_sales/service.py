"""Service actions: how a solution is carried out, by whom, at whose cost, and whether it held (A3.3)."""

from decimal import Decimal

from rules.after_sales.kinds import ServiceKind
from rules.after_sales.tickets import AFTER_SALES
from rules.base import Access, Lifecycle, Role, RuleBroken, Words, relation, step

R = Role
TECHNICIAN = relation("technician", "the technician", "维修人员")

SERVICE_ACTION = Access(
    clause="A3.3",
    view=AFTER_SALES | {R.GENERAL_MANAGER},
    create=AFTER_SALES,
    edit=AFTER_SALES,
    edit_while=frozenset({"planned", "in_progress"}),
)

# fmt: off - a table, one row a step
SERVICE_STEPS = Lifecycle(
    "planned",
    (
        step("start", "planned", "in_progress", "Start", "开始", by={R.AFTER_SALES_AGENT, TECHNICIAN}, clause="A3.3"),
        step(
            "finish",
            "in_progress",
            "done",
            "Done",
            "完成",
            by={R.AFTER_SALES_AGENT, TECHNICIAN},
            asks=("result", "signature", "new_serial"),
            clause="A3.3",
        ),
        step(
            "accept",
            "done",
            "accepted",
            "Accept",
            "验收通过",
            by={R.AFTER_SALES_MANAGER},
            unlike={TECHNICIAN},
            clause="A3.3",
        ),
        step(
            "fail",
            "done",
            "failed",
            "It did not help",
            "未解决",
            by={R.AFTER_SALES_MANAGER},
            unlike={TECHNICIAN},
            needs_note=True,
            tells=(TECHNICIAN,),
            clause="A3.3",
        ),
    ),
)
# fmt: on


def refuse_replacement(kind: ServiceKind, old_serial: str, new_serial: str) -> None:
    """Raises RuleBroken for a replacement that does not say which unit came for which."""
    if kind is not ServiceKind.REPLACE:
        return
    if not old_serial.strip() or not new_serial.strip():
        raise RuleBroken(
            Words("A replacement needs the old and the new serial number.", "更换产品须填写旧件和新件的出厂编号。"),
            field="new_serial",
            clause="A3.3",
        )
    if old_serial.strip().casefold() == new_serial.strip().casefold():
        raise RuleBroken(
            Words("The new serial number is the old one.", "新出厂编号与旧编号相同。"),
            field="new_serial",
            clause="A3.3",
        )


def refuse_cost(cost: Decimal | None) -> None:
    """Raises RuleBroken for a cost below nothing."""
    if cost is not None and cost < 0:
        raise RuleBroken(Words("A cost is not below 0.", "费用不能小于 0。"), field="cost", clause="A3.3")
