"""Why a row that reads well cannot be stored."""

from rules.base import RuleBroken, Unset
from rules.ledger import Reason

NUMBER_TOO_EXACT = Reason(
    "number_too_exact", "Numbers are kept with at most four decimals.", "数值最多保留四位小数，请修改。"
)
NUMBER_TOO_LARGE = Reason("number_too_large", "The number is too large.", "数值过大。")
STORED_OTHERWISE = Reason(
    "stored_otherwise",
    "This is stored already with other data, and is not changed by a ledger. Correct it on screen.",
    "系统中已有该记录且内容不同，不能通过台账修改，请在系统中更正。",
)
ADDED_TOO_OFTEN = Reason(
    "added_too_often",
    "Lines were added to this check three times already. Enter this one on screen.",
    "该抽检已补录三次，请在系统中录入。",
)
REVISION_TOO_LATE = Reason(
    "revision_too_late",
    "A revision that took effect later is stored already; nothing can be put in before it.",
    "系统中已有更晚生效的版次，不能再补入更早的版次。",
)
REVISION_CONTRADICTS = Reason(
    "revision_contradicts",
    "By its date this revision came last, but the list calls an earlier one in force.",
    "按生效日期该版次最新，但清单将更早的版次标为现行。",
)
STATUS_NOT_REACHED = Reason(
    "status_not_reached",
    "From the stored status this one cannot be reached. Change it on screen.",
    "从系统中的现有状态不能变为该状态，请在系统中处理。",
)
CODE_TAKEN = Reason(
    "code_taken", "This code stands in the file for another name as well.", "该编码在文件中还对应另一个名称。"
)
TWO_LEADERS = Reason(
    "two_leaders", "Another line of this team names another leader.", "同一班组的其他行填写了不同的班组长。"
)
VOIDED = Reason("voided", "The stored record has been voided.", "系统中的该记录已作废。")
POST_AMBIGUOUS = Reason(
    "post_ambiguous",
    "Several departments have this post, and the checked person's is none of them.",
    "多个部门有该岗位，且被检人不在其中，无法确定。",
)
GONE = Reason("not_stored", "What this row refers to is not stored.", "该行引用的记录未能存入系统。")

PERIOD_CLAUSE = "K2.1"
COLUMNS = {"items": ("item",), "checked_at": ("checked_on", "check_no"), "inspector": ("inspector",)}
"""Where in a ledger the fields stand that a rule names; the number of the record where it names none."""


def reason_of(refusal: RuleBroken) -> Reason:
    """A rule's refusal as the reason of a row."""
    code = "figure_unset" if isinstance(refusal, Unset) else "refused_by_rule"
    if refusal.clause == PERIOD_CLAUSE:
        code = "period_locked"
    return Reason(code, refusal.words.text("en"), refusal.words.text("zh"))


def columns_of(refusal: RuleBroken) -> tuple[str, ...]:
    """The columns that such a refusal is shown at."""
    if refusal.clause == PERIOD_CLAUSE:
        return COLUMNS["checked_at"]
    return COLUMNS.get(refusal.field or "", ("check_no", "doc_no", "no"))
