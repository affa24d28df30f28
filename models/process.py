"""Process documents and their revisions, exactly one of them in force (P1)."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Act, Line, Record
from models.organisation import Department, Employee, Post
from rules import process
from rules.base import Words
from rules.process import ChangeClass, DocType, DocumentStatus, InForce, RevisionStatus


class ProcessDocument(Record):
    """A process document (工艺文件); what is worked by is its revision in force."""

    __tablename__ = "process_document"
    words = Words("Process document", "工艺文件")
    chapter = "process"
    access = process.PROCESS_DOCUMENT
    search_columns = ("doc_no", "title")
    label_columns = ("doc_no", "title")

    doc_no: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    doc_type: Mapped[DocType]
    operation: Mapped[str] = mapped_column(String(100), default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    status: Mapped[DocumentStatus] = mapped_column(default=DocumentStatus.ACTIVE)
    department: Mapped[Department | None] = relationship()
    posts: Mapped[list["ProcessDocumentPost"]] = relationship(back_populates="document", cascade="all, delete-orphan")


class ProcessDocumentPost(Line):
    """A post that works by the document."""

    __tablename__ = "process_document_post"
    __table_args__ = (UniqueConstraint("document_id", "post_id"),)
    words = Words("Post", "适用岗位")

    document_id: Mapped[int] = mapped_column(ForeignKey("process_document.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    document: Mapped[ProcessDocument] = relationship(back_populates="posts")
    post: Mapped[Post] = relationship()

    def told_in(self) -> ProcessDocument:
        return self.document


class DocumentRevision(Record):
    """One revision of a document (文件版次)."""

    __tablename__ = "document_revision"
    __table_args__ = (
        UniqueConstraint("document_id", "rev_no"),
        Index(
            "uq_document_revision_one_in_force",
            "document_id",
            unique=True,
            sqlite_where=text("status = 'released'"),
            postgresql_where=text("status = 'released'"),
        ),
        CheckConstraint(
            "status NOT IN ('released', 'superseded', 'withdrawn') OR released_at IS NOT NULL",
            name="released_has_instant",
        ),
    )
    words = Words("Document revision", "文件版次")
    chapter = "process"
    access = process.DOCUMENT_REVISION
    lifecycle = process.REVISION_STEPS
    search_columns = ("rev_no", "summary")
    named_by = ("author_id",)
    label_columns = ("rev_no",)

    document_id: Mapped[int] = mapped_column(ForeignKey("process_document.id"))
    rev_no: Mapped[str] = mapped_column(String(16))
    change_class: Mapped[ChangeClass] = mapped_column(default=ChangeClass.MINOR)
    summary: Mapped[str] = mapped_column(String(500), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    effective_on: Mapped[date | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    released_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    status: Mapped[RevisionStatus] = mapped_column(default=RevisionStatus.DRAFT)
    document: Mapped[ProcessDocument] = relationship()
    author: Mapped[Employee | None] = relationship(foreign_keys=[author_id])
    approved_by: Mapped[Employee | None] = relationship(foreign_keys=[approved_by_id])

    @property
    def label(self) -> str:
        return f"{self.document.doc_no} {self.rev_no}"

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"author": frozenset({self.author_id} if self.author_id else ())}

    def do_approve(self, act: Act) -> None:
        self.approved_by_id = act.by.employee_id

    def do_release(self, act: Act) -> None:
        """The revision comes into force, and the one before it ends at the same instant."""
        before = self.session.scalar(
            select(DocumentRevision).where(
                DocumentRevision.document_id == self.document_id, DocumentRevision.status == RevisionStatus.RELEASED
            )
        )
        if before is not None:
            before.superseded_at = act.at
            before.perform("supersede", act=act.consequence("P1.3"))
        self.released_at = act.at
        self.document.status = DocumentStatus.ACTIVE

    def do_withdraw(self, act: Act) -> None:
        """A safety stop: nobody works by the document until another revision is released."""
        self.withdrawn_at = act.at
        self.document.status = DocumentStatus.SUSPENDED


def revision_in_force(session: Session, document_id: int, at: datetime) -> int | None:
    """Which revision of the document was to be worked by at that instant; None = none."""
    rows = session.execute(
        select(
            DocumentRevision.id,
            DocumentRevision.released_at,
            DocumentRevision.superseded_at,
            DocumentRevision.withdrawn_at,
        ).where(DocumentRevision.document_id == document_id, DocumentRevision.released_at.is_not(None))
    )
    spans = [InForce(one, released, min((t for t in (s, w) if t), default=None)) for one, released, s, w in rows]
    return process.in_force_at(spans, at)
