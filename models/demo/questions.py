"""What is asked at a check: per post the questions with their limits, and what is done about a failure."""

from decimal import Decimal
from typing import NamedTuple

from rules.actions import Cause, Severity
from rules.quality import Category

C, S = Category, Severity


class Question(NamedTuple):
    """A question of a check; with limits a reading decides, without them the inspector's word."""

    text: str
    standard: str
    category: Category = C.PROCESS_EXECUTION
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    severity: Severity = S.MINOR
    problem: str = ""

    @property
    def is_measured(self) -> bool:
        return self.lower is not None or self.upper is not None


def measured(text: str, lower: str, upper: str, unit: str, severity: Severity = S.MINOR) -> Question:
    """A question answered by a reading; "" = no limit on that side."""
    low, high = (Decimal(one) if one else None for one in (lower, upper))
    standard = f"{lower}~{upper}" if lower and upper else f"≤{upper}" if upper else f"≥{lower}"
    return Question(text, standard, C.PROCESS_EXECUTION, low, high, unit, severity, "超差")


def seen(text: str, standard: str, category: Category, problem: str, severity: Severity = S.MINOR) -> Question:
    """A question answered by looking."""
    return Question(text, standard, category, severity=severity, problem=problem)


QUESTIONS: dict[str, tuple[Question, ...]] = {
    "GW-22": (
        measured("外径 φ50", "49.98", "50.02", "mm"),
        measured("内孔 φ30", "30.00", "30.03", "mm", S.MAJOR),
        measured("主轴转速", "780", "820", "r/min"),
        measured("表面粗糙度 Ra", "", "1.6", "μm"),
        measured("冷却液浓度", "6", "9", "%"),
        seen("车削首件确认", "有首件标识并由质检签字", C.PROCESS_EXECUTION, "未做首件确认即批量加工", S.MAJOR),
        seen("车床现场文件版次", "与受控清单一致", C.DOCUMENT_COMPLIANCE, "机床旁仍放置旧版操作规范"),
        seen("车床日点检", "当班填写完整", C.EQUIPMENT, "点检表漏填两天"),
        seen("车削区定置", "刀具、量具分区摆放", C.ENVIRONMENT, "量具与刀具混放"),
    ),
    "GW-23": (
        measured("槽宽 12", "11.97", "12.03", "mm"),
        measured("平面度", "", "0.05", "mm", S.MAJOR),
        measured("孔距 80", "79.95", "80.05", "mm"),
        measured("进给速度", "240", "320", "mm/min"),
        seen("铣削首件确认", "有首件标识并由质检签字", C.PROCESS_EXECUTION, "首件记录无检验员签字"),
        seen("刀具寿命记录", "换刀即记", C.RECORD, "换刀后未登记刀具寿命"),
        seen("铣床现场文件版次", "与受控清单一致", C.DOCUMENT_COMPLIANCE, "使用已作废的工序卡"),
        seen("夹具点检", "每周一次并签字", C.EQUIPMENT, "夹具定位销磨损未上报"),
    ),
    "GW-24": (
        measured("外圆 φ25", "24.987", "25.000", "mm", S.MAJOR),
        measured("圆度", "", "0.005", "mm"),
        measured("砂轮线速度", "30", "35", "m/s"),
        seen("砂轮静平衡", "更换后做静平衡并记录", C.PROCESS_EXECUTION, "更换砂轮后无平衡记录", S.MAJOR),
        seen("磨床安全防护", "防护罩完好到位", C.EQUIPMENT, "防护罩未合上", S.CRITICAL),
        seen("磨削工序流转卡", "逐件填写", C.RECORD, "流转卡缺工序签字"),
    ),
    "GW-32": (
        measured("焊接电流", "180", "220", "A"),
        measured("焊脚高度", "6", "", "mm"),
        measured("层间温度", "", "150", "℃", S.MAJOR),
        measured("保护气体流量", "15", "20", "L/min"),
        seen("焊缝外观", "无裂纹、无气孔、无咬边", C.PROCESS_EXECUTION, "焊缝收弧处有气孔", S.MAJOR),
        seen("焊条烘干记录", "按规范烘干并登记", C.RECORD, "烘干记录缺出炉时间"),
        seen("焊接现场文件版次", "与受控清单一致", C.DOCUMENT_COMPLIANCE, "焊接参数卡不是现行版次"),
        seen("动火作业防护", "灭火器、接火盆到位", C.ENVIRONMENT, "接火盆未放置", S.CRITICAL),
    ),
    "GW-33": (
        measured("螺栓拧紧力矩", "45", "55", "N·m", S.MAJOR),
        measured("轴向间隙", "0.10", "0.20", "mm"),
        measured("空载噪声", "", "78", "dB"),
        measured("空载温升", "", "35", "℃"),
        seen("装配清洁度", "内腔无铁屑、无油污", C.PROCESS_EXECUTION, "箱体内腔残留铁屑", S.MAJOR),
        seen("防松标记", "拧紧后逐个划线", C.PROCESS_EXECUTION, "漏划防松标记"),
        seen("装配作业指导书", "现场为现行版次", C.DOCUMENT_COMPLIANCE, "作业指导书缺第 3 页"),
        seen("扭矩扳手校准", "在校准有效期内", C.EQUIPMENT, "扭矩扳手校准过期 6 天"),
        seen("物料标识", "批次、状态标识齐全", C.MATERIAL, "轴承无批次标识"),
    ),
    "GW-34": (
        measured("漆膜厚度", "80", "120", "μm"),
        measured("附着力", "4", "", "MPa", S.MAJOR),
        measured("环境湿度", "", "80", "%"),
        seen("表面除锈等级", "达到 Sa2.5", C.PROCESS_EXECUTION, "焊缝两侧仍有氧化皮", S.MAJOR),
        seen("油漆调配记录", "按比例调配并登记", C.RECORD, "未登记固化剂批号"),
        seen("涂装区通风", "作业时风机开启", C.ENVIRONMENT, "作业时风机未开"),
    ),
    "GW-01": (seen("管理评审输入", "含上季度抽检分析", C.RECORD, "管理评审缺上季度工艺抽检分析"),),
    "GW-02": (seen("协调会纪要归档", "会后两日内归档", C.RECORD, "本月两次协调会纪要未归档"),),
    "GW-03": (seen("制度发布登记", "受控发放并签收", C.RECORD, "新版制度漏发生产二部"),),
    "GW-11": (seen("工艺文件评审计划", "按计划完成", C.DOCUMENT_COMPLIANCE, "本季度评审计划未下达"),),
    "GW-12": (
        seen("工艺变更通知", "变更后一日内通知到班组", C.DOCUMENT_COMPLIANCE, "刀具变更未通知到班组"),
        seen("工艺纪律检查记录", "每周一次", C.RECORD, "上周工艺纪律检查无记录"),
    ),
    "GW-20": (seen("计划变更留痕", "变更须有审批", C.RECORD, "计划调整无审批记录"),),
    "GW-21": (seen("整改区域标识", "不合格品隔离并标识", C.MATERIAL, "不合格品未隔离"),),
    "GW-31": (seen("待检区域标识", "待检、已检分区", C.MATERIAL, "待检品与已检品混放"),),
    "GW-51": (seen("培训计划执行", "按月核对", C.RECORD, "月度培训计划未核对完成情况"),),
    "GW-52": (seen("培训签到表", "签到齐全", C.RECORD, "转岗培训签到表缺两人签字"),),
    "GW-61": (seen("合同评审会签", "签约前完成会签", C.RECORD, "一份合同未经技术部会签"),),
    "GW-62": (seen("客户要求传递", "一日内书面传递", C.RECORD, "客户图纸更改只作口头传达"),),
    "GW-71": (seen("售后月报", "每月 5 日前完成", C.RECORD, "售后月报未分析重复故障"),),
    "GW-72": (
        seen("服务用语与着装", "着工装、先说明再作业", C.SERVICE_MANNER, "到场未说明维修方案即拆机"),
        seen("服务单填写", "故障原因与更换件齐全", C.RECORD, "服务单未写更换件批号"),
    ),
}

