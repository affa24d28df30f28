"""Who works at 恒岳精密机械: departments, posts, teams and about eighty people, all invented."""

from typing import NamedTuple

from rules.base import Role
from rules.organisation import DepartmentKind, GraceMode

K, G, R = DepartmentKind, GraceMode, Role

DEPARTMENTS: tuple[tuple[str, str, DepartmentKind, str], ...] = (
    # code, name, kind, the one above
    ("GL", "总经办", K.MANAGEMENT, ""),
    ("JS", "技术部", K.TECHNICAL, "GL"),
    ("SC", "生产中心", K.PRODUCTION, "GL"),
    ("S1", "生产一部", K.PRODUCTION, "SC"),
    ("S2", "生产二部", K.PRODUCTION, "SC"),
    ("ZL", "质量部", K.QUALITY, "GL"),
    ("RS", "人事部", K.HR, "GL"),
    ("XS", "销售部", K.SALES, "GL"),
    ("SF", "售后部", K.AFTER_SALES, "GL"),
)


class PostRow(NamedTuple):
    """A post as it stands in the company's list."""

    code: str
    name: str
    department: str
    headcount: int
    is_key: bool = False
    requires_qualification: bool = False
    grace_mode: GraceMode = G.SUPERVISED


POSTS: tuple[PostRow, ...] = (
    PostRow("GW-01", "总经理", "GL", 1),
    PostRow("GW-02", "项目负责人", "GL", 2),
    PostRow("GW-03", "行政专员", "GL", 1),
    PostRow("GW-11", "技术经理", "JS", 1),
    PostRow("GW-12", "工艺工程师", "JS", 6),
    PostRow("GW-20", "生产计划员", "SC", 2),
    PostRow("GW-21", "生产一部经理", "S1", 1),
    PostRow("GW-22", "数控车工", "S1", 12, is_key=True, requires_qualification=True),
    PostRow("GW-23", "数控铣工", "S1", 8, is_key=True, requires_qualification=True),
    PostRow("GW-24", "外圆磨工", "S1", 4, requires_qualification=True, grace_mode=G.FULL),
    PostRow("GW-31", "生产二部经理", "S2", 1),
    PostRow("GW-32", "焊工", "S2", 8, is_key=True, requires_qualification=True, grace_mode=G.NONE),
    PostRow("GW-33", "装配钳工", "S2", 10, requires_qualification=True),
    PostRow("GW-34", "涂装工", "S2", 4, requires_qualification=True, grace_mode=G.FULL),
    PostRow("GW-41", "质量经理", "ZL", 1),
    PostRow("GW-42", "质检员", "ZL", 8, is_key=True, requires_qualification=True),
    PostRow("GW-51", "人事经理", "RS", 1),
    PostRow("GW-52", "人事专员", "RS", 3),
    PostRow("GW-61", "销售经理", "XS", 1),
    PostRow("GW-62", "销售工程师", "XS", 5),
    PostRow("GW-71", "售后经理", "SF", 1),
    PostRow("GW-72", "售后工程师", "SF", 6, requires_qualification=True),
)

TEAMS: tuple[tuple[str, str, str], ...] = (
    ("BZ-01", "车工一班", "S1"),
    ("BZ-02", "车工二班", "S1"),
    ("BZ-03", "铣工班", "S1"),
    ("BZ-04", "磨工班", "S1"),
    ("BZ-05", "焊接班", "S2"),
    ("BZ-06", "装配一班", "S2"),
    ("BZ-07", "装配二班", "S2"),
    ("BZ-08", "涂装班", "S2"),
    ("BZ-09", "检验组", "ZL"),
    ("BZ-10", "服务组", "SF"),
)


class PersonRow(NamedTuple):
    """An employee; who stands first in a team leads it. Without a login of its own the number is the login."""

    name: str
    pinyin: str
    post: str
    team: str = ""
    login: str = ""


P = PersonRow

