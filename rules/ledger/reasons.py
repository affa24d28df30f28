"""Why a row or a file is refused, and what is only told: each with its code and a sentence for the shop floor."""

from rules.base import Words


class Reason:
    """A code that programs read and words that people read. Compared by identity: one of each exists."""

    __slots__ = ("code", "words")

    def __init__(self, code: str, en: str, zh: str) -> None:
        self.code, self.words = code, Words(en, zh)

    def __repr__(self) -> str:
        return f"Reason({self.code!r})"


NO_MISSING = Reason(
    "no_missing", "The number that names this record is missing. Fill it in.", "缺少该记录的编号，请补填。"
)
VALUE_MISSING = Reason("value_missing", "This cell must not be empty.", "此格不能为空。")
TEXT_TOO_LONG = Reason("text_too_long", "The text is too long for this column.", "文字过长，超出该列允许的长度。")
CODE_UNREADABLE = Reason("code_unreadable", "This cannot be a number or code.", "不是有效的编号或代码。")

DATE_IMPOSSIBLE = Reason("date_impossible", "There is no such day in the calendar.", "日历上没有这一天。")
DATE_WITHOUT_YEAR = Reason(
    "date_without_year",
    "Day and month stand without a year, and the sheet does not tell which.",
    "只有月日、没有年份，表中也无法确定年份。",
)
DATE_AMBIGUOUS = Reason(
    "date_ambiguous", "The year has two digits. Write it with four.", "年份只有两位，请写成四位年份。"
)
DATE_UNREADABLE = Reason("date_unreadable", "This is not a date.", "不是日期。")
DATE_IN_FUTURE = Reason(
    "date_in_future", "The day lies after the day this ledger was handed in.", "日期晚于台账的提交日期。"
)
TIME_IMPOSSIBLE = Reason("time_impossible", "There is no such time of day.", "没有这个时刻。")
TIME_MISSING = Reason(
    "time_missing", "The time of day is missing; the start of the day was taken.", "未填时间，按当天 0 点计。"
)

NOT_A_NUMBER = Reason("not_a_number", "This is not a number.", "不是数字。")
TWO_VALUES = Reason(
    "two_values_in_cell", "Two values stand in one cell. Leave one of them.", "一个格内填了两个值，请只保留一个。"
)
PHONE_INVALID = Reason("phone_invalid", "This is not a telephone number.", "不是有效的电话号码。")
MAIL_INVALID = Reason("mail_invalid", "This is not a mail address.", "不是有效的邮箱地址。")
CHOICE_UNKNOWN = Reason("choice_unknown", "This word is not one of the choices.", "不在可选范围内。")
STATUS_UNKNOWN = Reason("status_unknown", "There is no such status.", "没有这种状态。")
KIND_UNKNOWN = Reason("kind_unknown", "There is no such kind.", "没有这种类别。")
VERDICT_UNKNOWN = Reason(
    "verdict_unknown", "There is no such verdict; write OK or NG.", "没有这种判定，请填 OK 或 NG。"
)

FORMULA_ERROR = Reason("formula_error", "The formula ended in an error.", "公式结果为错误值。")
FORMULA_WITHOUT_VALUE = Reason(
    "formula_without_value",
    "The formula has no stored result. Open the file in a spreadsheet, save it, and try again.",
    "公式没有保存结果，请用表格软件打开并保存后再导入。",
)

DUPLICATE_ROW = Reason(
    "duplicate_row",
    "The same row stands in this file already; this one is left out.",
    "文件中已有相同的一行，此行不再导入。",
)
DUPLICATE_KEY = Reason(
    "duplicate_key",
    "The same number stands in this file with other data; none of these rows can be trusted.",
    "同一编号在文件中出现多次且内容不同，这些行都不可信。",
)

DEPARTMENT_UNKNOWN = Reason("department_unknown", "There is no such department.", "没有这个部门。")
POST_UNKNOWN = Reason("post_unknown", "There is no such post in this department.", "该部门没有这个岗位。")
LEADER_UNKNOWN = Reason("leader_unknown", "There is no such person in this team.", "该班组没有这个人。")
EMPLOYEE_UNKNOWN = Reason("employee_unknown", "There is no such person in the roster.", "花名册中没有这个人。")
NAME_MISMATCH = Reason(
    "name_mismatch", "The roster has another name under this number.", "花名册中该工号对应的姓名不同。"
)
PERSON_AMBIGUOUS = Reason(
    "person_ambiguous", "Several persons bear this name; give the number.", "有多人同名，请填写工号。"
)
MATCHED_BY_NAME = Reason(
    "matched_by_name",
    "The number is missing; the person was found by name and department.",
    "缺少工号，已按姓名和部门找到此人。",
)

