"""Process documents of the three types, and how their revisions came into force (P1)."""

from datetime import datetime
from functools import partial
from random import Random
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.base import on_date
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.demo.questions import QUESTIONS
from models.journal import seal
from models.process import DocumentRevision, ProcessDocument, ProcessDocumentPost
from rules.process import ChangeClass, DocType, RevisionStatus

C = ChangeClass

TITLES: dict[str, tuple[str, str]] = {
    # post -> short sign, the work as titles name it
    "GW-22": ("CX", "数控车削"),
    "GW-23": ("XX", "数控铣削"),
    "GW-24": ("MX", "外圆磨削"),
    "GW-32": ("HJ", "壳体焊接"),
    "GW-33": ("ZP", "减速机装配"),
    "GW-34": ("TZ", "表面涂装"),
}
KINDS: tuple[tuple[DocType, str, str], ...] = (
    (DocType.PROCESS_FLOW, "LC", "工艺流程"),
    (DocType.OPERATING_SPEC, "CZ", "操作规范"),
    (DocType.QUALITY_STANDARD, "BZ", "质量标准"),
)


class Change(NamedTuple):
    """A revision after the first: ``day`` counts from the first day of the six months."""

    doc_no: str
    day: int
    rev_no: str
    change_class: ChangeClass
    summary: str
    ends_as: RevisionStatus = RevisionStatus.RELEASED
    is_returned_once: bool = False


CHANGES: tuple[Change, ...] = (
    Change("HY-CX-CZ", 18, "A/1", C.MINOR, "冷却液浓度下限由 5% 提高到 6%（工艺优化）"),
    Change(
        "HY-HJ-CZ", 31, "B/0", C.MAJOR, "更换逆变焊机，电流范围与层间温度重新规定（设备更新）", is_returned_once=True
    ),
    Change("HY-XX-BZ", 44, "A/1", C.EDITORIAL, "更正图号引用"),
    Change("HY-ZP-LC", 58, "B/0", C.MAJOR, "增加内腔清洁度检查工序（设计变更）"),
    Change("HY-TZ-CZ", 72, "A/1", C.MINOR, "固化剂改为双人复核"),
    Change("HY-MX-CZ", 90, "A/1", C.MINOR, "砂轮更换后必须做静平衡并记录", is_returned_once=True),
    Change("HY-CX-CZ", 103, "B/0", C.MAJOR, "新购车削中心，转速与首件确认方式重新规定（设备更新）"),
    Change("HY-ZP-BZ", 121, "A/1", C.MINOR, "空载噪声限值由 80 dB 收紧到 78 dB"),
    Change("HY-XX-CZ", 140, "A/1", C.MINOR, "刀具寿命改为换刀即记"),
    Change("HY-HJ-BZ", 152, "A/1", C.MINOR, "焊脚高度检查由抽检改为每件"),
    Change("HY-MX-LC", 165, "A/1", C.MINOR, "取消中间清洗，合并两道工序", RevisionStatus.DROPPED),
    Change("HY-CX-BZ", 176, "A/1", C.MINOR, "内孔改用气动量仪检测", RevisionStatus.IN_REVIEW),
    Change("HY-TZ-LC", 178, "B/0", C.MAJOR, "改用水性漆，前处理与烘烤时间重新规定", RevisionStatus.DRAFT),
)
RETURNED = "未写明对在制品的处理方式，请补充后再报"
UNFINISHED = frozenset(one.doc_no for one in CHANGES if one.ends_as in {RevisionStatus.IN_REVIEW, RevisionStatus.DRAFT})
"""What the process engineer among the demo logins is working on."""
AUTHORS = ("江一帆", "骆文涛", "梅若琳", "董承志", "贺思源")
DAYS_BEFORE = 34
"""How long before the six months the first documents were written."""


