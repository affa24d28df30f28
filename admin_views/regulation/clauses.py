"""The text of the regulation on screen: an administrator words it as the company does."""

from typing import ClassVar

from sqlalchemy import inspect

from admin_views.base import RegulationView, Section
from models.base import Act
from models.regulation import Clause
from rules.base import RuleBroken, Words
from rules.regulation import refuse_no_clause_number


class ClauseView(RegulationView):
    labels: ClassVar = {
        "code": Words("Clause", "条款号"),
        "title": Words("Title (Chinese)", "标题（中文）"),
        "title_en": Words("Title (English)", "标题（英文）"),
        "text": Words("Text (Chinese)", "条文（中文）"),
        "text_en": Words("Text (English)", "条文（英文）"),
        "part": Words("Chapter", "章"),
        "duty": Words("Duty", "义务类型"),
        "owner_kind": Words("Answered for by", "归口职能"),
        "owner": Words("Owner department", "归口部门"),
        "evidence": Words("Evidence", "数据来源"),
    }
    list_columns = ("code", "title", "title_en", "part", "duty", "owner_kind", "owner")
    filter_columns = ("part", "duty", "owner_kind")
    form_columns = ("code", "part", "duty", "owner_kind", "owner", "title", "text", "title_en", "text_en")
    sections = (
        Section(Words("Place", "归属"), ("code", "part", "duty", "owner_kind", "owner")),
        Section(Words("In Chinese", "中文"), ("title", "text")),
        Section(Words("In English", "英文"), ("title_en", "text_en")),
    )
    left_out = frozenset({"evidence"})
    icon = "book"

    def before_save(self, record: Clause, act: Act) -> None:
        """Clause numbers are stable: code, records and screens refer to them."""
        refuse_no_clause_number(record.code)
        if record.id is not None and inspect(record).attrs.code.history.has_changes():
            raise RuleBroken(
                Words("The number of a clause does not change: records refer to it.", "条款号已被记录引用，不能修改。"),
                field="code",
            )