CUSTOMER_UNKNOWN = Reason("customer_unknown", "There is no such customer.", "没有这个客户。")
MODEL_UNKNOWN = Reason("model_unknown", "There is no such product model.", "没有这个产品型号。")
QTY_INVALID = Reason("qty_invalid", "This is not a whole number above zero.", "数量须为大于零的整数。")
REQUESTED_BEFORE_ORDERED = Reason(
    "requested_before_ordered", "The requested date lies before the order.", "客户要求交期早于下单日期。"
)
DELIVERED_BEFORE_ORDERED = Reason(
    "delivered_before_ordered", "The delivery lies before the order.", "交货日期早于下单日期。"
)
DOCUMENT_UNKNOWN = Reason("document_unknown", "There is no such document.", "没有这份文件。")
REVISION_UNKNOWN = Reason("revision_unknown", "The document has no such revision.", "该文件没有这个版次。")
SUPERSEDED_REVISION = Reason(
    "superseded_revision", "This revision was not in force on that day.", "该版次在当天不是现行版次。"
)
VERDICT_MISSING = Reason(
    "verdict_missing",
    "There is no verdict, and no measured limit to derive it from.",
    "没有判定，也没有可据以判定的实测值和限值。",
)
VERDICT_CONTRADICTS = Reason(
    "verdict_contradicts_reading",
    "The verdict in the ledger contradicts the reading; the reading counts.",
    "台账判定与实测值不符，以实测值为准。",
)
SCORE_MISSING = Reason("score_missing", "Neither a score nor “absent” stands here.", "既没有分数，也没有注明缺考。")
SCORE_OUT_OF_RANGE = Reason(
    "score_out_of_range", "The score lies outside 0 to the full score.", "分数不在 0 到满分之内。"
)
VERDICT_CONTRADICTS_SCORE = Reason(
    "verdict_contradicts_score",
    "The verdict in the ledger contradicts the scores; the scores count.",
    "台账结论与分数不符，以分数为准。",
)
INSPECTOR_IS_CHECKED = Reason(
    "inspector_is_checked", "The inspector is the checked person.", "检验员与被检人是同一人。"
)
DUE_BEFORE_CHECK = Reason("due_before_check", "The deadline lies before the check.", "整改期限早于检查日期。")
RECHECK_BEFORE_CHECK = Reason("recheck_before_check", "The re-check lies before the check.", "复检日期早于检查日期。")

WEIGHTS_NOT_100 = Reason("weights_not_100", "The weights do not add up to 100 %.", "权重合计不等于 100%。")
TOTAL_DIFFERS = Reason(
    "total_differs",
    "The total differs from the scores and weights; these count.",
    "总分与各项得分和权重不符，以计算结果为准。",
)
ASSESSOR_IS_ASSESSED = Reason(
    "assessor_is_assessed", "The assessor is the assessed person.", "考核人与被考核人是同一人。"
)
DEPARTMENT_DIFFERS = Reason(
    "department_differs", "The roster has this person in another department.", "花名册中该员工属于其他部门。"
)
SEVERITY_UNKNOWN = Reason("severity_unknown", "There is no such severity.", "没有这种严重程度。")
CONTACT_BEFORE_RECEIPT = Reason(
    "contact_before_receipt", "The first contact lies before the receipt.", "首次联系早于受理时间。"
)
RESOLVED_BEFORE_RECEIPT = Reason(
    "resolved_before_receipt", "The solution lies before the receipt.", "解决时间早于受理时间。"
)
RATING_INVALID = Reason("rating_invalid", "This is not a whole number from 1 to 5.", "评分应为 1 至 5 的整数。")
FOLLOW_UP_BEFORE_RESOLVED = Reason(
    "follow_up_before_resolved", "The follow-up lies before the solution.", "回访日期早于解决时间。"
)
CALLER_IS_AGENT = Reason("caller_is_agent", "Who solved it may not make the follow-up.", "解决人不能回访自己的工单。")
