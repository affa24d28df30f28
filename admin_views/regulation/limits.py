"""Time limits [X] on screen: the rows of the decision table, refused where two would say different things."""

from typing import Any, ClassVar

from flask import request
from sqlalchemy import select

from admin_views.base import RegulationView, Section
from admin_views.columns import listed
from admin_views.fields import SPECIAL, Parsed
from admin_views.session import db
from admin_views.words import CHINESE, locale, say
from models.base import Act, on_date
from models.regulation import SlaPolicy, company_calendar
from rules.base import RuleBroken, Words
from rules.regulation import CLAUSES, Target, clocks, ladders
from rules.regulation.limits import refuse_twice


class WarningsField(Parsed):
    """When whoever has it in hand is warned: ``-50%, -60``."""

    def parse(self, given: str) -> list[str]:
        return _told(lambda: ladders.warnings_of(given))

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data or []

    def write(self, value: list[Any]) -> str:
        return ", ".join(value)


class LadderField(WarningsField):
    """Who else is told when: ``+60: team leader; +480: production manager``."""

    def parse(self, given: str) -> list[Any]:
        return _told(lambda: ladders.ladder_of(given))

    def write(self, value: list[Any]) -> str:
        return ladders.written(value, zh=locale() == CHINESE)


class ReasonsField(WarningsField):
    """Reasons for which the clock waits, parted by commas."""

    def parse(self, given: str) -> list[str]:
        return _told(lambda: ladders.reasons_of(given))

    def write(self, value: list[Any]) -> str:
        return listed(value)


def _told(parse: Any) -> Any:
    """A refusal of the rules becomes a fault of the field, in the reader's language."""
    try:
        return parse()
    except RuleBroken as refused:
        raise ValueError(say(refused.words)) from None


SPECIAL[SlaPolicy, "warnings"] = WarningsField
SPECIAL[SlaPolicy, "ladder"] = LadderField
SPECIAL[SlaPolicy, "pauses_on"] = ReasonsField


class SlaPolicyView(RegulationView):
    labels: ClassVar = {
        "name": Words("Name", "名称"),
        "target": Words("Limit for", "时限事项"),
        "match": Words("Conditions (severity=major; priority=P1|P2)", "适用条件（如 severity=major; priority=P1|P2）"),
        "amount": Words("Amount (empty = not set)", "时限（留空=未设定）"),
        "calendar": Words("Calendar (empty = the department's, else the company's)", "日历（留空=部门日历或公司日历）"),
        "pauses_on": Words("Pauses while (waiting for parts, on hold)", "暂停计时的情形（待客户、待配件、暂缓）"),
        "warnings": Words("Warnings (-50%, -60 min, -2h)", "到期前提醒（-50%、-60分钟、-2小时）"),
        "ladder": Words(
            "Ladder (+60: team leader; +1440: general manager)", "升级通知（+60：所在班组长；+1440：总经理）"
        ),
        "is_fresh_after_reopening": Words("Full allowance again after a reopening", "重新打开后重新计时"),
    }
    list_columns = ("name", "target", "match", "amount", "unit", "warnings", "ladder", "from_on", "to_on")
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
        Section(Words("How long", "时限"), ("amount", "unit", "calendar", "pauses_on", "is_fresh_after_reopening")),
        Section(Words("Who is told", "提醒与升级"), ("warnings", "ladder")),
    )
    icon = "hourglass"

    def new_record(self, act: Act) -> SlaPolicy:
        """A target that a page names comes with its clause."""
        given = request.args.get("target", "")
        target = Target(given) if given in set(Target) else None  # type: ignore[call-arg]
        today = on_date(act.at)
        return SlaPolicy(target=target, clause=CLAUSES[target], from_on=today) if target else SlaPolicy()

    def before_save(self, record: SlaPolicy, act: Act) -> None:
        if record.to_on is not None and record.to_on < record.from_on:
            raise RuleBroken(Words("It ends before it begins.", "截止日期早于生效日期。"), field="to_on")
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
