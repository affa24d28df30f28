"""Process documents of the three types, how their revisions came into force, and how they are reviewed (P1)."""

from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import ActionItem
from models.base import on_date
from models.demo.changes import CHANGES, NOTICES, Change, Notice
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.demo.texts import edited, text_of
from models.journal import seal
from models.organisation import ProductModel
from models.process import (
    ChangeNotice,
    DocumentReview,
    DocumentRevision,
    ProcessDocument,
    ProcessDocumentModel,
    ProcessDocumentPost,
    open_review,
)
from models.process.origins import document_of_action
from models.receipts import confirm, who_is_missing
from rules.process import ChangeClass, DocType, ReviewStatus, RevisionStatus, Trigger

C, S, T = ChangeClass, RevisionStatus, Trigger

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
MADE_BY: dict[str, tuple[str, ...]] = {
    "CX": ("HY-CK6150", "HY-CK6163"),
    "XX": ("HY-VMC850", "HY-VMC1160", "HY-HMC500"),
    "MX": ("HY-MGK1320",),
    "HJ": ("HY-VMC850", "HY-VMC1160"),
    "ZP": ("HY-CK6150", "HY-HMC500"),
    "TZ": ("HY-CK6150", "HY-CK6163", "HY-VMC850"),
}
"""Which product models are made by whose documents; one model has none yet."""
RETURNED = "未写明对在制品的处理方式，请补充后再报"
WITHDRAWN = ("HY-MX-LC", 171, "客户反映精磨后变形，时效工序不能保证安全使用，立即停用")
"""A safety stop: which document, on which day, why."""
REVIEWS: tuple[tuple[str, str, str], ...] = (
    # document, result, findings; what stands in no row is left overdue
    ("HY-XX-BZ", "still_valid", "检具与图纸一致，抽样方案继续适用。"),
    ("HY-CX-BZ", "revise", "内孔改用气动量仪检测，量仪能力与公差须重新规定。"),
    ("HY-TZ-BZ", "revise", "改用水性漆后漆膜厚度要求须重新评估。"),
)
TAKEN_UP = ("HY-CX-BZ", (("内径百分表，每 10 件测 1 件", "气动量仪，每 5 件测 1 件"),))
UNFINISHED = frozenset({"HY-CX-BZ", "HY-MX-LC", "HY-TZ-LC", "HY-ZP-CZ", "HY-MX-BZ"})
"""What the process engineer among the demo logins is working on."""
SLOWLY_READ = frozenset({("HY-HJ-BZ", "A/1"), ("HY-CX-CZ", "B/0"), ("HY-XX-CZ", "A/1")})
"""Revisions that two people have not confirmed yet."""
AUTHORS = ("江一帆", "骆文涛", "梅若琳", "董承志", "贺思源")
DAYS_BEFORE = 34
"""How long before the six months the first documents were written."""
PLANNED_DAYS = 5