SHOP_POSTS: dict[str, tuple[str, ...]] = {"S1": ("GW-22", "GW-23", "GW-24"), "S2": ("GW-32", "GW-33", "GW-34")}
OFFICE_POSTS = ("GW-12", "GW-52", "GW-62", "GW-72")

REMEDIES: dict[Category, tuple[tuple[str, str, Cause], ...]] = {
    # what was done, why it had happened, of which kind the cause is
    C.PROCESS_EXECUTION: (
        ("隔离本批并全检，重新对刀后首件复验合格", "换班后未重新对刀", Cause.MAN),
        ("按规范重新设定参数，班前会讲解参数卡", "凭经验设定参数，未对照参数卡", Cause.METHOD),
        ("返修超差件，更换磨损刀具", "刀具寿命到期未更换", Cause.MACHINE),
        ("更换批次并对库存复检", "来料硬度波动", Cause.MATERIAL),
    ),
    C.DOCUMENT_COMPLIANCE: (
        ("收回旧版文件，换发现行版次并签收", "换版时发放清单漏了本机台", Cause.METHOD),
        ("张贴现行工序卡，班组长每日核对版次", "旧版文件未及时回收", Cause.MAN),
    ),
    C.EQUIPMENT: (
        ("停机检修并补做点检，设备员确认", "点检责任未落实到人", Cause.MAN),
        ("更换磨损件，纳入每周保养", "保养周期偏长", Cause.MACHINE),
    ),
    C.MATERIAL: (("补挂标识，隔离存疑物料并追溯批次", "领料时未核对标识", Cause.MATERIAL),),
    C.ENVIRONMENT: (("整理现场、划线定置，班组长每日巡查", "定置图未更新", Cause.ENVIRONMENT),),
    C.RECORD: (
        ("补齐记录并由班组长复核签字", "交接班未核对记录", Cause.MAN),
        ("表格改为交接必填项，补录缺项", "表格设计未设必填", Cause.METHOD),
    ),
    C.SERVICE_MANNER: (("重新培训服务规范，并向客户致歉", "未按服务流程操作", Cause.MAN),),
}

REASONS = {
    "dispute": ("读数时量具未归零，请复核", "该批为客户让步接收件，不应判不合格", "问题在上道工序，责任不在本人"),
    "uphold": ("已用校准量具复测，判定成立", "让步接收未经审批，维持原判定"),
    "cancel": ("经复核属上道工序责任，另行开单", "复测合格，本单取消"),
    "ask_extension": ("备件在途，预计后天到货", "需外协检定量具，等待回厂", "设备排产占用，周末才能停机"),
    "reject": ("备件库存充足，不予延期", "影响下道工序，请按原期限完成"),
    "find_ineffective": ("一周内同类问题再次出现，措施无效",),
    "void": ("所用千分尺校准过期，本次抽检数据无效", "抽检部位与图纸不符，重新抽检"),
}
NOTES = ("", "", "", "夜班交接后抽检", "新批次首日", "客户验货前抽检", "机床大修后第一周")