PEOPLE: tuple[PersonRow, ...] = (
    P("顾怀远", "gu huaiyuan", "GW-01", login="general_manager"),
    P("秦立群", "qin liqun", "GW-02", login="project_lead"),
    P("裴晓岚", "pei xiaolan", "GW-02"),
    P("温书婷", "wen shuting", "GW-03"),
    P("邵启明", "shao qiming", "GW-11", login="technical_manager"),
    P("江一帆", "jiang yifan", "GW-12", login="technical"),
    P("骆文涛", "luo wentao", "GW-12"),
    P("梅若琳", "mei ruolin", "GW-12"),
    P("董承志", "dong chengzhi", "GW-12"),
    P("贺思源", "he siyuan", "GW-12"),
    P("简宁", "jian ning", "GW-20", login="production_planner"),
    P("范玉成", "fan yucheng", "GW-20"),
    P("史宏图", "shi hongtu", "GW-21", login="production_manager"),
    P("雷大勇", "lei dayong", "GW-22", "BZ-01", "team_leader"),
    P("田小军", "tian xiaojun", "GW-22", "BZ-01", "employee"),
    P("贾志刚", "jia zhigang", "GW-22", "BZ-01"),
    P("龙海波", "long haibo", "GW-22", "BZ-01"),
    P("万里", "wan li", "GW-22", "BZ-01"),
    P("崔永强", "cui yongqiang", "GW-22", "BZ-01"),
    P("熊建军", "xiong jianjun", "GW-22", "BZ-02", "team_leader8"),
    P("潘伟东", "pan weidong", "GW-22", "BZ-02"),
    P("姚广志", "yao guangzhi", "GW-22", "BZ-02"),
    P("段飞", "duan fei", "GW-22", "BZ-02"),
    P("阎国庆", "yan guoqing", "GW-22", "BZ-02"),
    P("洪卫国", "hong weiguo", "GW-23", "BZ-03", "team_leader3"),
    P("常胜", "chang sheng", "GW-23", "BZ-03"),
    P("向阳", "xiang yang", "GW-23", "BZ-03"),
    P("汤明", "tang ming", "GW-23", "BZ-03"),
    P("尹志远", "yin zhiyuan", "GW-23", "BZ-03"),
    P("武立新", "wu lixin", "GW-23", "BZ-03"),
    P("乔大海", "qiao dahai", "GW-23", "BZ-03"),
    P("易成", "yi cheng", "GW-24", "BZ-04", "team_leader4"),
    P("廖凡", "liao fan", "GW-24", "BZ-04"),
    P("文华", "wen hua", "GW-24", "BZ-04"),
    P("马振邦", "ma zhenbang", "GW-31", login="production_manager2"),
    P("石磊", "shi lei", "GW-32", "BZ-05", "team_leader2"),
    P("牛国栋", "niu guodong", "GW-32", "BZ-05"),
    P("樊立军", "fan lijun", "GW-32", "BZ-05"),
    P("丁建平", "ding jianping", "GW-32", "BZ-05"),
    P("侯志勇", "hou zhiyong", "GW-32", "BZ-05"),
    P("倪春生", "ni chunsheng", "GW-32", "BZ-05"),
    P("安康", "an kang", "GW-32", "BZ-05"),
    P("毕胜利", "bi shengli", "GW-33", "BZ-06", "team_leader5"),
    P("郝运", "hao yun", "GW-33", "BZ-06"),
    P("龚玉梅", "gong yumei", "GW-33", "BZ-06"),
    P("庞博", "pang bo", "GW-33", "BZ-06"),
    P("殷秀兰", "yin xiulan", "GW-33", "BZ-06"),
    P("童建设", "tong jianshe", "GW-33", "BZ-07", "team_leader6"),
    P("包文斌", "bao wenbin", "GW-33", "BZ-07"),
    P("左小林", "zuo xiaolin", "GW-33", "BZ-07"),
    P("齐家乐", "qi jiale", "GW-33", "BZ-07"),
    P("辛福", "xin fu", "GW-34", "BZ-08", "team_leader7"),
    P("管红", "guan hong", "GW-34", "BZ-08"),
    P("祝光明", "zhu guangming", "GW-34", "BZ-08"),
    P("路遥", "lu yao", "GW-34", "BZ-08"),
    P("沙正清", "sha zhengqing", "GW-41", login="quality_manager"),
    P("岳鹏程", "yue pengcheng", "GW-42", "BZ-09", "quality_inspector"),
    P("卓越", "zhuo yue", "GW-42", "BZ-09", "quality_inspector2"),
    P("苗青", "miao qing", "GW-42", "BZ-09", "quality_inspector3"),
    P("房慧敏", "fang huimin", "GW-42", "BZ-09"),
    P("甘霖", "gan lin", "GW-42", "BZ-09"),
    P("蒲秋实", "pu qiushi", "GW-42", "BZ-09"),
    P("车文静", "che wenjing", "GW-42", "BZ-09"),
    P("汪雅琴", "wang yaqin", "GW-51", login="hr_manager"),
    P("庄晓梦", "zhuang xiaomeng", "GW-52", login="hr"),
    P("柯美玲", "ke meiling", "GW-52"),
    P("聂海峰", "nie haifeng", "GW-61", login="sales_manager"),
    P("程诺", "cheng nuo", "GW-62", login="sales"),
    P("夏雨荷", "xia yuhe", "GW-62"),
    P("蓝天翔", "lan tianxiang", "GW-62"),
    P("阮清", "ruan qing", "GW-62"),
    P("翁长林", "weng changlin", "GW-71", login="after_sales_manager"),
    P("席远航", "xi yuanhang", "GW-72", "BZ-10", "after_sales_agent"),
    P("詹立业", "zhan liye", "GW-72", "BZ-10"),
    P("申屠浩", "shentu hao", "GW-72", "BZ-10"),
    P("欧阳静", "ouyang jing", "GW-72", "BZ-10"),
    P("司徒健", "situ jian", "GW-72", "BZ-10"),
)