class Papers:
    """Writes the documents into the diary, and knows which one a post is checked by."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary) -> None:
        self.session, self.rng, self.company, self.diary = session, rng, company, diary
        self.approver, self.quality = company.named("technical_manager"), company.named("quality_manager")
        self.models = {one.code: one.id for one in session.scalars(select(ProductModel))}
        self.keys: dict[str, int] = {}
        self.authors: dict[str, Member] = {}
        self.texts: dict[str, str] = {}
        self.notices: dict[str, int] = {}

    def document_for(self, post: str) -> int | None:
        """A document that the work at this post is checked against, most often how it is operated."""
        if post not in TITLES:
            return None
        kind = self.rng.choices(["CZ", "BZ", "LC"], [5, 3, 2])[0]
        return self.keys[f"HY-{TITLES[post][0]}-{kind}"]

    def plan(self) -> None:
        """First documents in the weeks before, changes, notices and reviews on their days."""
        for place, (post, (sign, work)) in enumerate(TITLES.items()):
            for step, (kind, mark, name) in enumerate(KINDS):
                at = self.diary.clock.on_day(place * 3 + step - DAYS_BEFORE, 30 + 40 * step)
                self.texts[f"HY-{sign}-{mark}"] = text_of(sign, work, kind)
                self.diary.note(at, partial(self.write, f"HY-{sign}-{mark}", f"{work}{name}", kind, post))
        for notice in NOTICES:
            self.diary.note(self.diary.clock.on_day(notice.day, 60), partial(self._give_notice, notice))
        for change in CHANGES:
            self.diary.note(self.diary.clock.on_day(change.day, 90), partial(self._draft, change))
        doc_no, day, why = WITHDRAWN
        for place, by in enumerate((self.approver, self.quality)):
            at = self.diary.clock.on_day(day, 200 + 40 * place)
            self.diary.note(at, partial(self._withdraw, doc_no, by, why))
        for day in range(120, 182):
            self.diary.note(self.diary.clock.on_day(day, 120), self._review)

    def write(self, doc_no: str, title: str, kind: DocType, post: str, at: datetime) -> None:
        """A new document with its first revision, released the same week."""
        author = self.company.named("technical" if doc_no in UNFINISHED else self.rng.choice(AUTHORS))
        with as_of(self.session, author.person, at) as act:
            document = ProcessDocument(
                doc_no=doc_no,
                title=title,
                doc_type=kind,
                operation=title[:-4],
                department_id=self.company.departments["JS"],
                owner_id=author.id,
                posts=[ProcessDocumentPost(post_id=self.company.posts[post])],
                models=[ProcessDocumentModel(product_model_id=self.models[code]) for code in MADE_BY[doc_no[3:5]]],
            )
            self.session.add(document)
            seal(self.session, document, "create", act)
            self.company.kept.append(document)
            self.keys[doc_no], self.authors[doc_no] = document.id, author
        self._draft(Change(doc_no, 0, "A/0", C.MAJOR, "首次发布", T.INITIAL, ()), at)

    def _give_notice(self, notice: Notice, at: datetime) -> None:
        by = self.company.named(notice.by)
        with as_of(self.session, by.person, at) as act:
            record = ChangeNotice(
                kind=notice.kind,
                title=notice.title,
                operation=notice.operation,
                description=notice.description,
                noticed_on=on_date(at),
                noticed_by_id=by.id,
            )
            with self.session.no_autoflush:
                self.session.add(record)
                record.prepare(act)
            seal(self.session, record, "create", act)
            self.notices[notice.title] = record.id
        if notice.dismissed:
            later = self.diary.clock.later(at, 300)
            self.diary.note(later, partial(self._dismiss, notice))

    def _dismiss(self, notice: Notice, at: datetime) -> None:
        with as_of(self.session, self.approver.person, at) as act:
            record = self.session.get_one(ChangeNotice, self.notices[notice.title])
            record.perform("dismiss", act=act, note=notice.dismissed)

    def _draft(self, change: Change, at: datetime) -> None:
        author = self.authors[change.doc_no]
        text = edited(self.texts[change.doc_no], change.edits)
        with as_of(self.session, author.person, at) as act:
            revision = DocumentRevision(
                document_id=self.keys[change.doc_no],
                rev_no=change.rev_no,
                change_class=change.change_class,
                trigger=change.trigger,
                change_notice_id=self.notices.get(change.notice),
                summary=change.summary,
                body=text,
                author_id=author.id,
            )
            self._from_rectification(revision)
            self.session.add(revision)
            seal(self.session, revision, "create", act)
            key = revision.id
        if change.ends_as is S.RELEASED:
            self.texts[change.doc_no] = text
        self._follow(key, author, steps_of(change), at)

    def _from_rectification(self, revision: DocumentRevision) -> None:
        """What a rectification set off names it, where the checks of these months have one for the document."""
        if revision.trigger is not T.RECTIFICATION:
            return
        for action in self.session.scalars(select(ActionItem).order_by(ActionItem.id.desc()).limit(40)):
            found = document_of_action(self.session, action)
            if found is not None and found.id == revision.document_id:
                revision.trigger_entity, revision.trigger_id = "action_item", action.id
                return
        revision.trigger = T.PROCESS_OPTIMISATION

    def _follow(self, key: int, author: Member, steps: tuple[str, ...], at: datetime) -> None:
        """The next step, some working hours later."""
        if steps:
            due = self.diary.clock.later(at, self.rng.randint(45, 240))
            self.diary.note(due, partial(self._step, key, author, steps))

    def _step(self, key: int, author: Member, steps: tuple[str, ...], at: datetime) -> None:
        verb, *rest = steps
        revision = self.session.get_one(DocumentRevision, key)
        with as_of(self.session, self._by(verb, author, revision).person, at) as act:
            fields: dict[str, Any] = {}
            if verb == "plan":
                fields["effective_on"] = self.diary.clock.today + timedelta(days=PLANNED_DAYS)
            revision.perform(verb.removesuffix("_too"), act=act, note=RETURNED if verb == "return" else "", **fields)
        if verb == "release":
            self.diary.note(self.diary.clock.later(at, self.rng.randint(200, 900)), partial(self._read, key))
        self._follow(key, author, tuple(rest), at)

    def _read(self, key: int, at: datetime) -> None:
        """Those who were asked confirm, all but the last two where the people have been slow."""
        revision = self.session.get_one(DocumentRevision, key)
        waiting = list(who_is_missing(self.session, revision))
        is_slow = (revision.document.doc_no, revision.rev_no) in SLOWLY_READ
        people = {one.id: one for one in self.company.members}
        for place, receipt in enumerate(waiting[:-2] if is_slow else waiting):
            reader = people.get(receipt.employee_id)
            if reader is not None:
                moment = self.diary.clock.later(at, place)
                self.diary.note(moment, partial(self._confirm_reading, receipt.id, reader))

    def _confirm_reading(self, receipt_id: int, reader: Member, at: datetime) -> None:
        with as_of(self.session, reader.person, at) as act:
            confirm(self.session, receipt_id, act)

    def _by(self, verb: str, author: Member, revision: DocumentRevision) -> Member:
        match verb:
            case "submit" | "drop" | "take_up":
                return author
            case "countersign":
                is_first_area = revision.document.doc_no.split("-")[1] in {"CX", "XX", "MX"}
                return self.company.named("production_manager" if is_first_area else "production_manager2")
            case "countersign_too":
                return self.quality
        return self.approver

    def _withdraw(self, doc_no: str, by: Member, why: str, at: datetime) -> None:
        with as_of(self.session, by.person, at) as act:
            revision = self.session.scalars(
                select(DocumentRevision).where(
                    DocumentRevision.document_id == self.keys[doc_no], DocumentRevision.status == S.RELEASED
                )
            ).one()
            revision.perform("withdraw", act=act, note=why)

    def _review(self, at: datetime) -> None:
        """Some of the reviews that have fallen due are done; what they want changed is taken up, or waits."""
        for doc_no, result, findings in REVIEWS:
            review = open_review(self.session, self.keys[doc_no])
            if review is not None and review.status is ReviewStatus.DUE:
                self._finish(review, doc_no, result, findings, at)

    def _finish(self, review: DocumentReview, doc_no: str, result: str, findings: str, at: datetime) -> None:
        owner = self.authors[doc_no]
        with as_of(self.session, owner.person, at) as act:
            review.perform("finish", act=act, result=result, findings=findings)
        if doc_no == TAKEN_UP[0]:
            self.diary.note(self.diary.clock.later(at, 120), partial(self._take_up, doc_no))

    def _take_up(self, doc_no: str, at: datetime) -> None:
        author = self.authors[doc_no]
        with as_of(self.session, author.person, at) as act:
            revision = self.session.scalars(
                select(DocumentRevision).where(
                    DocumentRevision.document_id == self.keys[doc_no], DocumentRevision.status == S.PROPOSED
                )
            ).one()
            revision.perform("take_up", act=act)
            revision.body = edited(self.texts[doc_no], TAKEN_UP[1])
            seal(self.session, revision, "edit", act)
            key = revision.id
        self._follow(key, author, ("submit", "countersign"), at)


def steps_of(change: Change) -> tuple[str, ...]:
    """The verbs that lead a draft to where it ends."""
    match change.ends_as:
        case S.DRAFT:
            return ()
        case S.DROPPED:
            return ("drop",)
        case S.IN_REVIEW:
            return ("submit",)
    signed = () if change.change_class is C.EDITORIAL else ("countersign", "countersign_too")
    again = ("submit", "return") if change.is_returned_once else ()
    last = "plan" if change.ends_as is S.APPROVED else "release"
    return (*again, "submit", *signed, "approve", last)
