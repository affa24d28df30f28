"""Checks with their items, and the rectifications they raise or move (P3, K2.2, C2.2)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.actions import ActionItem, ActionRound, open_rectification
from models.after_sales import Ticket
from models.base import Act, Line, Record, on_date
from models.event import Attachment
from models.organisation import Department, Employee, Placement, Post, Team
from models.process import DocumentRevision, ProcessDocument, revision_in_force
from models.quality.plans import CheckDraw
from models.quality.templates import CheckTemplate, CheckTemplateItem
from models.regulation import figure
from models.schedule import PlanStage
from models.training import gates
from rules import actions, quality
from rules.actions import Severity
from rules.base import SYSTEM, Person, RuleBroken, Unset, Words
from rules.quality import CLAUSES, Category, CheckKind, CheckStatus, Verdict
from rules.quality import Answer as AnswerKind
from rules.regulation import REPEAT_WITHIN_DAYS
from rules.training import Answer, Gate

WORSE = (Answer.YES, Answer.SUPERVISED, Answer.NO)


class SpotCheck(Record):
    """A check of how work is done, with one line per question (检查)."""

    __tablename__ = "spot_check"
    __table_args__ = (
        CheckConstraint("kind != 'recheck' OR rechecks_round_id IS NOT NULL", name="recheck_has_round"),
        CheckConstraint("(status = 'voided') = (voided_at IS NOT NULL)", name="voided_has_instant"),
        Index("ix_spot_check_checked_at", "checked_at", "id"),
        Index("ix_spot_check_department_id_id", "department_id", "id"),
        Index("ix_spot_check_status_id", "status", "id"),
        Index("ix_spot_check_kind_checked_at", "kind", "checked_at"),
        Index("ix_spot_check_draw_id", "draw_id"),
        Index("ix_spot_check_stage_id", "stage_id"),
        Index("ix_spot_check_ticket_id", "ticket_id"),
        Index(
            "uq_spot_check_one_per_round",
            "rechecks_round_id",
            unique=True,
            sqlite_where=text("status NOT IN ('draft', 'voided')"),
            postgresql_where=text("status NOT IN ('draft', 'voided')"),
        ),
    )
    words = Words("Spot check", "工序抽检")
    chapter = "quality"
    access = quality.SPOT_CHECK
    lifecycle = quality.SPOT_CHECK_STEPS
    number_prefix = "CJ"
    search_columns = ("no", "note")
    named_by = ("inspector_id",)
    period_on = "checked_at"
    period_columns = frozenset({"checked_at", "kind", "department_id"})
    uncounted = frozenset({"draft"})

    no: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[CheckKind] = mapped_column(default=CheckKind.SPOT_CHECK)
    checked_at: Mapped[datetime]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("plan_stage.id"))
    """The stage of an order that was being worked on; None = none, or nobody said."""
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    """The report whose contacts were looked at; None = no report."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("process_document.id"), index=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("document_revision.id"), index=True)
    inspector_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    template_id: Mapped[int | None] = mapped_column(ForeignKey("check_template.id"), index=True)
    draw_id: Mapped[int | None] = mapped_column(ForeignKey("check_draw.id"))
    bench_rev: Mapped[str] = mapped_column(String(16), default="")
    """The revision that lay on the bench; empty = nobody looked."""
    gate: Mapped[Answer | None]
    """Whether who was checked may work there, at the instant of the check; of several people the worst answer."""
    gate_reasons: Mapped[list[Any]] = mapped_column(default=list)
    rechecks_round_id: Mapped[int | None] = mapped_column(ForeignKey("action_round.id"))
    sample_qty: Mapped[int] = mapped_column(default=0)
    ng_qty: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[CheckStatus] = mapped_column(default=CheckStatus.DRAFT)
    department: Mapped[Department] = relationship()
    post: Mapped[Post] = relationship()
    stage: Mapped[PlanStage | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    document: Mapped[ProcessDocument | None] = relationship()
    revision: Mapped[DocumentRevision | None] = relationship()
    inspector: Mapped[Employee] = relationship(foreign_keys=[inspector_id])
    template: Mapped[CheckTemplate | None] = relationship()
    draw: Mapped[CheckDraw | None] = relationship()
    rechecks_round: Mapped[ActionRound | None] = relationship()
    items: Mapped[list["SpotCheckItem"]] = relationship(
        back_populates="check", order_by="SpotCheckItem.seq", cascade="all, delete-orphan"
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {
            "inspector": frozenset({self.inspector_id}),
            "checked": frozenset(one.employee_id for one in self.items if one.employee_id is not None),
        }

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Who was checked sees the check, and so does who leads the team that he was in."""
        named = [SpotCheckItem.employee_id == person.employee_id]
        if person.teams:
            named.append(SpotCheckItem.team_id.in_(sorted(person.teams)))
        return [cls.id.in_(select(SpotCheckItem.check_id).where(or_(*named)))]

    def prepare(self, at: datetime) -> None:
        """Fills what follows from the facts: area of the post, revision in force, verdicts, counts."""
        quality.refuse_future(self.checked_at, at)
        self.department = self.post.department
        quality.refuse_foreign_stage(self.post.id, self.stage.post_id if self.stage is not None else None)
        document = self.document
        self.revision_id = revision_in_force(self.session, document.id, self.checked_at) if document else None
        teams = teams_on(self.session, {one.employee for one in self.items if one.employee}, on_date(self.checked_at))
        for seq, item in enumerate(self.items, start=1):
            item.seq = seq
            item.judge()
            item.team_id = teams[item.employee] if item.employee else None
        self.ng_qty = sum(one.verdict is Verdict.NG for one in self.items)
        quality.refuse_own_work(self.inspector_id, [one.employee.id for one in self.items if one.employee])

    def do_submit(self, act: Act) -> None:
        """The rule judges; a failing item is put right by somebody, a re-check moves what it re-checks."""
        self.prepare(act.at)
        if not act.recorded_at:  # history was handed in by whoever it names
            teams = {one.team_id for one in self.items if one.team_id is not None}
            quality.refuse_foreign(self.kind, act.by, self.department.id, teams)
            quality.refuse_without_photo(one.seq for one in self.items if one.lacks_photo)
        for item in self.items:
            if item.verdict is None:
                raise RuleBroken(
                    Words(
                        "Item {seq} has neither a verdict nor a reading.",
                        "第 {seq} 项没有判定，也没有实测值。",
                        seq=item.seq,
                    ),
                    field="items",
                    clause="P3.2",
                )
        if self.kind is not CheckKind.RECHECK:
            self._ask_gate()
        result = quality.result_of(one.verdict for one in self.items if one.verdict)
        match quality.consequence(result, is_recheck=self.kind is CheckKind.RECHECK):
            case "raise":
                self._raise(act)
            case "verify" | "return" as verb:
                self._move_rechecked(verb, act)

    def _ask_gate(self) -> None:
        """Whether each may work at the post is kept as it was at that moment, and refuses nothing here (P2.3)."""
        found = self.gates()
        self.gate = max((one.answer for one in found.values()), key=WORSE.index, default=None)
        self.gate_reasons = [
            {
                "employee": who,
                "answer": str(told.answer),
                "code": one.code,
                "en": one.words.text("en"),
                "zh": one.words.text("zh"),
            }
            for who, told in found.items()
            if told.answer is not Answer.YES
            for one in told.reasons
        ]

    def gates(self) -> Mapping[int, Gate]:
        """Whether each of the checked people may work at the post at the instant of the check."""
        people = list({one.employee.id: one.employee for one in self.items if one.employee is not None}.values())
        found = gates(self.session, people, [self.post], self.checked_at) if people else {}
        return {who: one for (who, _), one in found.items()}

    def _raise(self, act: Act) -> None:
        for item in self.items:
            if item.verdict is Verdict.NG:
                item.raise_rectification(act.consequence(CLAUSES[self.kind]))

    def _move_rechecked(self, verb: str, act: Act) -> None:
        """The only way to verify or return what a check raised: proof that cannot be stale (P3.2)."""
        action_round = self.rechecks_round
        if action_round is None or action_round.action.last_round is not action_round:
            raise RuleBroken(
                Words("This is not the last round of its rectification.", "这不是该整改单的最近一轮。"),
                field="rechecks_round",
            )
        action = action_round.action
        if self.inspector_id in {action.responsible_id, action_round.submitted_by_id}:
            raise RuleBroken(
                Words("Who put it right may not re-check it.", "整改责任人不能复检自己的整改。"),
                field="inspector",
                clause="P3.2",
            )
        actions.refuse_stale_proof(action_round.submitted_at, self.checked_at)
        action_round.checked_at, action_round.checked_by_id = self.checked_at, self.inspector_id
        action.perform(verb, act=act.consequence("P3.2"))

    def do_void(self, act: Act) -> None:
        """The check no longer counts."""
        self.voided_at, self.voided_by_id, self.void_reason = act.at, act.by.account_id, act.note

    def raised(self, *, seen_by: Person = SYSTEM) -> list[ActionItem]:
        """The rectifications that this check raised, as far as somebody may see them."""
        ids = [one.id for one in self.items]
        found = self.session.scalars(
            select(ActionItem).where(
                ActionItem.source_entity == "spot_check_item",
                ActionItem.source_id.in_(ids),
                ActionItem.visible_to(seen_by),
            )
        )
        return list(found)


class SpotCheckItem(Line):
    """One question of a check, and what it came to."""

    __tablename__ = "spot_check_item"
    __allow_unmapped__ = True
    __table_args__ = (
        UniqueConstraint("check_id", "seq"),
        Index("ix_spot_check_item_employee_id", "employee_id", "check_id"),
        CheckConstraint("lower IS NULL OR upper IS NULL OR lower <= upper", name="limits_in_order"),
    )
    words = Words("Check item", "检查项目")
    period_on = "checked_at"
    period_columns = frozenset({"verdict", "category", "employee_id", "value"})

    check_id: Mapped[int] = mapped_column(ForeignKey("spot_check.id"))
    seq: Mapped[int]
    template_item_id: Mapped[int | None] = mapped_column(ForeignKey("check_template_item.id"))
    category: Mapped[Category] = mapped_column(default=Category.PROCESS_EXECUTION)
    question: Mapped[str] = mapped_column(String(300))
    standard: Mapped[str] = mapped_column(String(200), default="")
    employee_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    """The team that the checked person was in on that day."""
    lower: Mapped[Decimal | None]
    upper: Mapped[Decimal | None]
    unit: Mapped[str] = mapped_column(String(16), default="")
    value: Mapped[Decimal | None]
    reading: Mapped[str] = mapped_column(String(100), default="")
    verdict: Mapped[Verdict | None]
    severity_if_ng: Mapped[Severity] = mapped_column(default=Severity.MINOR)
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    problem: Mapped[str] = mapped_column(Text, default="")
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    check: Mapped[SpotCheck] = relationship(back_populates="items")
    employee: Mapped[Employee | None] = relationship(foreign_keys=[employee_id])
    responsible: Mapped[Employee | None] = relationship(foreign_keys=[responsible_id])
    team: Mapped[Team | None] = relationship()
    template_item: Mapped[CheckTemplateItem | None] = relationship()
    photo: Mapped[Attachment | None] = relationship()
    agreed_due_at: datetime | None = None
    """By when a failure was to be put right, where a ledger says so; not kept, the rectification keeps it."""

    def told_in(self) -> SpotCheck:
        return self.check

    @property
    def lacks_photo(self) -> bool:
        """Whether it failed, its template wants a picture of that, and there is none."""
        asked = self.template_item
        return self.verdict is Verdict.NG and asked is not None and asked.photo_if_ng and self.photo_id is None

    def judge(self) -> None:
        """A reading against its limits decides; else the inspector's word stands, where a word is what is asked for."""
        asked = self.template_item
        if asked is not None and asked.answer is AnswerKind.NUMBER and self.value is None:
            self.verdict = Verdict.NOT_APPLICABLE if self.verdict is Verdict.NOT_APPLICABLE else None
        if self.value is not None and (self.lower is not None or self.upper is not None):
            self.verdict = quality.verdict(self.value, self.lower, self.upper, self.verdict)

    def raise_rectification(self, act: Act) -> ActionItem:
        """What failed is put right by the person named, else by who was checked."""
        check = self.check
        responsible_id = self.responsible_id or self.employee_id
        if responsible_id is None:
            raise RuleBroken(
                Words(
                    "Item {seq} failed: say who puts it right.", "第 {seq} 项不合格，请填写整改责任人。", seq=self.seq
                ),
                field="items",
                clause="P3.2",
            )
        is_repeat = self._came_again(act)
        return open_rectification(
            self.session,
            act,
            source_entity="spot_check_item",
            source_id=self.id,
            department_id=check.department_id,
            severity=self.severity(act),
            is_repeat=is_repeat,
            description=f"{self.question}：{self.problem}" if self.problem else self.question,
            responsible_id=responsible_id,
            raiser_id=check.inspector_id,
            clause=CLAUSES[check.kind],
            opened_at=act.at,
            agreed_due_at=self.agreed_due_at,
        )

    def severity(self, act: Act) -> Severity:
        """How severe a failure is: one step more when the same item failed at the same post a short while before."""
        return actions.raised(self.severity_if_ng) if self._came_again(act) else self.severity_if_ng

    def _came_again(self, act: Act) -> bool:
        """Whether the same item failed at the same post a short while before."""
        check = self.check
        try:
            days = figure(self.session, REPEAT_WITHIN_DAYS, on_date(check.checked_at))
        except Unset:
            if act.recorded_at:  # history from before the company set the figure
                return False
            raise
        earlier = self.session.scalars(
            select(SpotCheck.checked_at)
            .join(SpotCheckItem)
            .where(
                SpotCheck.post_id == check.post_id,
                SpotCheck.id != check.id,
                SpotCheck.status.in_((CheckStatus.SUBMITTED, CheckStatus.CLOSED)),
                SpotCheck.checked_at >= check.checked_at - timedelta(days=int(days)),
                SpotCheckItem.question == self.question,
                SpotCheckItem.verdict == Verdict.NG,
            )
        )
        return quality.is_repeat(earlier, check.checked_at, days)


def team_on(employee: Employee, on: date) -> int | None:
    """The team that somebody was in on that day; before his first placement, the first one."""
    return teams_on(employee.session, {employee}, on)[employee]


def teams_on(session: Session, people: Collection[Employee], on: date) -> dict[Employee, int | None]:
    """The same for many, in one statement."""
    known: dict[int, list[tuple[date, int | None]]] = {}
    if people:
        rows = session.execute(
            select(Placement.employee_id, Placement.from_on, Placement.team_id)
            .where(Placement.employee_id.in_([one.id for one in people]))
            .order_by(Placement.from_on)
        )
        for key, first, team in rows:
            known.setdefault(key, []).append((first, team))
    return {one: _team_of(known.get(one.id, []), on, one.team_id) for one in people}


def _team_of(placements: Sequence[tuple[date, int | None]], on: date, today: int | None) -> int | None:
    begun = [team for first, team in placements if first <= on] or [team for _, team in placements[:1]]
    return begun[-1] if begun else today