NEWCOMERS: tuple[tuple[int, PersonRow], ...] = (
    # days before today on which they were hired
    (128, P("霍启航", "huo qihang", "GW-23", "BZ-03")),
    (75, P("冉冬青", "ran dongqing", "GW-33", "BZ-07")),
    (33, P("芮佳", "rui jia", "GW-72", "BZ-10")),
)

LEAVER = "齐家乐"
SELLER_GONE = "夏雨荷"
ON_LEAVE = "车文静"
BACK_FROM_LEAVE = "阮清"
AWAY = frozenset({LEAVER, SELLER_GONE, ON_LEAVE})
"""Nobody checks them, and they check nobody."""

ROLES: dict[str, tuple[Role, str]] = {
    # login or name -> the role and the department that it reaches ("" = the company)
    "general_manager": (R.GENERAL_MANAGER, ""),
    "project_lead": (R.PROJECT_LEAD, ""),
    "裴晓岚": (R.PROJECT_LEAD, ""),
    "technical_manager": (R.TECHNICAL_MANAGER, ""),
    "technical": (R.TECHNICAL, ""),
    "骆文涛": (R.TECHNICAL, ""),
    "梅若琳": (R.TECHNICAL, ""),
    "董承志": (R.TECHNICAL, ""),
    "贺思源": (R.TECHNICAL, ""),
    "production_planner": (R.PRODUCTION_PLANNER, "SC"),
    "范玉成": (R.PRODUCTION_PLANNER, "S2"),
    "production_manager": (R.PRODUCTION_MANAGER, "S1"),
    "production_manager2": (R.PRODUCTION_MANAGER, "S2"),
    "team_leader": (R.TEAM_LEADER, ""),
    "team_leader2": (R.TEAM_LEADER, ""),
    "team_leader3": (R.TEAM_LEADER, ""),
    "team_leader4": (R.TEAM_LEADER, ""),
    "team_leader5": (R.TEAM_LEADER, ""),
    "team_leader6": (R.TEAM_LEADER, ""),
    "team_leader7": (R.TEAM_LEADER, ""),
    "team_leader8": (R.TEAM_LEADER, ""),
    "quality_manager": (R.QUALITY_MANAGER, ""),
    "quality_inspector": (R.QUALITY_INSPECTOR, "S1"),
    "quality_inspector2": (R.QUALITY_INSPECTOR, "S1"),
    "quality_inspector3": (R.QUALITY_INSPECTOR, "S2"),
    "房慧敏": (R.QUALITY_INSPECTOR, "S2"),
    "甘霖": (R.QUALITY_INSPECTOR, ""),
    "蒲秋实": (R.QUALITY_INSPECTOR, ""),
    "hr_manager": (R.HR_MANAGER, ""),
    "hr": (R.HR, ""),
    "柯美玲": (R.HR, ""),
    "sales_manager": (R.SALES_MANAGER, ""),
    "sales": (R.SALES, ""),
    "夏雨荷": (R.SALES, ""),
    "蓝天翔": (R.SALES, ""),
    "阮清": (R.SALES, ""),
    "after_sales_manager": (R.AFTER_SALES_MANAGER, ""),
    "after_sales_agent": (R.AFTER_SALES_AGENT, ""),
    "詹立业": (R.AFTER_SALES_AGENT, ""),
    "申屠浩": (R.AFTER_SALES_AGENT, ""),
    "欧阳静": (R.AFTER_SALES_AGENT, ""),
    "司徒健": (R.AFTER_SALES_AGENT, ""),
    "employee": (R.EMPLOYEE, ""),
}

INSPECTORS: dict[str, tuple[str, ...]] = {
    "S1": ("岳鹏程", "卓越"),
    "S2": ("苗青", "房慧敏"),
    "": ("甘霖", "蒲秋实"),
}
"""Area -> who checks there, by name; the last two check the offices."""


def demo_logins() -> list[str]:
    """What one can log in with: every role's own name, the second ones of some, the administrator."""
    return ["admin", *(row.login for row in PEOPLE if row.login)]
