"""Who buys from 恒岳精密机械 and what it makes: customers with those who look after them, product models (S1.1)."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.base import Source
from models.demo.company import Company
from models.demo.diary import as_of
from models.organisation import Customer, ProductModel
from rules.base import SYSTEM
from rules.organisation import CustomerLevel

L = CustomerLevel
PHONES = 14200006000


class CustomerRow(NamedTuple):
    """A customer; the telephone number and the code follow from his place in the list."""

    name: str
    level: CustomerLevel
    contact: str
    mail: str
    address: str


class ModelRow(NamedTuple):
    """A model that is made."""

    code: str
    name: str
    spec: str
    warranty_months: int
    is_active: bool = True


C, M = CustomerRow, ModelRow

CUSTOMERS: tuple[CustomerRow, ...] = (
    C("东澜汽车零部件有限公司", L.A, "吴晓东", "wuxd@donglan-auto.example", "东澜市经开区示例路 18 号"),
    C("江州航空精密制造有限公司", L.A, "许明哲", "xumz@jiangzhou-aero.example", "江州市航空城示例大道 6 号"),
    C("临岳轴承集团有限公司", L.A, "韩雪梅", "hanxm@linyue-bearing.example", "临岳市高新区示例街 102 号"),
    C("北岭模具科技有限公司", L.B, "冯志刚", "fengzg@beiling-mould.example", "北岭市模具园示例路 9 号"),
    C("海棠医疗器械股份有限公司", L.A, "唐婉清", "tangwq@haitang-med.example", "海棠市生物谷示例路 33 号"),
    C("云川液压件厂", L.B, "杜建国", "dujg@yunchuan-hyd.example", "云川市城东示例巷 5 号"),
    C("青禾农机装备有限公司", L.B, "沈立春", "shenlc@qinghe-agri.example", "青禾市农机产业园 12 号"),
    C("南屏纺织机械有限公司", L.C, "邓秀英", "dengxy@nanping-tex.example", "南屏市示例路 77 号"),
    C("瑞桐精密齿轮有限公司", L.A, "赖振华", "laizh@ruitong-gear.example", "瑞桐市齿轮工业园 3 号"),
    C("鸿渡船舶推进设备厂", L.B, "黎海生", "lihs@hongdu-marine.example", "鸿渡市港区示例路 21 号"),
    C("翠湖光学仪器有限公司", L.B, "蔡宜庭", "caiyt@cuihu-optics.example", "翠湖市光谷示例路 15 号"),
    C("朔方矿山机械有限公司", L.B, "郭振山", "guozs@shuofang-mining.example", "朔方市重工大道示例 200 号"),
    C("沧浪泵业有限公司", L.C, "彭小丽", "pengxl@canglang-pump.example", "沧浪市泵阀城 B 区 8 号"),
    C("平野电机制造有限公司", L.B, "蒋文博", "jiangwb@pingye-motor.example", "平野市电机路示例 46 号"),
    C("星桥机器人有限公司", L.A, "宋知行", "songzx@xingqiao-robot.example", "星桥市智造园 1 期 2 栋"),
    C("秋浦阀门有限公司", L.C, "方国栋", "fanggd@qiupu-valve.example", "秋浦市示例镇工业路 4 号"),
    C("澄江风电设备有限公司", L.A, "余海涛", "yuht@chengjiang-wind.example", "澄江市新能源产业园 7 号"),
    C("梧州压缩机有限公司", L.B, "罗慧琳", "luohl@wuzhou-comp.example", "梧州市示例路 59 号"),
    C("榆林石油装备技术有限公司", L.B, "白玉峰", "baiyf@yulin-oil.example", "榆林市能源装备园示例 31 号"),
    C("松原铁路配件厂", L.C, "金成浩", "jinch@songyuan-rail.example", "松原市铁西示例街 11 号"),
    C("湘渚工程机械有限公司", L.A, "谭志远", "tanzy@xiangzhu-eng.example", "湘渚市工程机械城 88 号"),
    C("凤仪钟表精工有限公司", L.C, "陆静姝", "lujs@fengyi-watch.example", "凤仪市示例路 23 号"),
    C("苍梧注塑设备有限公司", L.B, "覃国富", "qingf@cangwu-mold.example", "苍梧市示例工业区 17 号"),
    C("Northfell Pumps Ltd.", L.B, "Helen Marsh", "helen@northfell.example", "22 Mill Lane, Northfell"),
    C("Kestrel Gearworks GmbH", L.A, "Jonas Weber", "weber@kestrel-gear.example", "Beispielweg 4, Kestrel"),
)

MODELS: tuple[ModelRow, ...] = (
    M("HY-CK6150", "数控车床", "最大回转直径 500 mm，最大加工长度 1000 mm", 12),
    M("HY-CK6163", "数控车床", "最大回转直径 630 mm，最大加工长度 1500 mm", 12),
    M("HY-VMC850", "立式加工中心", "工作台 1000 × 500 mm，三轴行程 800/500/550 mm", 18),
    M("HY-VMC1160", "立式加工中心", "工作台 1200 × 600 mm，三轴行程 1100/600/600 mm", 18),
    M("HY-HMC500", "卧式加工中心", "双交换工作台 500 × 500 mm，刀库 60 把", 24),
    M("HY-MGK1320", "数控外圆磨床", "最大磨削直径 200 mm，圆度 0.5 μm", 24),
    M("HY-5X400", "五轴加工中心", "摇篮转台 φ400 mm，定位精度 4 μm", 24),
    M("HY-CW6140", "普通车床", "最大回转直径 400 mm（已停产）", 12, is_active=False),
)

OWNERS = ("程诺", "夏雨荷", "蓝天翔", "阮清")


def market(session: Session, company: Company, began: datetime) -> None:
    """Customers with those who look after them, and models: taken over with the rest of the master data."""
    sales = [company.named(name) for name in OWNERS]
    with as_of(session, SYSTEM, began, Source.COMMAND):
        for place, row in enumerate(CUSTOMERS):
            owner, phone = sales[place % len(sales)], str(PHONES + place + 1)
            customer = Customer(code=f"KH-{place + 1:03d}", owner_id=owner.id, phone=phone, **row._asdict())
            customer.put_in_order()
            session.add(customer)
        session.add_all([ProductModel(**row._asdict()) for row in MODELS])
    session.commit()
