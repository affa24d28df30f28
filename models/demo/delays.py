"""What the demo company does about its delays: most are reported in time, analysed, attributed; some wait (S3)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import ActionItem
from models.base import on_date
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.schedule import DelayRecord, PlanStage
from rules.schedule import DelayNature, DelayStatus, StageStatus

N = DelayNature
NATURES = (N.SUPPLIER, N.CUSTOMER, N.SPECIAL, N.SUBJECTIVE, N.SUPPLIER, N.FORCE_MAJEURE)
CAUSES = ("machine", "material", "man", "method")
PROPOSALS = (
    "周末加班两天，压缩装配节拍",
    "外协两道工序，质检驻厂",
    "从二班抽调两人支援",
    "调整工序次序，先做不受影响的零件",
)
ANALYSES = ("铸件到货晚于约定四天", "客户图纸两次改版", "加工中心主轴故障停机", "工装准备不足，换型时间过长")
MEASURES = ("与供应商约定备货与到货预警", "建立图纸变更冻结点", "关键设备备件最低库存", "换型前一日完成工装点检")
WATCHED_DAYS = 12
"""The lead calls older remedies minor; of the later ones the effect on the order decides, and some are watched yet."""
FEARED = 3
"""Stages of the half year that are feared for in vain."""
UNTOUCHED_DAYS = 4
"""What is younger than this waits on somebody's desk when the six months end."""


class Delays:
    """Once a day somebody looks through what is late."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary) -> None:
        self.session, self.rng, self.company, self.diary = session, rng, company, diary
        self.put_right: Callable[[int, datetime], None] = lambda _key, _at: None
        self.is_slipping = False
        self.feared: set[int] = set()

    def plan(self) -> None:
        for day in self.diary.clock.workdays():
            at = self.diary.clock.on_day((day - self.diary.clock.first).days, 110)
            self.diary.note(at, partial(self._look_through))

    def _look_through(self, at: datetime) -> None:
        is_recent = on_date(at) > self.diary.clock.today - timedelta(days=UNTOUCHED_DAYS)
        query = select(DelayRecord).where(DelayRecord.status.not_in((DelayStatus.AVERTED, DelayStatus.CLOSED)))
        for delay in self.session.scalars(query.order_by(DelayRecord.id)).all():
            if not is_recent or delay.id % 3 == 0:
                self._next_step(delay, on_date(at), at)

    def _next_step(self, delay: DelayRecord, on: date, at: datetime) -> None:
        lead = next((one for one in self.company.members if one.id == delay.project_lead_id), None)
        place = delay.id
        match delay.status:
            case DelayStatus.FORECAST if delay.stage_id in self.feared:
                pass  # the next report averts it
            case DelayStatus.FORECAST | DelayStatus.UNREPORTED if self.rng.random() < 0.75:
                self._do(
                    self._manager(delay),
                    delay,
                    "report",
                    at,
                    proposal=PROPOSALS[place % 4],
                    cause_category=CAUSES[place % 4],
                )
            case DelayStatus.REPORTED if lead is not None:
                self._do(lead, delay, "analyse", at)
            case DelayStatus.ANALYSING if lead is not None:
                told: dict[str, Any] = {"analysis": ANALYSES[place % 4], "measure": MEASURES[place % 4]}
                self._do(lead, delay, "remedy", at, severity="" if self._is_watched(on) else "minor", **told)
                self._see_to_it(delay, at)
            case DelayStatus.REMEDY if lead is not None and self._is_over(delay):
                self._attribute(lead, delay, at)
            case DelayStatus.AWAITING_APPROVAL:
                self._do(self.company.named("general_manager"), delay, "approve", at)
            case DelayStatus.ATTRIBUTED if lead is not None and place % 2:
                self._do(lead, delay, "close", at)

    def _is_watched(self, on: date) -> bool:
        return on > self.diary.clock.today - timedelta(days=WATCHED_DAYS)

    def slips(self, stage: PlanStage, at: datetime) -> bool:
        """On the last day one stage is seen to end too late: a forecast waits on the desk when the records end."""
        is_last_day = on_date(at) == self.diary.clock.workdays()[-1]
        is_ahead = stage.planned_end_on is not None and stage.planned_end_on >= self.diary.clock.today
        if self.is_slipping or not (is_last_day and is_ahead):
            return False
        self.is_slipping = True
        return True

    def is_feared(self, stage: PlanStage, days_left: int) -> bool:
        """A few stages that go as planned are feared for once, in vain: their forecast is averted by itself."""
        if len(self.feared) == FEARED or stage.id in self.feared or days_left < 2:
            return False
        self.feared.add(stage.id)
        return True

    def _see_to_it(self, delay: DelayRecord, at: datetime) -> None:
        """The measure is put right a day or two later."""
        mine = (ActionItem.source_entity == delay.__tablename__, ActionItem.source_id == delay.id)
        for key in self.session.scalars(select(ActionItem.id).where(*mine)):
            later = self.diary.clock.later(at, self.rng.choice((500, 800, 1100)))
            self.diary.note(later, partial(self.put_right, key))

    def _attribute(self, lead: Member, delay: DelayRecord, at: datetime) -> None:
        nature = NATURES[delay.id % len(NATURES)]
        verb = "claim" if nature is N.FORCE_MAJEURE else "attribute"
        evidence = "供电公司停电通知（附件）" if nature is N.FORCE_MAJEURE else ""
        self._do(lead, delay, verb, at, nature=str(nature), absorbed_working_days=delay.id % 2, evidence=evidence)

    @staticmethod
    def _is_over(delay: DelayRecord) -> bool:
        return delay.stage is None or delay.stage.status in {StageStatus.DONE, StageStatus.CANCELLED}

    def _manager(self, delay: DelayRecord) -> Member:
        is_first = delay.department_id == self.company.departments["S1"]
        return self.company.named("production_manager" if is_first else "production_manager2")

    def _do(self, by: Member, delay: DelayRecord, verb: str, at: datetime, **fields: Any) -> None:
        with as_of(self.session, by.person, at) as act:
            delay.perform(verb, act=act, **fields)


__all__ = ["Delays"]
