"""Clocks on the pages of the records that they run for, and the story of each deadline (A3.1)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of, due_cell
from admin_views.deadlines import DAY
from admin_views.history import ACTIONS
from admin_views.registry import LINE_LABELS, LINE_NAMES, REASONS, panel, record_url, views
from admin_views.screen import Cell, Fact, Heading, Panel, Row
from admin_views.session import db
from admin_views.signin import unauthorised
from admin_views.words import exact_date, exact_instant, near_instant, say, t
from models.base import Record, now
from models.event import Reminder
from models.regulation import Calendar, SlaClock, clock_of, clocks_of, reopenings
from models.regulation.clocks import COPIES
from rules.base import NotVisible, Person, Words
from rules.regulation import ClockStatus, Target, Terms, Unit, ladders
from rules.regulation.clocks import Recorded, flight
from rules.regulation.limits import match_words
from rules.regulation.stories import (
    DAY_UNITS,
    WHY_PAUSED,
    Story,
    StoryDay,
    Stretch,
    due_words,
    kind_words,
    remaining,
    span_words,
)
from rules.regulation.units import counted

clock_pages = Blueprint("clocks", __name__, url_prefix="/clocks")

LABELS = {
    "entity": Words("Kind of record", "记录类型"),
    "target": Words("Limit for", "时限事项"),
    "policy": Words("Time limit", "时限规则"),
    "terms": Words("Terms", "规则快照"),
    "calendar_version": Words("Calendar version", "日历版本"),
    "started_at": Words("Started", "起算时间"),
    "due_at": Words("Due", "到期时间"),
    "provisional": Words("Provisional", "暂定"),
    "pauses": Words("Pauses", "暂停记录"),
    "stopped_at": Words("Ended", "停止时间"),
    "seen_at": Words("Seen overdue", "发现超时"),
    "elapsed_minutes": Words("Minutes used", "已用分钟"),
    "breach_minutes": Words("Minutes over", "超时分钟"),
    "spare_minutes": Words("Minutes to spare", "剩余分钟"),
    "paused_minutes": Words("Minutes paused", "暂停分钟"),
    "continues": Words("Goes on from", "续接"),
    "told_from_at": Words("Told from", "提醒起始"),
    "next_look_at": Words("Next look", "下次检查"),
}
LINE_LABELS[SlaClock.__tablename__] = LABELS
ACTIONS["due_recomputed"] = Words("due date recomputed", "期限已重算")
ACTIONS.update({f"warn_{level}": Words("falls due soon", "即将到期") for level in range(2 * ladders.MOST_RUNGS)})
ACTIONS["overdue"] = Words("overdue", "已超时")
ACTIONS["clock_begins"] = Words("time limit begins", "开始计时")
ACTIONS["clock_ends"] = Words("time limit ends", "停止计时")
ACTIONS["read_by_all"] = Words("read by all", "全员已阅知")
ACTIONS["window_over"] = Words("period over", "期限届满")

PROVISIONAL = Words("provisional", "暂定")


def _name_of(key: int) -> str:
    """Of several clocks the history tells each by its target."""
    clock = db.session.get(SlaClock, key)
    return t("Clock “{target}”", "计时“{target}”", target=clock.target) if clock is not None else say(SlaClock.words)


LINE_NAMES[SlaClock.__tablename__] = _name_of


@panel(Record)
def clocks(record: Record, person: Person) -> Panel | None:
    """What runs for a record: how much is left, until when, and why."""
    found = clocks_of(record)
    if not found:
        return None
    names = ("target", "Limit for", "时限事项"), ("status", "Status", "状态")
    more = ("left", "Working time left", "剩余工作时间"), ("due_at", "Due", "到期时间"), ("why", "Why", "依据")
    return Panel(
        title=t("Clocks", "计时"),
        headings=[Heading(name, t(en, zh)) for name, en, zh in (*names, *more)],
        rows=[_row(clock, now()) for clock in reversed(found)],
    )


def why_due(record: Record, column: str) -> str:
    """The story of the clock that this deadline is the copy of."""
    mine = [target for (table, target), name in COPIES.items() if (table, name) == (record.__tablename__, column)]
    found = (clock_of(record, target) for target in mine)
    return next((f"/clocks/{one.id}/" for one in found if one is not None), "")


REASONS.append(why_due)


def _row(clock: SlaClock, at: datetime) -> Row:
    terms = clock.granted
    return Row(
        clock.id,
        f"/clocks/{clock.id}/",
        [
            Cell(say(clock.target.words)),
            cell_of(clock.status),
            Cell(say(short_words(clock, at)), exact=say(left_words(clock, at))),
            _due(clock, at),
            Cell(f"{terms.name} · {amount_text(terms)}"),
        ],
    )


def amount_text(terms: Terms) -> str:
    return say(counted(terms.amount, terms.unit))


def _due(clock: SlaClock, at: datetime) -> Cell:
    is_cancelled = clock.status is ClockStatus.CANCELLED
    done_at = None if is_cancelled else clock.stopped_at
    cell = due_cell(clock.due_at, at, is_done=not clock.is_open, done_at=done_at)
    text = f"{cell.text} · {say(PROVISIONAL)}" if clock.provisional else cell.text
    return Cell(text, cell.kind, exact=cell.exact, tone="paused" if clock.status is ClockStatus.PAUSED else cell.tone)


SPENT = {
    "elapsed_minutes": Words("Working time used", "已用工作时间"),
    "spare_minutes": Words("To spare", "提前"),
    "breach_minutes": Words("Over", "超时"),
    "paused_minutes": Words("Paused", "暂停"),
}


def worked(clock: SlaClock, minutes: int) -> Words:
    """So much of the time that this limit is counted in; working time in days of eight hours once there are several."""
    minutes = abs(minutes)
    if clock.granted.unit is Unit.CLOCK_HOUR or minutes < 2 * DAY:
        return span_words(minutes)
    days, hours = minutes // DAY, minutes % DAY // 60
    if not hours:
        return Words("{days} d", "{days} 天", days=days)
    return Words("{days} d {hours} h", "{days} 天 {hours} 小时", days=days, hours=hours)


def short_words(clock: SlaClock, at: datetime) -> Words:
    """The same under a heading that says what it is."""
    if not clock.is_open:
        return left_words(clock, at)
    minutes = remaining(clock.granted, clock.recorded, clock.engine, at)
    span = worked(clock, minutes)
    return span if minutes >= 0 and at <= clock.due_at else Words("{span} over", "超 {span}", span=span)


def left_words(clock: SlaClock, at: datetime) -> Words:
    """How a deadline stands, in working time."""
    match clock.status:
        case ClockStatus.CANCELLED:
            return Words("no longer owed", "不再要求")
        case ClockStatus.MET:
            return Words("{span} to spare", "提前 {span}", span=worked(clock, clock.spare_minutes or 0))
        case ClockStatus.BREACHED if not clock.is_open:
            return Words("{span} late", "超时 {span}", span=worked(clock, clock.breach_minutes or 0))
    minutes = remaining(clock.granted, clock.recorded, clock.engine, at)
    if clock.status is ClockStatus.PAUSED:
        return Words("{span} left when it goes on", "恢复后剩余 {span}", span=worked(clock, minutes))
    if at > clock.due_at:
        return Words("overdue by {span} of working time", "已超时 {span}（工作时间）", span=worked(clock, minutes))
    return Words("in {span} of working time", "剩余 {span}（工作时间）", span=worked(clock, minutes))


# -- the page of one clock -------------------------------------------------------------------------------------------


@clock_pages.get("/<int:key>/")
def clock_page(key: int) -> AnyResponse | str:
    """A deadline and its story, for whoever may see the record that it runs for."""
    if not current_user.is_authenticated:
        return unauthorised()
    clock = db.session.get(SlaClock, key) if key < 2**62 else None
    view = views().get(clock.entity) if clock is not None else None
    record = view.get_one(clock.entity_id) if view is not None and clock is not None else None
    if clock is None or record is None:
        raise NotVisible
    told = clock.story()
    return render_template(
        "deadline.html",
        title=say(clock.target.words),
        record_label=record.label,
        record_url=record_url(type(record), record.id),
        state=cell_of(clock.status),
        clause=clock.clause,
        lead=say(left_words(clock, now())),
        facts=list(_facts(clock)),
        **story_context(told, clock.recorded),
        **_flight(clock, record),
        pauses=_pauses(clock),
    )


def _facts(clock: SlaClock) -> Iterator[Fact]:
    terms = clock.granted
    yield Fact(t("Limit", "时限"), Cell(f"{terms.name} · {amount_text(terms)}"))
    yield Fact(t("Because of", "适用情形"), Cell(say(match_words(terms.facts))))
    yield Fact(say(LABELS["started_at"]), cell_of(clock.started_at))
    yield Fact(say(LABELS["due_at"]), _due(clock, now()))
    if clock.stopped_at is not None:
        yield Fact(say(LABELS["stopped_at"]), cell_of(clock.stopped_at))
    for name, words in SPENT.items():
        if (minutes := getattr(clock, name)) is not None and (minutes or name != "paused_minutes"):
            yield Fact(say(words), Cell(say(worked(clock, minutes))))
    version = t("{name}, version {n}", "{name}，第 {n} 版", name=_calendar_name(clock), n=clock.calendar_version.number)
    yield Fact(t("Calendar", "日历"), Cell(version))
    if count := reopenings(clock):
        yield Fact(t("Reopened", "重新打开"), Cell(t("{n} times", "{n} 次", n=count)))


def _calendar_name(clock: SlaClock) -> str:
    return db.session.get_one(Calendar, clock.calendar_version.calendar_id).name


def _pauses(clock: SlaClock) -> dict[str, Any]:
    names = ("from", "From", "开始"), ("to", "To", "结束"), ("reason", "Reason", "原因")
    rows = []
    for place, one in enumerate(clock.recorded.pauses):
        reason = WHY_PAUSED.get(one.reason, Words(one.reason, one.reason))
        end = near_instant(one.end) if one.end else t("still waiting", "仍在等待")
        rows.append(
            Row(
                place, "", [Cell(near_instant(one.start), exact=exact_instant(one.start)), Cell(end), Cell(say(reason))]
            )
        )
    return {"headings": [Heading(name, t(en, zh)) for name, en, zh in names], "rows": rows}


FLIGHTS: dict[Target, Callable[[Any], list[Row]]] = {}
"""Target -> the levels of a record that climbs a ladder of its own: when, who, whether it was told."""


def _flight(clock: SlaClock, record: Record) -> dict[str, Any]:
    """Every level of the ladder: when, who, and whether it was told."""
    names = ("when", "When", "时间"), ("who", "Who is told", "通知对象"), ("state", "State", "状态")
    rows = FLIGHTS[clock.target](record) if clock.target in FLIGHTS else _levels(clock)
    return {"rungs": {"headings": [Heading(name, t(en, zh)) for name, en, zh in names], "rows": rows}}


def _told(rung: ladders.Rung, known: Mapping[str, Words]) -> str:
    """A warning is for whose turn it is, by whichever name the record calls him."""
    if rung.tells == ladders.OWNERS:
        return t("whose turn it is", "当前经办人")
    return t(", ", "、").join(say(known[who]) for who in rung.tells if who in known)


def _levels(clock: SlaClock) -> list[Row]:
    told = set(
        db.session.scalars(
            select(Reminder.level).where(
                Reminder.entity == SlaClock.__tablename__,
                Reminder.entity_id == clock.id,
                Reminder.due_at == clock.due_at,
            )
        )
    )
    recorded = Recorded(clock.started_at, clock.recorded.pauses, told_from=clock.told_from_at)
    known = ladders.callable_names()
    return [
        Row(
            rung.level,
            "",
            [
                Cell(near_instant(when), exact=exact_instant(when)),
                Cell(_told(rung, known)),
                level_state(when, is_told=rung.level in told, is_open=clock.is_open),
            ],
        )
        for when, rung in flight(clock.granted, recorded, clock.engine)
    ]


def level_state(when: datetime, *, is_told: bool, is_open: bool) -> Cell:
    if is_told:
        return Cell(t("told", "已通知"), "state", tone="done")
    if not is_open:
        return Cell(t("not needed", "无需通知"), "state", tone="off")
    return Cell(t("waiting", "待发送"), "state", tone="soon") if when <= now() else Cell(t("ahead", "未到"))


# -- a story as a table ----------------------------------------------------------------------------------------------


def story_context(told: Story, recorded: Recorded) -> dict[str, Any]:
    """What the template shows of a story."""
    is_in_days = told.terms.unit in DAY_UNITS and not recorded.spans()
    names = [("on", "Date", "日期"), ("kind", "Kind of day", "日期类型"), ("hours", "Working time", "工作时段")]
    if recorded.spans():
        names.append(("paused", "Paused", "暂停扣除"))
    names.append(("counts", "Working day", "第几个工作日") if is_in_days else ("counts", "Counts", "计入"))
    if not is_in_days:
        names.append(("left", "Left", "剩余"))
    left = sum(one.minutes for one in told.days)
    rows = []
    for day in told.days:
        left -= day.minutes
        rows.append(_story_row(day, left, is_in_days=is_in_days, is_paused=bool(recorded.spans())))
    return {
        "story_headings": [Heading(name, t(en, zh)) for name, en, zh in names],
        "story_rows": rows,
        "began": t(
            "Started {at}; the limit is {limit}.",
            "{at} 起算，时限 {limit}。",
            at=exact_instant(told.started_at),
            limit=counted(told.terms.amount, told.terms.unit),
        ),
        "ended": say(due_words(told)),
        "is_provisional": told.is_provisional,
        "is_cut": told.is_cut,
        "is_round_the_clock": not told.days,
    }


def _story_row(day: StoryDay, left: int, *, is_in_days: bool, is_paused: bool) -> Row:
    on = exact_date(day.on)
    if day.until is not None:
        on = t("{first} to {last}", "{first} 至 {last}", first=on, last=exact_date(day.until))
    cells = [Cell(on), Cell(say(kind_words(day)), tone="" if day.worked else "off")]
    cells.append(Cell(t(", ", "，").join(_hours(one) for one in day.worked)))
    if is_paused:
        cells.append(Cell(t("; ", "；").join(_paused(one) for one in day.paused)))
    if is_in_days:
        cells.append(Cell(t("day {n}", "第 {n} 天", n=day.number) if day.number else ""))
    else:
        cells.append(Cell(say(span_words(day.minutes)) if day.worked else ""))
        cells.append(Cell(say(span_words(left)) if day.worked else ""))
    return Row(day.on.toordinal(), "", cells)


def _hours(one: Stretch) -> str:
    return f"{one.start:%H:%M}–{one.end:%H:%M}"


def _paused(one: Stretch) -> str:
    reason = say(WHY_PAUSED.get(one.reason, Words(one.reason, one.reason)))
    return t(
        "{hours} ({reason}), −{n} min",
        "{hours}（{reason}），−{n} 分钟",
        hours=_hours(one),
        reason=reason,
        n=one.minutes,
    )
