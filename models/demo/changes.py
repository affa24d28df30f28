"""What changed in the demo company's documents in six months, and which changes of the shop set it off (P1.3)."""

from typing import NamedTuple

from rules.process import ChangeClass, NoticeKind, RevisionStatus, Trigger

C, S, T, N = ChangeClass, RevisionStatus, Trigger, NoticeKind

Edits = tuple[tuple[str, str], ...]


class Change(NamedTuple):
    """A revision after the first: ``day`` counts from the first day of the six months."""

    doc_no: str
    day: int
    rev_no: str
    change_class: ChangeClass
    summary: str
    trigger: Trigger
    edits: Edits
    ends_as: RevisionStatus = S.RELEASED
    is_returned_once: bool = False
    notice: str = ""


class Notice(NamedTuple):
    """A change that documents had to follow: who gave notice when, and why it was dismissed if it was."""

    title: str
    day: int
    kind: NoticeKind
    by: str
    operation: str
    description: str
    dismissed: str = ""


NOTICES: tuple[Notice, ...] = (
    Notice("更换逆变焊机", 22, N.EQUIPMENT, "production_manager2", "壳体焊接", "原硅整流焊机报废，新到逆变焊机 4 台。"),
    Notice("箱体内腔增加清洁度要求", 49, N.DESIGN, "江一帆", "减速机装配", "设计图 HY-2025-031 增加内腔清洁度要求。"),
    Notice("新购车削中心投产", 94, N.EQUIPMENT, "production_manager", "数控车削", "两台车削中心验收合格，下月投产。"),
    Notice(
        "铣床更换冷却泵",
        131,
        N.EQUIPMENT,
        "production_manager",
        "数控铣削",
        "冷却泵更换为同型号新泵。",
        "同型号更换，工艺参数不变",
    ),
    Notice("涂装改用水性漆", 176, N.PROCESS, "technical_manager", "表面涂装", "环保要求，溶剂型漆年底停用。"),
    Notice(
        "壳体材料由 Q235B 改为 Q355B",
        180,
        N.DESIGN,
        "骆文涛",
        "壳体焊接",
        "新订单要求提高壳体强度，焊接参数须重新评定。",
    ),
)

