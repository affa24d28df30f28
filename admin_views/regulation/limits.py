"""Time limits [X] on screen: the rows of the decision table, refused where two would say different things."""

from typing import Any, ClassVar

from flask import json, request
from sqlalchemy import inspect, select

from admin_views.base import RegulationView, Section
from admin_views.fields import SPECIAL
from admin_views.regulation.picked import ConditionsField, LadderField, PauseField, WarningsField
from admin_views.session import db
from models.base import Act, on_date
from models.regulation import SlaPolicy, company_calendar
from rules.base import RuleBroken, Words
from rules.regulation import CLAUSES, Target, clocks
from rules.regulation.conditions import CASES, refuse_foreign
from rules.regulation.limits import refuse_after_end, refuse_second_ladder, refuse_twice

SPECIAL[SlaPolicy, "match"] = ConditionsField
SPECIAL[SlaPolicy, "warnings"] = WarningsField
SPECIAL[SlaPolicy, "ladder"] = LadderField
SPECIAL[SlaPolicy, "pauses_on"] = PauseField


class SlaPolicyView(RegulationView):
    labels: ClassVar = {
        "name": Words("Name", "名称"),
        "target": Words("Limit for", "时限事项"),
        "match": Words("Holds for", "适用情形"),
        "amount": Words("Amount", "时限"),
        "calendar": Words("Calendar (empty = the department's, else the company's)", "日历（留空=部门日历或公司日历）"),
        "pauses_on": Words("Pauses while", "暂停计时的情形"),
        "warnings": Words("Warnings before it falls due", "到期前提醒"),
        "ladder": Words("Who else is told when", "升级通知"),
        "is_fresh_after_reopening": Words("Full allowance again after a reopening", "重新打开后重新计时"),
    }
    list_columns = ("name", "target", "match", "amount", "unit", "from_on", "to_on")
    filter_columns = ("target", "unit", "from_on")
    form_columns = (
        "name",
        "clause",
        "target",
        "match",
        "from_on",
        "to_on",
        "amount",
        "unit",
        "calendar",
        "pauses_on",
        "is_fresh_after_reopening",
        "warnings",
        "ladder",
    )
    sections = (
        Section(Words("For what", "适用范围"), ("name", "clause", "target", "match", "from_on", "to_on")),
        Section(
            Words("How long (no amount = not set yet)", "时限（不填 = 尚未设定）"),
            ("amount", "unit", "calendar", "pauses_on", "is_fresh_after_reopening"),
        ),
        Section(Words("Who is told", "提醒与升级"), ("warnings", "ladder")),
    )
    icon = "hourglass"
    create_template = edit_template = "regulation/policy_edit.html"

    def render(self, template: str, **context: Any) -> str:
        """The form knows what each target is told apart by."""
        cases = {str(target): {name: list(values) for name, values in one.items()} for target, one in CASES.items()}
        return super().render(template, cases=json.dumps(cases), **context)

    def new_record(self, act: Act) -> SlaPolicy:
        """A target that a page names comes with its clause."""
        given = request.args.get("target", "")
        target = Target(given) if given in set(Target) else None
        today = on_date(act.at)
        return SlaPolicy(target=target, clause=CLAUSES[target], from_on=today) if target else SlaPolicy()

    def before_save(self, record: SlaPolicy, act: Act) -> None:
        if record.to_on is not None and record.to_on < record.from_on:
            raise RuleBroken(Words("It ends before it begins.", "截止日期早于生效日期。"), field="to_on")
        written = inspect(record).attrs
        if written.match.history.has_changes() or written.target.history.has_changes():
            refuse_foreign(record.target, record.match)  # what stands there already may stay
        refuse_second_ladder(record.target, warnings=record.warnings, ladder=record.ladder)
        refuse_after_end(record.target, record.warnings, field="warnings")
        refuse_after_end(record.target, [offset for offset, _ in record.ladder], field="ladder")
        if record.pauses_on and record.target in clocks.NEVER_PAUSED:
            raise RuleBroken(
                Words("“{target}” waits for nobody.", "“{target}”不得暂停计时。", target=record.target),
                field="pauses_on",
            )
        if record.amount is not None:
            clocks.due_at(record.terms({}), act.at, company_calendar(db.session()))
        others = select(SlaPolicy).where(
            SlaPolicy.target == record.target, SlaPolicy.voided_at.is_(None), SlaPolicy.id != (record.id or 0)
        )
        refuse_twice(record.as_row(), [one.as_row() for one in db.session.scalars(others)])
