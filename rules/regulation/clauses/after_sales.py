"""售后管理: from a customer's report to the follow-up and what is learnt from it (A1-A5)."""

from rules.base import Words
from rules.organisation import DepartmentKind as K
from rules.regulation.clauses.kinds import Duty, clause

AFTER_SALES = (
    clause(
        "A1.1",
        Duty.CONTINUOUS,
        K.AFTER_SALES,
        Words("A dedicated team", "专业售后团队"),
        Words(
            "The after-sales department has a dedicated team with technical knowledge and skill in communication.",
            "售后部门应组建专业的售后服务团队，团队成员应具备相应的技术知识和沟通能力。",
        ),
    ),
    clause(
        "A1.2",
        Duty.PERIODIC,
        K.HR,
        Words("The team is trained", "售后团队培训"),
        Words(
            "HR has the after-sales team trained at regular intervals: product knowledge, fault diagnosis and "
            "repair, and talking with customers.",
            "人事部门应定期组织售后团队培训，内容包括产品知识、故障诊断与维修、客户沟通技巧。",
        ),
    ),
    clause(
        "A1.3",
        Duty.PERIODIC,
        K.HR,
        Words("The team is assessed", "售后人员考核"),
        Words(
            "HR assesses the work of the team's members, to motivate them.",
            "人事部门应对售后人员的工作进行考核，激励其提高服务水平。",
        ),
    ),
    clause(
        "A2.1",
        Duty.CONTINUOUS,
        K.AFTER_SALES,
        Words("Hotline and mailbox", "售后热线与邮箱"),
        Words(
            "The after-sales department keeps a service hotline and a mailbox for customers.",
            "售后部门应设立售后服务热线和邮箱，方便客户反馈问题。",
        ),
    ),
    clause(
        "A2.2",
        Duty.EVENT,
        K.AFTER_SALES,
        Words("Reports are accepted and recorded", "问题受理与登记"),
        Words(
            "The after-sales department accepts each report promptly and records it in full: the customer's details, "
            "the product model and a description of the problem.",
            "售后部门接到客户反馈后应及时受理，并完整登记客户信息、产品型号和问题描述。",
        ),
    ),
    clause(
        "A2.3",
        Duty.EVENT,
        K.AFTER_SALES,
        Words("Problems are classified", "问题分类分级"),
        Words(
            "The after-sales department classifies problems and ranks them by severity and urgency.",
            "售后部门应对问题进行分类，并按严重程度和紧急程度确定处理顺序。",
        ),
    ),
    clause(
        "A3.1",
        Duty.EVENT,
        K.AFTER_SALES,
        Words("First contact and first solution", "首次联系与初步方案"),
        Words(
            "For an ordinary problem, the after-sales department contacts the customer within [X] hours, learns the "
            "facts and gives a first solution.",
            "对一般问题，售后部门应在 [X] 小时内与客户取得联系，了解情况并给出初步解决方案。",
        ),
    ),
    clause(
        "A3.2",
        Duty.EVENT,
        K.AFTER_SALES,
        Words("Escalation to the technical department", "转技术部门处理"),
        Words(
            "A problem that this does not solve is handed to the technical department, which analyses it and writes "
            "a detailed solution.",
            "初步方案不能解决的，售后部门应转交技术部门，由技术部门分析原因并制定详细的解决方案。",
        ),
    ),
    clause(
        "A3.3",
        Duty.EVENT,
        K.AFTER_SALES,
        Words("The solution is carried out", "方案实施"),
        Words(
            "The after-sales department carries the solution out as agreed with the customer: repair, replacement "
            "and so on.",
            "售后部门应按与客户商定的方案实施处理，包括维修、更换等。",
        ),
    ),
    clause(
        "A3.4",
        Duty.EVENT,
        K.AFTER_SALES,
        Words("Progress is told and the result rated", "进度反馈与评价"),
        Words(
            "The after-sales department tells the customer how it goes until the problem is solved, and asks the "
            "customer to rate the result.",
            "处理过程中，售后部门应及时向客户反馈进展直至问题解决，并请客户对处理结果进行评价。",
        ),
    ),
    clause(
        "A4.1",
        Duty.EVENT,
        K.AFTER_SALES,
        Words("Follow-up visit", "售后回访"),
        Words(
            "Within [X] working days of the solution the after-sales department makes a follow-up visit: is the "
            "customer satisfied, and what opinions and suggestions are there.",
            "问题解决后 [X] 个工作日内，售后部门应进行回访，了解客户满意度，收集意见和建议。",
        ),
    ),
    clause(
        "A4.2",
        Duty.PERIODIC,
        K.AFTER_SALES,
        Words("Follow-ups are analysed", "回访结果分析"),
        Words(
            "The after-sales department collates and analyses the follow-ups and takes measures of improvement.",
            "售后部门应对回访结果进行汇总分析，并采取相应的改进措施。",
        ),
    ),
    clause(
        "A5.1",
        Duty.PERIODIC,
        K.AFTER_SALES,
        Words("Statistics", "售后统计分析"),
        Words(
            "The after-sales department draws up statistics at regular intervals: kinds of problem, counts, handling "
            "time and customer satisfaction; where the weak points are.",
            "售后部门应定期统计问题类型、数量、处理时间和客户满意度，找出薄弱环节。",
        ),
    ),
    clause(
        "A5.2",
        Duty.EVENT,
        K.AFTER_SALES,
        Words("Improvement from the statistics", "统计结果的改进应用"),
        Words(
            "From them, the departments concerned take measures to improve product design and production process, so "
            "that fewer problems arise.",
            "各相关部门应根据统计分析结果，对产品设计和生产工艺提出改进措施，减少问题发生。",
        ),
    ),
)