class Papers:
    """Writes the documents into the diary, and knows which one a post is checked by."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary) -> None:
        self.session, self.rng, self.company, self.diary = session, rng, company, diary
        self.approver = company.named("technical_manager")
        self.keys: dict[str, int] = {}
        self.authors: dict[str, Member] = {}

    def document_for(self, post: str) -> int | None:
        """A document that the work at this post is checked against, most often how it is operated."""
        if post not in TITLES:
            return None
        kind = self.rng.choices(["CZ", "BZ", "LC"], [5, 3, 2])[0]
        return self.keys[f"HY-{TITLES[post][0]}-{kind}"]

    def plan(self) -> None:
        """First documents in the weeks before, changes on their days."""
        for place, (post, (sign, work)) in enumerate(TITLES.items()):
            for step, (kind, mark, name) in enumerate(KINDS):
                at = self.diary.clock.on_day(place * 3 + step - DAYS_BEFORE, 30 + 40 * step)
                self.diary.note(at, partial(self._write, f"HY-{sign}-{mark}", f"{work}{name}", kind, post))
        for change in CHANGES:
            self.diary.note(self.diary.clock.on_day(change.day, 90), partial(self._revise, change))

    def _write(self, doc_no: str, title: str, kind: DocType, post: str, at: datetime) -> None:
        """A new document with its first revision, released the same week."""
        author = self.company.named("technical" if doc_no in UNFINISHED else self.rng.choice(AUTHORS))
        with as_of(self.session, author.person, at) as act:
            document = ProcessDocument(
                doc_no=doc_no,
                title=title,
                doc_type=kind,
                operation=title[:-4],
                department_id=self.company.departments["JS"],
                posts=[ProcessDocumentPost(post_id=self.company.posts[post])],
            )
            self.session.add(document)
            seal(self.session, document, "create", act)
            self.company.kept.append(document)
            self.keys[doc_no], self.authors[doc_no] = document.id, author
        first = Change(doc_no, 0, "A/0", C.MAJOR, "首次发布")
        self._draft(first, body_of(title, post), at)

    def _revise(self, change: Change, at: datetime) -> None:
        before = self.session.get_one(ProcessDocument, self.keys[change.doc_no])
        post = next(post for post, (sign, _) in TITLES.items() if f"-{sign}-" in change.doc_no)
        body = f"{body_of(before.title, post)}\n修订说明：{change.summary}。"
        self._draft(change, body, at)

    def _draft(self, change: Change, body: str, at: datetime) -> None:
        author = self.authors[change.doc_no]
        with as_of(self.session, author.person, at) as act:
            revision = DocumentRevision(
                document_id=self.keys[change.doc_no],
                rev_no=change.rev_no,
                change_class=change.change_class,
                summary=change.summary,
                body=body,
                author_id=author.id,
            )
            self.session.add(revision)
            seal(self.session, revision, "create", act)
            key = revision.id
        self._follow(key, author, steps_of(change), at)

    def _follow(self, key: int, author: Member, steps: tuple[str, ...], at: datetime) -> None:
        """The next step, some working hours later."""
        if steps:
            due = self.diary.clock.later(at, self.rng.randint(45, 400))
            self.diary.note(due, partial(self._step, key, author, steps))

    def _step(self, key: int, author: Member, steps: tuple[str, ...], at: datetime) -> None:
        verb, *rest = steps
        by = (author if verb in {"submit", "drop"} else self.approver).person
        with as_of(self.session, by, at):
            revision = self.session.get_one(DocumentRevision, key)
            if verb == "release":
                revision.effective_on = on_date(at)
            revision.perform(verb, by=by, at=at, note=RETURNED if verb == "return" else "")
        self._follow(key, author, tuple(rest), at)


def steps_of(change: Change) -> tuple[str, ...]:
    """The verbs that lead a draft to where it ends."""
    match change.ends_as:
        case RevisionStatus.DRAFT:
            return ()
        case RevisionStatus.DROPPED:
            return ("drop",)
        case RevisionStatus.IN_REVIEW:
            return ("submit",)
    again = ("submit", "return") if change.is_returned_once else ()
    return (*again, "submit", "approve", "release")


def body_of(title: str, post: str) -> str:
    """The text of a document: what is asked at the post, as it is to be done."""
    lines = [f"{place}. {one.text}：{one.standard}{one.unit}。" for place, one in enumerate(QUESTIONS[post], start=1)]
    return "\n".join(
        [f"《{title}》", "适用范围：本公司相应岗位的作业与检验。", *lines, "发现异常立即停机并报告班组长。"]
    )
