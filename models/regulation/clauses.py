"""The regulation clause by clause, as data: its text in both languages, and who answers for it (G1-G3)."""

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.base import Record
from models.first_data import first_data
from models.organisation import Department
from rules import regulation
from rules.base import Role, Words
from rules.organisation import DepartmentKind
from rules.regulation import Duty, Part


class Clause(Record):
    """A clause of the regulation (制度条款); ``evidence`` names the query that shows how it is kept."""

    __tablename__ = "clause"
    __table_args__ = (Index("ix_clause_chapter_id", "chapter", "id"),)
    words = Words("Clause", "制度条款")
    chapter = "regulation"
    access = regulation.CLAUSE
    search_columns = ("code", "title", "title_en", "text", "text_en")
    label_columns = ("code", "title")

    code: Mapped[str] = mapped_column(String(10), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    title_en: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    part: Mapped[Part] = mapped_column("chapter")
    duty: Mapped[Duty]
    owner_kind: Mapped[DepartmentKind]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    evidence: Mapped[str] = mapped_column(String(40), default="")
    owner: Mapped[Department | None] = relationship()

    @property
    def label_words(self) -> Words:
        en, zh = f"{self.code} {self.title_en}", f"{self.code} {self.title}"
        return Words(en, zh)

    @property
    def title_words(self) -> Words:
        return Words(self.title_en, self.title)

    @property
    def text_words(self) -> Words:
        return Words(self.text_en, self.text)

    @property
    def manager(self) -> Role:
        """The role that answers for the clause."""
        return regulation.MANAGERS[self.owner.kind if self.owner is not None else self.owner_kind]


# -- questions -------------------------------------------------------------------------------------------------------


def clauses(session: Session) -> list[Clause]:
    """The regulation in its order."""
    order = list(Part)
    found = session.scalars(select(Clause).options(joinedload(Clause.owner)).where(Clause.voided_at.is_(None)))
    return sorted(found, key=lambda one: (order.index(one.part), regulation.reading_order(one.code)))


def clause_of(session: Session, code: str) -> Clause | None:
    """The clause with that number."""
    return session.scalar(select(Clause).where(Clause.code == code, Clause.voided_at.is_(None)))


@first_data
def the_regulation(session: Session) -> None:
    """Every clause that is not there yet; those that are there are the company's."""
    known = set(session.scalars(select(Clause.code)))
    for one in regulation.REGULATION:
        if one.code not in known:
            session.add(
                Clause(
                    code=one.code,
                    title=one.title.zh,
                    title_en=one.title.en,
                    text=one.text.zh,
                    text_en=one.text.en,
                    part=one.part,
                    duty=one.duty,
                    owner_kind=one.owner,
                    evidence=one.code,
                )
            )
