"""The last two weeks as they have to be, so that every demo login finds its work waiting."""

from typing import NamedTuple

from models.demo.checks import Checks, Failing, Visit
from models.demo.company import Company, Member
from models.demo.diary import WorkClock
from models.demo.questions import QUESTIONS, Question


class Scene(NamedTuple):
    """A check so many workdays ago, minutes into the day; the first failing question is put right by ``mends``."""

    workdays_ago: int
    minutes: int
    inspector: str
    checked: str
    question: str
    fate: str
    mends: str = ""
    is_voided: bool = False


SCENES: tuple[Scene, ...] = (
    # 生产一部
    Scene(27, 60, "岳鹏程", "姚广志", "外径 φ50", "open", is_voided=True),
    Scene(9, 95, "卓越", "易成", "圆度", "open", is_voided=True),
    Scene(7, 150, "岳鹏程", "龙海波", "车床现场文件版次", "begun"),
    Scene(6, 20, "岳鹏程", "潘伟东", "内孔 φ30", "prompt"),
    Scene(6, 40, "卓越", "崔永强", "冷却液浓度", "open"),
    Scene(5, 200, "岳鹏程", "贾志刚", "表面粗糙度 Ra", "sent_back"),
    Scene(5, 290, "卓越", "向阳", "槽宽 12", "awaiting"),
    Scene(4, 120, "岳鹏程", "尹志远", "刀具寿命记录", "awaiting"),
    Scene(4, 260, "卓越", "廖凡", "磨削工序流转卡", "awaiting"),
    Scene(3, 75, "岳鹏程", "雷大勇", "车床日点检", "accepted"),
    Scene(2, 330, "卓越", "武立新", "孔距 80", "disputed"),
    Scene(2, 100, "岳鹏程", "田小军", "车削区定置", "accepted", "田小军"),
    Scene(1, 130, "岳鹏程", "田小军", "主轴转速", "open"),
    Scene(1, 220, "卓越", "万里", "外径 φ50", "open"),
    Scene(24, 40, "岳鹏程", "阎国庆", "主轴转速", "third_closed"),
    Scene(23, 75, "卓越", "常胜", "铣削首件确认", "third_decided"),
    Scene(22, 50, "岳鹏程", "田小军", "车削首件确认", "third_pending"),
    Scene(20, 90, "卓越", "乔大海", "进给速度", "third_dismissed"),
    Scene(14, 30, "岳鹏程", "万里", "表面粗糙度 Ra", "third_draft"),
    Scene(3, 190, "卓越", "汤明", "夹具点检", "asking", "洪卫国"),
    Scene(2, 65, "岳鹏程", "段飞", "车削首件确认", "asking"),
    # 生产二部
    Scene(24, 100, "苗青", "殷秀兰", "防松标记", "third_to_decide"),
    Scene(18, 60, "房慧敏", "路遥", "环境湿度", "third_investigating"),
    Scene(2, 240, "苗青", "左小林", "空载噪声", "asking"),
    Scene(8, 55, "房慧敏", "樊立军", "焊条烘干记录", "begun"),
    Scene(7, 35, "苗青", "郝运", "装配清洁度", "prompt"),
    Scene(6, 170, "苗青", "丁建平", "焊接电流", "open"),
    Scene(5, 240, "房慧敏", "龚玉梅", "轴向间隙", "awaiting"),
    Scene(4, 30, "房慧敏", "管红", "漆膜厚度", "awaiting"),
    Scene(3, 310, "苗青", "石磊", "焊接现场文件版次", "accepted"),
    Scene(2, 180, "苗青", "包文斌", "物料标识", "disputed"),
    Scene(1, 65, "房慧敏", "侯志勇", "保护气体流量", "open"),
    # the offices
    Scene(6, 80, "甘霖", "江一帆", "工艺变更通知", "begun"),
    Scene(5, 60, "蒲秋实", "庄晓梦", "培训签到表", "begun"),
    Scene(4, 210, "甘霖", "席远航", "服务单填写", "awaiting"),
    Scene(3, 45, "蒲秋实", "程诺", "客户要求传递", "accepted"),
    Scene(3, 140, "甘霖", "简宁", "计划变更留痕", "accepted"),
    Scene(3, 215, "甘霖", "秦立群", "协调会纪要归档", "open"),
    Scene(2, 50, "蒲秋实", "史宏图", "整改区域标识", "accepted"),
    Scene(2, 85, "蒲秋实", "马振邦", "待检区域标识", "open"),
    Scene(2, 230, "甘霖", "汪雅琴", "培训计划执行", "open"),
    Scene(2, 260, "甘霖", "聂海峰", "合同评审会签", "open"),
    Scene(1, 35, "蒲秋实", "翁长林", "售后月报", "open"),
    Scene(1, 90, "甘霖", "邵启明", "工艺文件评审计划", "open"),
    Scene(1, 240, "蒲秋实", "顾怀远", "管理评审输入", "open"),
)

DRAFTS: tuple[tuple[int, int, str, str], ...] = (
    # workdays ago, minutes into the day, who is filling it in, whom he checks
    (1, 400, "岳鹏程", "潘伟东"),
    (1, 440, "岳鹏程", "汤明"),
    (1, 380, "卓越", "文华"),
    (1, 450, "卓越", "段飞"),
    (1, 410, "苗青", "倪春生"),
    (1, 455, "苗青", "毕胜利"),
    (1, 430, "房慧敏", "祝光明"),
)
QUESTIONS_A_SCENE = 3


def plan_scenes(checks: Checks, company: Company, clock: WorkClock) -> None:
    """Notes the scenes and the drafts."""
    for one in SCENES:
        checked = company.named(one.checked)
        question = next(each for each in QUESTIONS[checked.post] if each.text == one.question)
        failing = Failing(question, company.named(one.mends or one.checked), one.fate)
        visit = Visit(
            company.named(one.inspector), checked, _asked(checked, question), [failing], is_voided=one.is_voided
        )
        checks.plan(clock.ago(one.workdays_ago, one.minutes), visit)
    for workdays_ago, minutes, inspector, name in DRAFTS:
        checked = company.named(name)
        visit = Visit(company.named(inspector), checked, _asked(checked), is_left_draft=True)
        checks.plan(clock.ago(workdays_ago, minutes), visit)


def _asked(checked: Member, question: Question | None = None) -> list[Question]:
    """Some questions of the post, in their sequence, the wanted one among them."""
    pool = QUESTIONS[checked.post]
    others = [one for one in pool if one is not question][: QUESTIONS_A_SCENE - (question is not None)]
    return [one for one in pool if one is question or one in others]
