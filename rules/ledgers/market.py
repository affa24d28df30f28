"""Customers and product models, as the first sheets of the order ledger have them."""

from rules.base import Words
from rules.ledger import Column, Ledger, needs
from rules.ledger.kinds import CODE, MAIL, NAME, PERSON, PHONE, TEXT, WHOLE, choice
from rules.ledger.reasons import NO_MISSING, VALUE_MISSING

LEVELS = {
    "A": "A级|A类|重点|重点客户|Key|Key customer",
    "B": "B级|B类|普通|普通客户|Regular",
    "C": "C级|C类|一般|一般客户|Occasional",
}

CUSTOMERS = Ledger(
    entity="customer",
    words=Words("Customers", "客户"),
    columns=(
        Column("code", CODE, "客户编码|客户编号|客户代码|客户号|Customer code|Customer no|Customer number", NO_MISSING),
        Column("name", NAME, "客户|客户名称|客户全称|单位名称|Customer|Customer name|Company", VALUE_MISSING),
        Column("level", choice(LEVELS), "等级|客户等级|级别|客户级别|Level|Customer level|Grade"),
        Column("contact", PERSON, "联系人|客户联系人|联系人姓名|Contact|Contact person"),
        Column("phone", PHONE, "联系电话|电话|手机|联系方式|Phone|Telephone|Mobile|Tel"),
        Column("mail", MAIL, "邮箱|电子邮箱|邮件|Mail|Email|E-mail"),
        Column("address", TEXT, "地址|客户地址|联系地址|Address"),
        Column("note", None, "备注|说明|Note|Notes|Remark|Remarks"),
    ),
    values=("code", "name", "level", "contact", "phone", "mail", "address"),
    key=("code",),
    needs=needs("code", "name", "contact|phone|level|address"),
)

PRODUCTS = Ledger(
    entity="product_model",
    words=Words("Product models", "产品型号"),
    columns=(
        Column("code", CODE, "产品型号|型号|型号代码|Model|Product model|Model code", NO_MISSING),
        Column("name", NAME, "产品名称|产品|名称|Product|Product name", VALUE_MISSING),
        Column("spec", TEXT, "规格|规格参数|技术规格|Specification|Spec"),
        Column("warranty_months", WHOLE, "质保期|质保月数|保修期|保修月数|Warranty|Warranty months"),
        Column("note", None, "备注|说明|Note|Notes|Remark|Remarks"),
    ),
    values=("code", "name", "spec", "warranty_months"),
    key=("code",),
    needs=needs("code", "name", "warranty_months"),
)
