"""The list of controlled documents and their revisions."""

from rules.base import Words
from rules.ledger import Column, Known, Ledger, Row, needs
from rules.ledger.kinds import CODE, NAME, REVISION, TEXT, choice, day
from rules.ledger.reasons import KIND_UNKNOWN, NO_MISSING, POST_UNKNOWN, STATUS_UNKNOWN, VALUE_MISSING

DOCUMENT_TYPES = {
    "process_flow": "工艺流程|流程|工艺流程图|Process flow|Flow",
    "operating_spec": "操作规范|操作规程|作业指导书|规范|规程|Operating spec|Operating specification|"
    "Operation specification|"
    "Operating procedure|Work instruction",
    "quality_standard": "质量标准|检验标准|标准|Quality standard|Standard",
}

STATUSES = {
    "in_force": "现行|现行有效|有效|在用|生效|In force|Current|Valid|Effective|Released",
    "superseded": "作废|已作废|废止|失效|已失效|被替代|Superseded|Obsolete|Void|Withdrawn",
}


def settle_post(row: Row, known: Known) -> None:
    """The post of a document must exist in some department."""
    if (said := row.good("post")) is not None:
        settle_post_name(row, known, said)


def settle_post_name(row: Row, known: Known, said: str) -> frozenset[str]:
    """Gives the post its own name; the departments that have it, none = refused."""
    found = known.posts(said)
    if not found:
        row.fault(POST_UNKNOWN, "post")
        return frozenset()
    row.values["post"] = min(post for _, post in found)
    return frozenset(department for department, _ in found)


DOCUMENTS = Ledger(
    entity="document_revision",
    words=Words("Controlled documents", "受控文件清单"),
    columns=(
        Column(
            "doc_no",
            CODE,
            "文件编号|受控文件编号|工艺文件编号|文件号|编号|Document no|Document number|Doc no|Document code",
            NO_MISSING,
        ),
        Column("title", TEXT, "文件名称|文件标题|标题|名称|Title|Document title|Document name|Name", VALUE_MISSING),
        Column(
            "doc_type",
            choice(DOCUMENT_TYPES, KIND_UNKNOWN),
            "文件类型|文件类别|类型|类别|Document type|Doc type|Type|Kind",
            KIND_UNKNOWN,
        ),
        Column("post", NAME, "岗位|适用岗位|岗位名称|Post|Position|Applies to|Post name"),
        Column(
            "rev_no",
            REVISION,
            "版次|版本|版本号|文件版次|现行版次|Revision|Rev|Rev no|Revision no|Version",
            NO_MISSING,
        ),
        Column(
            "effective_on",
            day(year_from_title=False),
            "生效日期|实施日期|生效时间|生效日|Effective on|Effective date|Effective|In force from|Valid from",
            VALUE_MISSING,
        ),
        Column("status", choice(STATUSES, STATUS_UNKNOWN), "状态|文件状态|Status|State", STATUS_UNKNOWN),
        Column("note", None, "备注|说明|Note|Notes|Remark|Remarks"),
    ),
    values=("doc_no", "title", "doc_type", "post", "rev_no", "effective_on", "status"),
    key=("doc_no", "rev_no"),
    needs=needs("doc_no", "rev_no", "title", "effective_on|status|doc_type"),
    finish=settle_post,
)
