"""Orders of the order ledger: each through its life as the ledger has it, stage by stage, at the days of its row."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from models.base import COMPANY_ZONE, Act, Source
from models.event import ApprovalRecord
from models.intake.kit import Intake, RowRefused, chosen, guard, parts, refuse, refuse_voided, there
from models.intake.reasons import STORED_OTHERWISE
from models.journal import acting
from models.organisation import Customer, Employee, ProductModel, holders
from models.schedule import DelayRecord, PlanStage, ProductionPlan, SalesOrder, plan_of
from rules.base import Person, Role
from rules.event import Decision
from rules.ledger import Row, SheetResult
from rules.schedule import ClearanceKind, DelayNature, DelayStatus, DetectedBy, OrderStatus, StageStatus

MORNING, NOON, EVENING = time(9), time(12), time(17)
CLEARED_BY = {ClearanceKind.PRODUCTION: Role.PRODUCTION_MANAGER, ClearanceKind.TECHNICAL: Role.TECHNICAL}
WHOLE = Decimal(100)


def store_orders(intake: Intake, sheet: SheetResult) -> None:
    """Order by order as they were placed; what is stored already only goes on."""
    for rows in parts(sorted(sheet.accepted, key=lambda row: (row.values["ordered_on"], row.number))):
        book = Book(intake, rows)
        for row in rows:
            try:
                guard(row, SalesOrder, "no", "note", "qty")
                with intake.guarded([row]):
                    book.take(row)
            except RowRefused:
                continue
        intake.session.flush()


class Book:
    """Customers, models, people and stored orders that the rows refer to, while they are taken in."""

    def __init__(self, intake: Intake, rows: Iterable[Row]) -> None:
        self._intake, self._session = intake, intake.session
        values = [row.values for row in rows]
        self._customers = intake.found(Customer.code, (one["customer"] for one in values))
        self._models = intake.found(ProductModel.code, (one["model"] for one in values))
        self._people = intake.found(Employee.no, (one[name] for one in values for name in ("sales", "project_lead")))
        self._orders = intake.found(SalesOrder.no, (one["no"] for one in values))

    def take(self, row: Row) -> None:
        """A new order with its history, or what is new in the history of a stored one."""
        order, values = self._orders.get(row.values["no"]), row.values
        if order is None:
            order = self._enter(row)
            self._go_on(order, values)
            self._intake.counts["created"] += 1
            return
        refuse_voided(row, order, "no")
        if any(getattr(order, name) != value for name, value in self._facts(row).items()):
            raise refuse(row, STORED_OTHERWISE, "no")
        self._intake.counts["updated" if self._go_on(order, values) else "unchanged"] += 1

    def _facts(self, row: Row) -> dict[str, Any]:
        values = row.values
        return {
            "customer_id": there(row, self._customers.get(values["customer"]), "customer").id,
            "model_id": there(row, self._models.get(values["model"]), "model").id,
            "sales_id": there(row, self._people.get(values["sales"]), "sales").id,
            "project_lead_id": there(row, self._people.get(values["project_lead"]), "project_lead").id,
            "qty": values["qty"],
            "ordered_on": values["ordered_on"],
            "requested_on": values["requested_on"],
            "baseline_on": values["promised_on"],
        }

    # -- acts of history ---------------------------------------------------------------------------------------------

    def _act(self, employee_id: int | None, role: Role, on: date, at: time = NOON) -> Act:
        """What the ledger says that this person did then; where it names nobody, the importer for history."""
        instant = datetime.combine(on, at, COMPANY_ZONE).astimezone(UTC)
        if employee_id is None:
            return self._intake.act(instant)
        by = Person(self._intake.importer.account_id, employee_id, {Role.EMPLOYEE: None, role: None})
        return Act(by, instant, Source.IMPORT, recorded_at=self._intake.at)

    def _do(self, record: Any, verb: str, act: Act, **fields: Any) -> None:
        with acting(self._session, act):
            record.perform(verb, act=act, **fields)

    # -- entered, promised, planned ----------------------------------------------------------------------------------

    def _enter(self, row: Row) -> SalesOrder:
        values, facts = row.values, self._facts(row)
        seller = self._people[values["sales"]]
        facts.pop("baseline_on")
        act = self._act(seller.id, Role.SALES, values["ordered_on"], MORNING)
        with acting(self._session, act):
            order = SalesOrder(no=values["no"], note=values["note"] or "", sales=seller, **facts)
            order.prepare()
            self._session.add(order)
            order.perform("submit", act=act)
            self._note_clearing(order, act)
            order.perform("confirm", act=act, promised_on=values["promised_on"])
        self._plan(order, values)
        return order

    def _note_clearing(self, order: SalesOrder, act: Act) -> None:
        """The ledger keeps no answers of the departments: the approvals are noted as taken over."""
        self._session.add_all(
            ApprovalRecord(
                entity=order.__tablename__,
                entity_id=order.id,
                step=f"clear_{kind}",
                role=str(role),
                decision=Decision.APPROVED,
                decided_at=act.at,
                used_at=act.at,
                is_imported=True,
            )
            for kind, role in CLEARED_BY.items()
        )

    def _plan(self, order: SalesOrder, values: Mapping[str, Any]) -> None:
        """The stages as they were planned, one after the other, each as heavy as the others."""
        named = [one for one in values["stages"] if one["planned_end_on"] is not None]
        if not named:
            return
        act = self._act(None, Role.PRODUCTION_PLANNER, order.ordered_on)
        with acting(self._session, act):
            plan = ProductionPlan(order=order, planner_id=order.project_lead_id)
            plan.prepare()
            self._session.add(plan)
            self._session.flush()
            before: list[PlanStage] = []
            start = order.ordered_on
            for seq, one in enumerate(named, start=1):
                stage = PlanStage(seq=seq, name=one["name"], department_id=plan.department_id, heads_needed=0)
                stage.planned_start_on, stage.planned_end_on = min(start, one["planned_end_on"]), one["planned_end_on"]
                stage.weight = _share(seq, len(named))
                stage.qty = order.qty
                plan.stages.append(stage)
                self._session.flush()
                stage.wait_for(before)
                before, start = [stage], one["planned_end_on"] + timedelta(days=1)
            for verb in ("submit", "take_up", "approve", "release"):
                plan.perform(verb, act=act)

    # -- made, delivered ---------------------------------------------------------------------------------------------

    def _go_on(self, order: SalesOrder, values: Mapping[str, Any]) -> bool:
        """Stages that ended, the delivery, and the delay that the ledger tells; whether anything was new."""
        plan = plan_of(order)
        is_new = self._finish_stages(order, plan, values) if plan is not None else False
        delivered = values["delivered_on"]
        if delivered is None or order.delivered_on is not None:
            return is_new
        self._make_ready(order, plan, delivered)
        self._do(order, "deliver", self._act(order.sales_id, Role.SALES, delivered, EVENING), delivered_on=delivered)
        if values["delay_working_days"]:
            self._delay(order, plan, values)
        return True

    def _finish_stages(self, order: SalesOrder, plan: ProductionPlan, values: Mapping[str, Any]) -> bool:
        ended = {one["name"]: one["actual_end_on"] for one in values["stages"] if one["actual_end_on"] is not None}
        start, is_new = order.ordered_on, False
        for stage in plan.stages:
            end = stage.actual_end_on or ended.get(stage.name)
            if end is None or stage.status not in {StageStatus.READY, StageStatus.IN_PROGRESS}:
                start = end or start
                continue
            self._work(stage, min(start, end), end)
            start, is_new = end, True
        return is_new

    def _work(self, stage: PlanStage, start: date, end: date) -> None:
        """Begun after what came before, done on its day."""
        if stage.status is StageStatus.READY:
            self._do(stage, "start", self._act(None, Role.TEAM_LEADER, start))
        self._do(stage, "finish", self._act(None, Role.TEAM_LEADER, end), actual_end_on=end)

    def _make_ready(self, order: SalesOrder, plan: ProductionPlan | None, on: date) -> None:
        """What was delivered was made, whether or not the ledger says when."""
        for stage in plan.stages if plan is not None else ():
            if stage.status in {StageStatus.READY, StageStatus.IN_PROGRESS}:
                self._work(stage, stage.actual_start_on or on, on)
        for verb, status in (("begin", OrderStatus.CONFIRMED), ("finish", OrderStatus.IN_PRODUCTION)):
            if order.status is status:
                self._do(order, verb, self._act(None, Role.TEAM_LEADER, on))

    # -- late --------------------------------------------------------------------------------------------------------

    def _delay(self, order: SalesOrder, plan: ProductionPlan | None, values: Mapping[str, Any]) -> None:
        """The order was late: by how much, and whose delay it was; where the ledger says nothing it is undetermined."""
        late = self._act(None, Role.PRODUCTION_MANAGER, values["promised_on"] + timedelta(days=1))
        with acting(self._session, late):
            delay = DelayRecord(
                order=order,
                detected_by=DetectedBy.OVERDUE,
                detected_at=late.at,
                planned_end_on=values["promised_on"],
                actual_end_on=values["delivered_on"],
                order_effect_working_days=values["delay_working_days"],
                analysis=values["delay_reason"] or "",
            )
            delay.prepare()
            self._session.add(delay)
            delay.perform("fall_overdue", act=late)
        if values["delay_nature"] is not None:
            self._settle(delay, values)

    def _settle(self, delay: DelayRecord, values: Mapping[str, Any]) -> None:
        nature, reason = chosen(DelayNature, values["delay_nature"]), values["delay_reason"] or "台账"
        act = self._act(None, Role.PROJECT_LEAD, values["delivered_on"], EVENING)
        self._do(delay, "report", act, proposal=reason)
        self._do(delay, "analyse", act)
        self._do(delay, "remedy", act, analysis=reason)
        if nature is DelayNature.FORCE_MAJEURE:
            approver = next(iter(holders(self._session, Role.GENERAL_MANAGER, None)), None)
            if approver is None:
                return  # nobody is there who could have approved it: it stays undetermined
            self._do(delay, "claim", act, nature=str(nature), evidence=reason)
            gm = self._act(approver, Role.GENERAL_MANAGER, values["delivered_on"], EVENING)
            self._do(delay, "approve", gm)
        else:
            self._do(delay, "attribute", act, nature=str(nature))
        if delay.status is DelayStatus.ATTRIBUTED:
            self._do(delay, "close", act)


def _share(seq: int, count: int) -> Decimal:
    """Equal weights that make 100: the last one takes what is left."""
    each = (WHOLE / count).quantize(Decimal("0.01"))
    return WHOLE - each * (count - 1) if seq == count else each
