"""Check templates on screen: built by a quality manager, looked at as on the phone, published for good (P3.2)."""

from typing import Any, ClassVar

from flask import request
from sqlalchemy import select

from admin_views.base import Inline, RegulationView
from admin_views.columns import cell_of
from admin_views.faults import SENTENCES
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.words import t
from models.base import Act
from models.quality import CheckTemplate, CheckTemplateItem
from rules.base import NotVisible, Person, Words, key_of
from rules.quality import Answer, TemplateStatus

SENTENCES["ck_check_template_item_limits_in_order"] = Words(
    "The lower limit lies above the upper one.", "下限不能大于上限。"
)
SENTENCES["ck_check_template_item_weight_positive"] = Words("A weight must be above 0.", "权重必须大于 0。")

QUESTION_LABELS = {
    "template": Words("Template", "检查模板"),
    "seq": Words("No.", "序号"),
    "category": Words("Category", "类别"),
    "question": Words("What is checked", "检查项目"),
    "answer": Words("Answer", "作答方式"),
    "standard": Words("Standard", "标准"),
    "lower": Words("Lower limit", "下限"),
    "upper": Words("Upper limit", "上限"),
    "unit": Words("Unit", "单位"),
    "passing": Words("Answers that pass", "合格选项"),
    "failing": Words("Answers that fail", "不合格选项"),
    "severity_if_ng": Words("Severity if NG", "不合格时严重程度"),
    "photo_if_ng": Words("Photo if NG", "不合格须拍照"),
    "weight": Words("Weight", "权重"),
}
COPIED = tuple(name for name in QUESTION_LABELS if name not in {"template", "seq"})


class CheckTemplateView(RegulationView):
    labels: ClassVar = {
        "version": Words("Version", "版本"),
        "scope": Words("Kind of check", "检查类型"),
        "document": Words("Process document", "工艺文件"),
    }
    list_columns = ("code", "version", "name", "scope", "post", "document", "status")
    filter_columns = ("status", "scope", "post", "document")
    form_columns = ("code", "name", "scope", "post", "document", "note")
    page_columns = ("code", "version", "name", "scope", "post", "document", "note")
    left_out = frozenset({"version"})
    inlines = (
        Inline(
            "items",
            Words("Questions", "检查项目"),
            (
                "category",
                "question",
                "answer",
                "standard",
                "lower",
                "upper",
                "unit",
                "passing",
                "failing",
                "severity_if_ng",
                "photo_if_ng",
                "weight",
            ),
            QUESTION_LABELS,
            blank_rows=3,
        ),
    )
    icon = "clipboard-list"

    def _is_typed(self, inline: Inline, name: str) -> bool:
        return name in {"question", "standard", "lower", "upper", "passing", "failing"}

    def new_record(self, act: Act) -> CheckTemplate:
        """Empty, or the next version of one that is there."""
        template = CheckTemplate()
        source = request.values.get("from", "")
        if source and request.method == "GET":
            _copy(template, source)
        return template

    def before_save(self, record: CheckTemplate, act: Act) -> None:
        record.prepare()


def _copy(template: CheckTemplate, source: str) -> None:
    seen = CheckTemplate.visible_to(person_here())
    before = db.session.scalar(select(CheckTemplate).where(CheckTemplate.id == key_of(source), seen))
    if before is None:
        raise NotVisible
    for name in ("code", "name", "scope", "post", "document", "note"):
        setattr(template, name, getattr(before, name))
    template.items = [CheckTemplateItem(**{name: getattr(one, name) for name in COPIED}) for one in before.items]


@panel(CheckTemplate)
def questions(template: CheckTemplate, person: Person) -> Panel:
    """What is asked; how it looks on the phone; the way to the next version."""
    names = ("question", "category", "answer", "standard", "severity_if_ng", "photo_if_ng", "weight")
    may_revise = template.status is not TemplateStatus.DRAFT and template.access.may_create(person)
    return Panel(
        title=t("Questions", "检查项目"),
        headings=[Heading(name, t(QUESTION_LABELS[name].en, QUESTION_LABELS[name].zh)) for name in names],
        rows=[Row(one.id, "", _cells(one)) for one in template.items],
        more_url=f"/quality/templates/{template.id}/preview/",
        more_label=t("As on the phone", "手机预览"),
        create_url=f"/admin/check_template/new/?from={template.id}" if may_revise else "",
        create_label=t("Next version", "编制新版本"),
    )


def _cells(one: CheckTemplateItem) -> list[Cell]:
    return [
        Cell(f"{one.seq}. {one.question}"),
        cell_of(one.category),
        cell_of(one.answer),
        Cell(decided_by(one)),
        cell_of(one.severity_if_ng),
        cell_of(one.photo_if_ng),
        cell_of(one.weight),
    ]


def decided_by(one: CheckTemplateItem) -> str:
    """What decides an answer, in a few signs: limits with their unit, the choices, else the standard."""
    if one.answer is Answer.NUMBER:
        return limits_text(one)
    if one.answer is Answer.CHOICE and not one.standard:
        return t("passes: {options}", "合格：{options}", options=one.passing)
    return one.standard


def limits_text(one: Any) -> str:
    """4.90 – 5.00 mm, ≤ 1.6 μm, ≥ 6 mm."""
    low, high = (cell_of(value).text if value is not None else "" for value in (one.lower, one.upper))
    text = f"{low} – {high}" if low and high else f"≤ {high}" if high else f"≥ {low}" if low else one.standard
    return f"{text} {one.unit}".strip()


@panel(CheckTemplate)
def versions(template: CheckTemplate, person: Person) -> Panel | None:
    """The other versions; checks keep the one that they were made with."""
    others = db.session.scalars(
        select(CheckTemplate)
        .where(CheckTemplate.code == template.code, CheckTemplate.id != template.id)
        .order_by(CheckTemplate.version.desc())
        .limit(20)
    ).all()
    if not others:
        return None
    return Panel(
        title=t("Other versions", "其他版本"),
        headings=[
            Heading("version", t("Version", "版本")),
            Heading("status", t("Status", "状态")),
            Heading("at", t("Changed", "更新时间")),
        ],
        rows=[
            Row(
                one.id,
                record_url(CheckTemplate, one.id),
                [Cell(f"v{one.version}"), cell_of(one.status), cell_of(one.updated_at)],
            )
            for one in others
        ],
    )
