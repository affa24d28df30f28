"""Process documents (工艺文件) and the posts that work by them (P1.1)."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Line, Record
from models.organisation import Department, Employee, Post, ProductModel
from rules import process
from rules.base import Words
from rules.process import DocType, DocumentStatus


class ProcessDocument(Record):
    """A process document (工艺文件); what is worked by is its revision in force."""

    __tablename__ = "process_document"
    __table_args__ = (
        CheckConstraint("review_interval_months BETWEEN 1 AND 120", name="interval_in_range"),
        Index(
            "ix_process_document_next_review_on",
            "next_review_on",
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
        Index("ix_process_document_doc_type_id", "doc_type", "id"),
    )
    words = Words("Process document", "工艺文件")
    chapter = "process"
    access = process.PROCESS_DOCUMENT
    lifecycle = process.DOCUMENT_STEPS
    search_columns = ("doc_no", "title")
    label_columns = ("doc_no", "title")

    doc_no: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    doc_type: Mapped[DocType]
    operation: Mapped[str] = mapped_column(String(100), default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    review_interval_months: Mapped[int | None]
    next_review_on: Mapped[date | None]
    status: Mapped[DocumentStatus] = mapped_column(default=DocumentStatus.ACTIVE)
    department: Mapped[Department | None] = relationship()
    owner: Mapped[Employee | None] = relationship()
    posts: Mapped[list["ProcessDocumentPost"]] = relationship(back_populates="document", cascade="all, delete-orphan")
    models: Mapped[list["ProcessDocumentModel"]] = relationship(back_populates="document", cascade="all, delete-orphan")

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {process.OWNER: frozenset({self.owner_id} if self.owner_id else ())}


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


class ProcessDocumentModel(Line):
    """A product model that is made by the document."""

    __tablename__ = "process_document_model"
    __table_args__ = (UniqueConstraint("document_id", "product_model_id"),)
    words = Words("Product model", "适用型号")

    document_id: Mapped[int] = mapped_column(ForeignKey("process_document.id"))
    product_model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"), index=True)
    document: Mapped[ProcessDocument] = relationship(back_populates="models")
    product_model: Mapped[ProductModel] = relationship()

    def told_in(self) -> ProcessDocument:
        return self.document
