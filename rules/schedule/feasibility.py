"""Whether a plan is complete, in order, in time, and has the people who may do it (S1.2, S1.3)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from rules.base import RuleBroken, Words, filled
from rules.schedule.plans import Task

WHOLE = Decimal(100)
NO_STAGES = Words("The plan has no stages yet: edit them first.", "计划还没有阶段，请先编辑阶段。")
OVERLOADED = Words(
    "{post}, {days}: {needed} people needed, {qualified} may work ({stages}).",
    "“{post}”{days}：需 {needed} 人，合格在岗 {qualified} 人（{stages}）。",
)
OVERLOADED_WITH_HELPERS = Words(
    "{post}, {days}: {needed} people needed, {qualified} may work ({stages}); {helpers} more may, but count elsewhere.",
    "“{post}”{days}：需 {needed} 人，合格在岗 {qualified} 人（{stages}）；另有 {helpers} 人可顶岗，已计入其他岗位。",
)


def faults_of(tasks: Sequence[Task]) -> list[Words]:
    """Everything that a plan lacks before it can be submitted (S1.2); a list, so that all is said at once."""
    if not tasks:
        return [NO_STAGES]
    found = [words for one in sorted(tasks, key=lambda one: one.seq) for words in _faults_of_task(one)]
    total = sum((one.weight for one in tasks), Decimal(0))
    if total != WHOLE:
        found.append(
            Words(
                "The weights make {total} instead of 100.",
                "权重合计为 {total}，应为 100。",
                total=total.normalize() + 0,
            )
        )
    return found + _faults_of_sequence(tasks)


def _faults_of_task(one: Task) -> list[Words]:
    lacks = [
        (one.owner_id is None, Words("responsible person", "责任人")),
        (one.post_id is None, Words("post", "岗位")),
        (one.start_on is None, Words("planned start", "计划开始")),
        (one.end_on is None, Words("planned end", "计划完成")),
        (one.revision_id is None, Words("document revision", "工艺文件版次")),
    ]
    found = [
        Words(
            "Stage {seq} {name}: give its {what}.",
            "第 {seq} 阶段“{name}”缺少{what}。",
            seq=one.seq,
            name=one.name,
            what=what,
        )
        for is_missing, what in lacks
        if is_missing
    ]
    if one.start_on and one.end_on and one.end_on < one.start_on:
        found.append(
            Words(
                "Stage {seq} {name} ends before it begins.",
                "第 {seq} 阶段“{name}”完成早于开始。",
                seq=one.seq,
                name=one.name,
            )
        )
    return found


def _faults_of_sequence(tasks: Sequence[Task]) -> list[Words]:
    known = {one.seq: one for one in tasks}
    found = [
        Words(
            "Stage {seq} {name} waits for stage {after}, which there is not.",
            "第 {seq} 阶段“{name}”的前置阶段 {after} 不存在。",
            seq=one.seq,
            name=one.name,
            after=after,
        )
        for one in tasks
        for after in one.after
        if after not in known
    ]
    circle = cycle_in({one.seq: [seq for seq in one.after if seq in known] for one in tasks})
    if circle:
        names = " → ".join(str(seq) for seq in circle)
        return [*found, Words("These stages wait for each other: {names}.", "阶段前置关系成环：{names}。", names=names)]
    return found + [
        Words(
            "Stage {seq} {name} begins on {start}, before stage {after} is done on {end}.",
            "第 {seq} 阶段“{name}”于 {start} 开始，早于前置阶段 {after} 完成日 {end}。",
            seq=one.seq,
            name=one.name,
            start=one.start_on,
            after=before.seq,
            end=before.end_on,
        )
        for one in tasks
        for before in (known[seq] for seq in one.after if seq in known)
        if before.end_on and one.start_on and one.start_on < before.end_on
    ]


def cycle_in(after: Mapping[int, Iterable[int]]) -> list[int]:
    """Some circle in what waits for what, closed by its first member; empty = there is none. Without recursion."""
    state: dict[int, int] = {}
    for root in sorted(after):
        path: list[int] = []
        stack: list[tuple[int, bool]] = [(root, False)]
        while stack:
            node, is_left = stack.pop()
            if is_left:
                state[node] = 2
                path.pop()
            elif state.get(node) == 1:
                return [*path[path.index(node) :], node]
            elif state.get(node) is None:
                state[node] = 1
                path.append(node)
                stack.append((node, True))
                stack += [(one, False) for one in sorted(after.get(node, ()), reverse=True) if state.get(one) != 2]
    return []


def refuse_faults(faults: Sequence[Words], clause: str = "S1.2") -> None:
    """Raises RuleBroken with everything that is missing, in one sentence each."""
    if faults:
        raise RuleBroken(
            Words(" ".join(one.text("en") for one in faults), "".join(one.text("zh") for one in faults)), clause=clause
        )


def refuse_late_end(end_on: date | None, promised_on: date | None, consented_end_on: date | None) -> None:
    """Raises RuleBroken for a plan that ends after the promise, unless the sales manager consented to that end."""
    if end_on is None or promised_on is None or end_on <= promised_on:
        return
    if consented_end_on is not None and end_on <= consented_end_on:
        return
    raise RuleBroken(
        Words(
            "The plan ends on {end}, after the promise of {promised}: shorten it, or have the sales manager consent.",
            "计划完成日 {end} 晚于承诺交期 {promised}，请调整计划或由销售经理同意。",
            end=end_on,
            promised=promised_on,
        ),
        clause="S1.3",
    )


# -- load against qualified heads ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Demand:
    """How many heads a stage needs at a post, on each of its working days."""

    post_id: int
    days: tuple[date, ...]
    heads: int
    name: str = ""


@dataclass(frozen=True)
class Overload:
    """A post that lacks people on a day: needed, there, and by which stages."""

    post_id: int
    on: date
    needed: int
    qualified: int
    names: tuple[str, ...] = ()
    helpers: int = 0
    """Who may work there and counts at another post."""


def load(demands: Iterable[Demand]) -> dict[tuple[int, date], int]:
    """Heads needed by post and working day."""
    found: dict[tuple[int, date], int] = defaultdict(int)
    for one in demands:
        for day in one.days:
            found[one.post_id, day] += one.heads
    return dict(found)


def overloads(
    demands: Collection[Demand],
    qualified: Mapping[tuple[int, date], int],
    helpers: Mapping[tuple[int, date], int] = MappingProxyType({}),
) -> list[Overload]:
    """Posts and days on which more heads are needed than count there; in order of day and post (S1.3).

    ``helpers`` may work there too and count at another post: they are named, and make nothing feasible.
    """
    names: dict[tuple[int, date], list[str]] = defaultdict(list)
    for one in demands:
        for day in one.days:
            names[one.post_id, day].append(one.name)
    return [
        Overload(
            post,
            day,
            needed,
            qualified.get((post, day), 0),
            tuple(dict.fromkeys(names[post, day])),
            helpers.get((post, day), 0),
        )
        for (post, day), needed in sorted(load(demands).items(), key=lambda one: (one[0][1], one[0][0]))
        if needed > qualified.get((post, day), 0)
    ]


def spans_of(days: Collection[date], calendar_gap: int = 4) -> list[tuple[date, date]]:
    """Days put together where at most a weekend lies between them: first and last of each stretch."""
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and (day - found[-1][1]).days < calendar_gap:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def words_of_overloads(overs: Sequence[Overload], posts: Mapping[int, str]) -> list[Words]:
    """Each post with its days, how many are needed and may work, and the stages that need them (S1.3)."""
    found = []
    by_post: dict[int, list[Overload]] = defaultdict(list)
    for one in overs:
        by_post[one.post_id].append(one)
    for post, lacking in by_post.items():
        days = spans_of([one.on for one in lacking])
        said = ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in days)
        worst = max(lacking, key=lambda one: one.needed - one.qualified)
        names = tuple(dict.fromkeys(name for one in lacking for name in one.names))
        values = {
            "post": posts.get(post, str(post)),
            "days": said,
            "needed": worst.needed,
            "qualified": worst.qualified,
            "helpers": worst.helpers,
            "stages": "、".join(names[:6]),
        }
        found.append(filled(OVERLOADED_WITH_HELPERS if worst.helpers else OVERLOADED, **values))
    return found
