"""Check templates with their questions, in versions that never change once published (P3.2)."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from models.base import Act, Line, Record
from models.organisation import Post
from models.process import ProcessDocument, ProcessDocumentPost
from rules import quality
from rules.actions import Severity
from rules.base import RuleBroken, Words
from rules.quality import Answer, Asked, Category, CheckKind, TemplateStatus


class CheckTemplate(Record):
    """What is asked at a check of one kind, at a post, by a document or anywhere (检查模板)."""

    __tablename__ = "check_template"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("scope != 'recheck'", name="scope_is_first"),
        Index(
            "uq_check_template_one_in_use",
            "code",
            unique=True,
            sqlite_where=text("status = 'published'"),
            postgresql_where=text("status = 'published'"),
        ),
        Index("ix_check_template_status_scope_post_id", "status", "scope", "post_id"),
    )
    words = Words("Check template", "检查模板")
    chapter = "quality"
    access = quality.CHECK_TEMPLATE
    lifecycle = quality.TEMPLATE_STEPS
    search_columns = ("code", "name")
    label_columns = ("code", "name")

    code: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(100))
    scope: Mapped[CheckKind] = mapped_column(default=CheckKind.SPOT_CHECK)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("process_document.id"), index=True)
    note: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[TemplateStatus] = mapped_column(default=TemplateStatus.DRAFT)
    post: Mapped[Post | None] = relationship()
    document: Mapped[ProcessDocument | None] = relationship()
    items: Mapped[list["CheckTemplateItem"]] = relationship(
        back_populates="template", order_by="CheckTemplateItem.seq", cascade="all, delete-orphan"
    )

    @property
    def label(self) -> str:
        return f"{self.code} {self.name} v{self.version}"

    def prepare(self) -> None:
        """A code that is there already gets its next version; answers that nobody could judge are refused."""
        if self.scope == CheckKind.RECHECK:
            raise RuleBroken(
                Words("A re-check asks what failed before; it needs no template.", "复检沿用原检查项目，不设模板。"),
                field="scope",
            )
        if self.id is None:
            before = self.session.scalar(select(func.max(CheckTemplate.version)).where(CheckTemplate.code == self.code))
            self.version = (before or 0) + 1
        quality.refuse_unjudgeable([one.asked() for one in self.items])
        quality.refuse_weightless([one.weight if one.weight is not None else Decimal(1) for one in self.items])

    def do_publish(self, act: Act) -> None:
        """From now on it never changes; the version before it ends with it, and checks keep theirs."""
        quality.refuse_empty(len(self.items))
        self.prepare()
        before = self.session.scalar(
            select(CheckTemplate).where(
                CheckTemplate.code == self.code, CheckTemplate.status == TemplateStatus.PUBLISHED
            )
        )
        if before is not None:
            before.perform("supersede", act=act.consequence("P3.2"))
            self.session.flush()


class CheckTemplateItem(Line):
    """One question of a template, and what decides its answer."""

    __tablename__ = "check_template_item"
    __table_args__ = (
        UniqueConstraint("template_id", "seq"),
        CheckConstraint("lower IS NULL OR upper IS NULL OR lower <= upper", name="limits_in_order"),
        CheckConstraint("weight > 0", name="weight_positive"),
    )
    words = Words("Question", "检查项目")

    template_id: Mapped[int] = mapped_column(ForeignKey("check_template.id"))
    seq: Mapped[int]
    category: Mapped[Category] = mapped_column(default=Category.PROCESS_EXECUTION)
    question: Mapped[str] = mapped_column(String(300))
    answer: Mapped[Answer] = mapped_column(default=Answer.OK_NG)
    standard: Mapped[str] = mapped_column(String(200), default="")
    lower: Mapped[Decimal | None]
    upper: Mapped[Decimal | None]
    unit: Mapped[str] = mapped_column(String(16), default="")
    passing: Mapped[str] = mapped_column(String(200), default="")
    failing: Mapped[str] = mapped_column(String(200), default="")
    severity_if_ng: Mapped[Severity] = mapped_column(default=Severity.MINOR)
    photo_if_ng: Mapped[bool] = mapped_column(default=False)
    weight: Mapped[Decimal] = mapped_column(default=Decimal(1))
    template: Mapped[CheckTemplate] = relationship(back_populates="items")

    def told_in(self) -> CheckTemplate:
        return self.template

    def asked(self) -> Asked:
        """The question as the rule judges it."""
        return Asked(
            self.seq,
            self.answer or Answer.OK_NG,
            self.lower,
            self.upper,
            quality.options(self.passing or ""),
            quality.options(self.failing or ""),
        )


# -- questions -------------------------------------------------------------------------------------------------------


def templates_at(session: Session, post: Post, kinds: tuple[CheckKind, ...]) -> list[CheckTemplate]:
    """Templates in use that fit the post, the most particular first: made for it, by a document of it, for anywhere."""
    documents = select(ProcessDocumentPost.document_id).where(ProcessDocumentPost.post_id == post.id)
    rows = session.scalars(
        select(CheckTemplate)
        .where(
            CheckTemplate.status == TemplateStatus.PUBLISHED,
            CheckTemplate.scope.in_(kinds),
            or_(CheckTemplate.post_id.is_(None), CheckTemplate.post_id == post.id),
            or_(
                CheckTemplate.document_id.is_(None),
                CheckTemplate.post_id == post.id,
                CheckTemplate.document_id.in_(documents),
            ),
        )
        .options(selectinload(CheckTemplate.items))
        .order_by(CheckTemplate.code)
    )
    return sorted(rows, key=lambda one: (kinds.index(one.scope), one.post_id is None, one.document_id is None))
