"""Why a file as a whole cannot be read."""

from rules.ledger.reasons import Reason


class FileRefused(Exception):
    """The file cannot be taken in; ``reason`` says why and what to do."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.words.en)
        self.reason = reason


NOT_THERE = Reason("file_missing", "The file is not there or may not be read.", "文件不存在或无法读取。")
EMPTY = Reason("file_empty", "The file is empty.", "文件是空的。")
TOO_LARGE = Reason("file_too_large", "The file is larger than 50 MB. Split it.", "文件超过 50 MB，请拆分后再导入。")
NOT_SUPPORTED = Reason(
    "file_not_supported", "Only .xlsx workbooks and .csv files can be taken in.", "只能导入 .xlsx 工作簿和 .csv 文件。"
)
OLD_EXCEL = Reason(
    "file_is_xls",
    "This is an old Excel file (.xls). Open it, save it as .xlsx, and try again.",
    "这是旧版 Excel 文件（.xls），请另存为 .xlsx 后再导入。",
)
ENCRYPTED = Reason(
    "file_encrypted",
    "The workbook is protected by a password. Remove the password and try again.",
    "工作簿设有打开密码，请取消密码后再导入。",
)
NOT_A_WORKBOOK = Reason(
    "file_not_a_workbook",
    "The name says .xlsx, but the content is not an Excel workbook. Save it again as .xlsx.",
    "扩展名是 .xlsx，但内容不是 Excel 工作簿，请重新另存为 .xlsx。",
)
NOT_TEXT = Reason(
    "file_not_text", "The name says .csv, but the content is not text.", "扩展名是 .csv，但内容不是文本。"
)
BROKEN = Reason(
    "file_broken",
    "The workbook is damaged or incomplete. Open it in a spreadsheet, save it, and try again.",
    "工作簿已损坏或不完整，请用表格软件打开并重新保存后再导入。",
)
SUSPICIOUS = Reason(
    "file_suspicious",
    "The workbook unpacks to far more than a ledger holds, so it was not opened.",
    "工作簿解压后的大小异常，未打开。",
)
TOO_MUCH = Reason(
    "file_too_much",
    "Reading the workbook took too much time or memory. Take away empty rows, columns and pictures, or split it.",
    "读取工作簿耗时或占用内存过多，请删除多余的空行、空列和图片，或拆分后再导入。",
)
TOO_MANY_ROWS = Reason(
    "file_too_many_rows", "A sheet has more than 200,000 rows. Split it.", "工作表超过 20 万行，请拆分后再导入。"
)
ENCODING = Reason(
    "file_encoding",
    "The text is in no encoding we know, or is damaged. Save the file as “CSV UTF-8”.",
    "文本编码无法识别或已损坏，请另存为“CSV UTF-8”格式。",
)
CSV_BROKEN = Reason(
    "csv_broken",
    "The CSV is damaged: a quotation mark is not closed, or a field is far too long.",
    "CSV 已损坏：引号未闭合，或某个字段过长。",
)
CELL_TOO_LONG = Reason(
    "cell_too_long",
    "A cell holds more text than Excel allows (32,767 signs).",
    "某个单元格的文字超过 Excel 的上限（32767 个字符）。",
)
NO_SUCH_SHEET = Reason("no_such_sheet", "The file has no sheet of this name.", "文件中没有这个名称的工作表。")
NO_SUCH_ENTITY = Reason("no_such_entity", "There is no ledger for this table.", "没有对应此表的台账。")
NO_LEDGER_IN_FILE = Reason(
    "no_ledger",
    "No sheet of this file has a row with at least four known headings.",
    "文件中没有任何工作表含有至少四个已知表头的行。",
)
