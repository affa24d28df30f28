"""Three months closed, the last in review: computed, confirmed, disputed, locked (K2.1)."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment import AssessmentCycle, AssessmentSheet, KpiEvidence, RewardPenalty, compute, sheets_of
from models.base import Source
from models.demo.company import Company, Member
from models.demo.diary import Diary, WorkClock, as_of
from models.journal import seal
from rules.assessment import CycleStatus, RewardStatus, RowSide, SheetStatus
from rules.base import SYSTEM

HONOURED = 6
"""Certificates of a month: of the departments first, then the best."""


class Cycles:
    """A month after the other."""

    def __init__(self, session: Session, company: Company, diary: Diary) -> None:
        self.session, self.company, self.diary = session, company, diary

    def plan(self) -> None:
        clock = self.diary.clock
        months = _last_months(clock.today, 4)
        for place, first in enumerate(months):
            self.diary.note(_after(clock, first, 1), partial(self._begin, first, is_last=place == len(months) - 1))

    def _begin(self, first: date, at: datetime, *, is_last: bool) -> None:
        hr = self.company.named("hr").person
        with as_of(self.session, hr, at) as act:
            cycle = AssessmentCycle(from_on=first)
            cycle.prepare()
            self.session.add(cycle)
            seal(self.session, cycle, "create", act)
            cycle.perform("start", by=hr, at=at)
        self.diary.note(self.diary.clock.later(at, 1), partial(self._compute, cycle.id))
        self.diary.note(self.diary.clock.later(at, 60), partial(self._review, cycle.id))
        self.diary.note(self.diary.clock.later(at, 400), partial(self._confirm, cycle.id, is_last=is_last))

    def _compute(self, key: int, at: datetime) -> None:
        with as_of(self.session, SYSTEM, at, Source.SCHEDULER) as act:
            compute(self.session, self.session.get_one(AssessmentCycle, key), act)

    def _review(self, key: int, at: datetime) -> None:
        hr = self.company.named("hr").person
        with as_of(self.session, hr, at):
            self.session.get_one(AssessmentCycle, key).perform("review", by=hr, at=at)

    def _confirm(self, key: int, at: datetime, *, is_last: bool) -> None:
        """The assessors confirm, now and then with an adjustment; of the last month some are still open."""
        cycle = self.session.get_one(AssessmentCycle, key)
        for place, sheet in enumerate(sheets_of(cycle)):
            if is_last and place % 3 == 0:
                continue
            assessor = self._member(sheet.assessor_id) or self.company.named("general_manager")
            by = assessor.person
            with as_of(self.session, by, at):
                if place % 13 == 5:
                    self._adjust(sheet, by, at)
                sheet.perform("confirm", by=by, at=at)
            if not (is_last and place % 3 == 1):
                self._check(sheet, at)
        if not is_last:
            self.diary.note(self.diary.clock.later(at, 500), partial(self._publish, key))

    def _adjust(self, sheet: AssessmentSheet, by: Any, at: datetime) -> None:
        line = next((one for one in sheet.lines if one.score is not None), None)
        if line is not None:
            line.perform("adjust", by=by, at=at, manual_delta="2", note="当月带教两名新员工，另担任夜班首件复核")

    def _check(self, sheet: AssessmentSheet, at: datetime) -> None:
        checkers = [self.company.named(one) for one in ("hr", "hr_manager", "general_manager")]
        by = next(one for one in checkers if one.id not in {sheet.employee_id, sheet.assessor_id}).person
        with as_of(self.session, by, at):
            sheet.perform("check", by=by, at=at)

    def _publish(self, key: int, at: datetime) -> None:
        cycle, hr = self.session.get_one(AssessmentCycle, key), self.company.named("hr").person
        with as_of(self.session, hr, at):
            cycle.perform("publish", by=hr, at=at)
        self.diary.note(self.diary.clock.later(at, 300), partial(self._hear, key))
        self.diary.note(self.diary.clock.later(at, 7 * 480), partial(self._lock, key))

    def _hear(self, key: int, at: datetime) -> None:
        """Most acknowledge; the first two who find a row against them appeal."""
        disputed, cycle = 0, self.session.get_one(AssessmentCycle, key)
        for place, sheet in enumerate(sheets_of(cycle)):
            if sheet.employee_id is None or sheet.status is not SheetStatus.PUBLISHED:
                continue
            member = self._member(sheet.employee_id)
            if member is None:
                continue
            by = member.person
            row = self._row_to_dispute(sheet) if disputed < 2 else None
            if row is not None:
                disputed += 1
                self._dispute(sheet, by, row, at, is_upheld=disputed == 1)
            elif place % 4:
                with as_of(self.session, by, at):
                    sheet.perform("acknowledge", by=by, at=at)

    def _row_to_dispute(self, sheet: AssessmentSheet) -> KpiEvidence | None:
        """A row that counts against him."""
        return self.session.scalar(
            select(KpiEvidence)
            .where(
                KpiEvidence.cycle_id == sheet.cycle_id,
                KpiEvidence.employee_id == sheet.employee_id,
                KpiEvidence.side == RowSide.DENOMINATOR,
                KpiEvidence.bottom > 0,
            )
            .order_by(KpiEvidence.id)
            .limit(1)
        )

    def _dispute(self, sheet: AssessmentSheet, by: Any, row: KpiEvidence, at: datetime, *, is_upheld: bool) -> None:
        with as_of(self.session, by, at):
            named = f"{row.entity} {row.entity_id}"
            sheet.perform("appeal", by=by, at=at, row=named, note="当天量具送检，用的是备用卡尺，读数不准")
        judge = self.company.named("hr_manager")
        if judge.id in {sheet.assessor_id, sheet.employee_id}:
            judge = self.company.named("general_manager")
        self.diary.note(self.diary.clock.later(at, 480), partial(self._judge, sheet.id, judge, is_upheld=is_upheld))

    def _judge(self, key: int, judge: Member, at: datetime, *, is_upheld: bool) -> None:
        sheet = self.session.get_one(AssessmentSheet, key)
        verb, why = (
            ("uphold", "计量室记录属实，该项剔除") if is_upheld else ("reject", "备用卡尺在检定有效期内，维持原结果")
        )
        with as_of(self.session, judge.person, at):
            sheet.perform(verb, by=judge.person, at=at, note=why)

    def _lock(self, key: int, at: datetime) -> None:
        cycle, by = self.session.get_one(AssessmentCycle, key), self.company.named("hr_manager").person
        if cycle.status in {CycleStatus.PUBLISHED, CycleStatus.APPEAL}:
            with as_of(self.session, by, at):
                cycle.perform("lock", by=by, at=at)
            self.diary.note(self.diary.clock.later(at, 480), partial(self._honour, key))

    def _honour(self, key: int, at: datetime) -> None:
        """The general manager approves the best of the month, personnel announces and hands over."""
        drafts = (
            select(RewardPenalty)
            .join(AssessmentSheet, AssessmentSheet.id == RewardPenalty.source_id)
            .where(
                RewardPenalty.source_entity == AssessmentSheet.__tablename__,
                RewardPenalty.status == RewardStatus.DRAFT,
                AssessmentSheet.cycle_id == key,
            )
            .order_by(AssessmentSheet.employee_id.is_not(None), AssessmentSheet.total.desc(), AssessmentSheet.id)
        )
        found = self.session.scalars(drafts).all()
        for one in found[HONOURED:]:
            by = self.company.named("general_manager").person
            if one.why_not("drop", by) is None:
                with as_of(self.session, by, at):
                    one.perform("drop", by=by, at=at, note="本月表彰名额已满，成绩记入档案")
        for one in found[:HONOURED]:
            for login, verb in (("general_manager", "approve"), ("hr", "announce"), ("hr", "execute")):
                by = self.company.named(login).person
                with as_of(self.session, by, at):
                    one.perform(verb, by=by, at=at)

    def _member(self, employee_id: int | None) -> Member | None:
        """Who came during the six months has no log-in yet."""
        return next((one for one in self.company.members if one.id == employee_id), None)


def _last_months(today: date, count: int) -> list[date]:
    """The first days of the last whole months before today, the earliest first."""
    found, first = [], today.replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(first)
    return found[::-1]


def _after(clock: WorkClock, first: date, workdays: int) -> datetime:
    """A morning, so many workdays into the month after."""
    following = (first + timedelta(days=32)).replace(day=1)
    return clock.on_day((following - clock.first).days + workdays - 1, 60)
