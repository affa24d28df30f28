"""What customers of 恒岳精密机械 report: kinds of problems with what helped, and where they came from."""

from typing import NamedTuple

from rules.after_sales import ServiceKind, TicketCategory, TicketCause

C, K, S = TicketCategory, TicketCause, ServiceKind


class Problem(NamedTuple):
    """A problem as customers put it, what was advised first, what solved it, and why it was there."""

    category: TicketCategory
    text: str
    advice: str
    solution: str
    cause: TicketCause
    service: ServiceKind


P = Problem
PROBLEMS: tuple[Problem, ...] = (
    P(
        C.NOISE,
        "主轴高速运转时有异响，转速到 3000 以上更明显",
        "请先降速运行，拍一段带声音的视频发来",
        "更换主轴前端轴承并重新做动平衡，振动值 0.8 mm/s",
        K.MATERIAL,
        S.ON_SITE,
    ),
    P(
        C.NOISE,
        "X 轴快移时导轨有摩擦声",
        "请检查导轨润滑油位和油路",
        "疏通润滑分配器，更换堵塞的计量件",
        K.OPERATION,
        S.REMOTE,
    ),
    P(
        C.NOISE,
        "刀库换刀时有撞击声",
        "请暂停自动换刀，手动换刀可继续生产",
        "重新调整换刀点参数，机械手间隙恢复",
        K.OPERATION,
        S.ON_SITE,
    ),
    P(
        C.LEAK,
        "液压站接头渗油，地面有油渍",
        "请先收紧接头并观察油位",
        "更换接头密封圈并紧固到规定力矩",
        K.MATERIAL,
        S.PARTS,
    ),
    P(C.LEAK, "主轴箱下方渗油", "请停机补油，避免缺油运行", "更换骨架油封，清理回油孔", K.MATERIAL, S.REPAIR),
    P(C.LEAK, "冷却水箱焊缝渗水", "请降低水位继续使用", "现场补焊并做渗漏试验，无渗漏", K.PROCESS, S.ON_SITE),
    P(
        C.ELECTRIC,
        "开机后报警 2041，伺服未就绪",
        "请断电五分钟后重启，并告知报警号",
        "更换伺服驱动器电源板",
        K.MATERIAL,
        S.PARTS,
    ),
    P(C.ELECTRIC, "操作面板按键偶尔失灵", "请先用外接键盘操作", "更换操作面板薄膜开关", K.MATERIAL, S.PARTS),
    P(
        C.ELECTRIC,
        "加工中突然跳闸",
        "请检查进线电压是否波动",
        "客户侧电压偏低，加装稳压器后正常",
        K.OPERATION,
        S.REMOTE,
    ),
    P(
        C.PERFORMANCE,
        "加工件圆度超差，0.012 mm",
        "请做一次主轴跳动检测并把数据发来",
        "重新调整尾座同轴度，复测圆度 0.004 mm",
        K.TRANSPORT,
        S.ON_SITE,
    ),
    P(
        C.PERFORMANCE,
        "重复定位精度达不到合同要求",
        "请先执行回零并提供激光干涉仪数据",
        "补偿丝杠螺距误差，精度恢复到 4 μm",
        K.OPERATION,
        S.ON_SITE,
    ),
    P(
        C.PERFORMANCE,
        "表面有振纹",
        "请降低进给并更换刀片后再试",
        "指导客户调整切削参数和刀具伸出长度",
        K.OPERATION,
        S.REMOTE,
    ),
    P(C.WEAR, "丝杠防护罩断裂", "可拆除破损片继续使用，注意铁屑", "寄送新防护罩，客户自行更换", K.MISUSE, S.PARTS),
    P(C.WEAR, "刀塔定位销磨损，换刀后位置偏", "请减少自动换刀次数", "更换定位销并重新校准刀塔", K.MATERIAL, S.REPLACE),
    P(
        C.HEAT,
        "主轴温升过高，半小时到 65℃",
        "请检查冷却机是否报警、滤网是否堵塞",
        "清洗冷却机冷凝器，更换循环泵",
        K.OPERATION,
        S.ON_SITE,
    ),
    P(C.HEAT, "电柜温度报警", "请清洁电柜滤网并保持通风", "更换电柜空调风扇", K.MATERIAL, S.PARTS),
    P(C.APPEARANCE, "到货时防护门有划伤", "请拍照并保留包装", "寄送补漆套装，客户接受", K.TRANSPORT, S.PARTS),
    P(C.DELIVERY, "随机附件少一套卡爪", "请核对装箱单并告知缺件编号", "补发卡爪一套，客户签收", K.TRANSPORT, S.PARTS),
    P(
        C.USE,
        "不会设置刀具寿命管理",
        "发送操作视频，请先对照操作",
        "电话指导完成设置并发送说明书章节",
        K.OPERATION,
        S.REMOTE,
    ),
    P(
        C.USE,
        "换了新操作工，需要培训编程",
        "已发送培训资料，可预约远程培训",
        "远程培训两小时，客户能独立编程",
        K.OPERATION,
        S.REMOTE,
    ),
)
CLUSTER = P(
    C.WEAR,
    "刀库机械手弹簧断裂，无法抓刀",
    "请停用自动换刀，手动换刀可继续生产",
    "更换加强型弹簧并校准机械手",
    K.DESIGN,
    S.PARTS,
)
"""The same again and again on one model: what the statistics are there to find."""
CLUSTER_MODEL = "HY-VMC850"
TOLD = (
    "已向客户说明处理进度，客户表示理解",
    "配件已从仓库发出，告知客户快递单号",
    "工程师已安排行程，告知客户到场时间",
    "方案已与客户确认，按约定时间实施",
)
CALLS = ("电话联系客户，确认故障现象和停机情况", "与客户现场人员通话，已了解情况", "视频连线查看设备，故障已复现")
WAITS = {
    "pending_customer": "等客户提供铭牌照片和报警截图",
    "pending_parts": "等配件到货",
}
HANDED = ("初步方案无效，需分析根本原因", "涉及主轴结构，请技术部门给出方案", "同类问题重复出现，请技术部门分析")
OPINIONS = {
    5: ("响应快，工程师很专业", "问题一次解决，满意", "服务态度好", ""),
    4: ("处理得不错，希望配件再快一点", "满意", ""),
    3: ("能解决，但等的时间有点长", "希望多一些预防性的建议"),
    2: ("来回沟通太多次，影响生产", "等配件等了一个星期"),
}