CHANGES: tuple[Change, ...] = (
    Change(
        "HY-CX-CZ",
        18,
        "A/1",
        C.MINOR,
        "冷却液浓度下限由 5% 提高到 6%",
        T.PROCESS_OPTIMISATION,
        (("不低于 5%", "6%～9%，不足时按配比补液"),),
    ),
    Change(
        "HY-HJ-CZ",
        31,
        "B/0",
        C.MAJOR,
        "更换逆变焊机，电流范围与层间温度重新规定",
        T.EQUIPMENT_RENEWAL,
        (
            ("检查硅整流焊机接地，电缆无破损。", "检查逆变焊机接地，冷却风机运转正常，电缆无破损。"),
            (
                "焊接电流 160～200 A，电弧电压 22～26 V。",
                "焊接电流 140～180 A，电弧电压 20～24 V，按板厚从参数卡选取。",
            ),
            ("层间温度不高于 200 ℃。", "层间温度不高于 150 ℃，用测温笔逐层确认。"),
            ("6. 每条焊缝", "6. 收弧时衰减 3 s，填满弧坑。\n7. 每条焊缝"),
        ),
        is_returned_once=True,
        notice="更换逆变焊机",
    ),
    Change(
        "HY-XX-BZ",
        44,
        "A/1",
        C.EDITORIAL,
        "更正图号引用",
        T.PROCESS_OPTIMISATION,
        (("图号 HY-2023-118", "图号 HY-2023-181"),),
    ),
    Change(
        "HY-ZP-LC",
        58,
        "B/0",
        C.MAJOR,
        "增加内腔清洁度检查工序",
        T.PRODUCT_DESIGN_CHANGE,
        (
            (
                "2. 清洗箱体、齿轮和轴承。",
                "2. 超声波清洗箱体、齿轮和轴承，吹干。\n3. 内腔清洁度检查：滤膜称重，杂质不大于 15 mg。",
            ),
            ("3. 压装轴承", "4. 压装轴承"),
            ("4. 合箱", "5. 合箱"),
            ("5. 注油", "6. 注油"),
            ("6. 挂合格证", "7. 挂合格证"),
        ),
        notice="箱体内腔增加清洁度要求",
    ),
    Change(
        "HY-TZ-CZ",
        72,
        "A/1",
        C.MINOR,
        "固化剂改为双人复核",
        T.RECTIFICATION,
        (("由调漆工称量。", "由调漆工称量、班组长复核，两人签字。"),),
    ),
    Change(
        "HY-MX-CZ",
        90,
        "A/1",
        C.MINOR,
        "砂轮更换后必须做静平衡并记录",
        T.RECTIFICATION,
        (("空转 5 min。", "空转 5 min；更换砂轮后先做静平衡并填写记录。"),),
        is_returned_once=True,
    ),
    Change(
        "HY-CX-CZ",
        103,
        "B/0",
        C.MAJOR,
        "新购车削中心，转速与首件确认方式重新规定",
        T.EQUIPMENT_RENEWAL,
        (
            ("卡盘夹紧压力 2.5 MPa", "液压卡盘夹紧压力 3.0 MPa"),
            ("调用程序 O1050，核对刀补表。", "扫描流转卡二维码调用程序，系统自动核对刀补表。"),
            (
                "主轴转速 800 r/min，进给量 0.15 mm/r，切深不大于 1.5 mm。",
                "主轴转速 1200 r/min，进给量 0.18 mm/r，切深不大于 2.0 mm。",
            ),
            (
                "首件加工后送检，检验员签字后方可批量加工。",
                "首件由在机测头测量并打印报告，检验员复核签字后方可批量加工。",
            ),
            (
                "7. 换刀后重新对刀，试切一件确认。",
                "7. 换刀由刀库自动完成，换刀后在机测量一件确认。\n8. 防护门未关闭时不得启动主轴。",
            ),
        ),
        notice="新购车削中心投产",
    ),
    Change(
        "HY-ZP-BZ",
        121,
        "A/1",
        C.MINOR,
        "空载噪声限值由 80 dB 收紧到 78 dB",
        T.AFTER_SALES_FEEDBACK,
        (("不大于 80 dB(A)", "不大于 78 dB(A)"),),
    ),
    Change(
        "HY-XX-CZ",
        140,
        "A/1",
        C.MINOR,
        "刀具寿命改为换刀即记",
        T.RECTIFICATION,
        (
            ("刀具寿命 200 件，到期更换。", "刀具寿命 180 件，到期更换，换刀即登记。"),
            ("\n6. 换刀记录每班汇总一次。", ""),
        ),
    ),
    Change(
        "HY-HJ-BZ", 152, "A/1", C.MINOR, "焊脚高度检查由抽检改为每件", T.SUGGESTION, (("每 10 件抽检 2 件", "逐件"),)
    ),
    Change(
        "HY-MX-LC",
        165,
        "A/1",
        C.MINOR,
        "取消中间清洗，合并两道工序",
        T.PROCESS_OPTIMISATION,
        (("\n4. 清洗，时效 24 h。", ""),),
        S.DROPPED,
    ),
    Change(
        "HY-MX-LC",
        174,
        "B/0",
        C.MAJOR,
        "时效改为去应力回火，消除精磨后变形",
        T.AFTER_SALES_FEEDBACK,
        (
            ("4. 清洗，时效 24 h。", "4. 清洗，160 ℃ 去应力回火 4 h，随炉冷却。"),
            ("5. 精磨外圆至尺寸。", "5. 复研中心孔，精磨外圆至尺寸。"),
        ),
        S.APPROVED,
    ),
    Change(
        "HY-CX-CZ",
        176,
        "C/0",
        C.MAJOR,
        "车削中心增加在线测头，首件确认与刀补修正方式重新规定",
        T.EQUIPMENT_RENEWAL,
        (
            (
                "首件由在机测头测量并打印报告，检验员复核签字后方可批量加工。",
                "首件由在线测头测量，结果自动上传，检验员在系统中确认后方可批量加工。",
            ),
            ("系统自动核对刀补表。", "系统自动核对刀补表；刀补由在线测头修正，不得手工改动。"),
        ),
    ),
    Change(
        "HY-TZ-LC",
        178,
        "B/0",
        C.MAJOR,
        "改用水性漆，前处理与烘烤时间重新规定",
        T.PROCESS_OPTIMISATION,
        (
            ("脱脂、酸洗、磷化、水洗、烘干。", "脱脂、水洗、硅烷处理、纯水洗、烘干。"),
            ("喷溶剂型底漆一道，闪干 15 min。", "喷水性底漆一道，闪干 25 min，相对湿度不高于 65%。"),
            ("80 ℃ 烘烤 30 min", "90 ℃ 烘烤 40 min"),
        ),
        S.DRAFT,
        notice="涂装改用水性漆",
    ),
    Change(
        "HY-ZP-CZ",
        181,
        "A/1",
        C.MINOR,
        "螺栓分两次拧紧，力矩值细分",
        T.PROCESS_OPTIMISATION,
        (
            (
                "M10 螺栓拧紧力矩 45～55 N·m，拧紧后划线标识。",
                "M10 螺栓先以 25 N·m 预紧，再以 48～52 N·m 拧紧，拧紧后划线标识。",
            ),
        ),
        S.IN_REVIEW,
    ),
)
