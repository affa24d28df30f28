"""总则, 沟通协调, 考核与奖惩: what holds for every department (G, C, K)."""

from rules.base import Words
from rules.organisation import DepartmentKind as K
from rules.regulation.clauses.kinds import Duty, clause

GENERAL = (
    clause(
        "G1",
        Duty.TEXT,
        K.MANAGEMENT,
        Words("Purpose", "目的"),
        Words(
            "This regulation standardises process, schedule and after-sales work, in order to raise product quality, "
            "production efficiency and customer satisfaction.",
            "为规范公司工艺、工期及售后管理工作，提高产品质量、生产效率和客户满意度，制定本制度。",
        ),
    ),
    clause(
        "G2",
        Duty.TEXT,
        K.MANAGEMENT,
        Words("Scope", "适用范围"),
        Words(
            "It applies to every department and to everyone who carries out a process, controls a schedule or "
            "handles after-sales work.",
            "本制度适用于公司各部门以及所有从事工艺执行、工期控制和售后服务的人员。",
        ),
    ),
    clause(
        "G3",
        Duty.TEXT,
        K.MANAGEMENT,
        Words("Principles", "基本原则"),
        Words(
            "Quality first; efficient cooperation; customer first.",
            "质量第一、高效协作、客户至上。",
        ),
    ),
)

COMMUNICATION = (
    clause(
        "C1.1",
        Duty.PERIODIC,
        K.MANAGEMENT,
        Words("Cross-department meetings", "跨部门例会"),
        Words(
            "Departments meet regularly: production coordination every week, a project summary every month. Each "
            "department reports progress, problems and solutions.",
            "公司定期召开跨部门会议：每周生产协调会、每月项目总结会。各部门应汇报工作进展、存在问题及解决方案。",
        ),
    ),
    clause(
        "C1.2",
        Duty.CONTINUOUS,
        K.MANAGEMENT,
        Words("Company platform", "公司平台发布"),
        Words(
            "News of process, schedule and after-sales is published on the company platform.",
            "工艺、工期和售后相关信息应及时在公司信息平台发布。",
        ),
    ),
    clause(
        "C1.3",
        Duty.EVENT,
        K.MANAGEMENT,
        Words("Important matters in writing", "重要事项书面通知"),
        Words(
            "Important matters are told by e-mail or formal document.",
            "重要事项应以电子邮件或正式文件的形式通知。",
        ),
    ),
    clause(
        "C1.4",
        Duty.EVENT,
        K.MANAGEMENT,
        Words("Failures of communication", "沟通不畅的责任"),
        Words(
            "A failure caused by poor communication is traced to who is responsible.",
            "因沟通不畅造成工作失误的，追究相关人员的责任。",
        ),
    ),
    clause(
        "C2.1",
        Duty.CONTINUOUS,
        K.SALES,
        Words("Contact with customers", "客户沟通与反馈传递"),
        Words(
            "The sales department keeps in close contact with customers and passes their feedback to the production "
            "and technical departments accurately.",
            "销售部门应与客户保持密切联系，并将客户反馈准确传递给生产部门和技术部门。",
        ),
    ),
    clause(
        "C2.2",
        Duty.CONTINUOUS,
        K.AFTER_SALES,
        Words("Manner towards customers", "服务态度"),
        Words(
            "After-sales staff are polite, warm and professional; they listen and solve problems promptly.",
            "售后人员应礼貌、热情、专业，耐心倾听客户诉求，及时解决问题。",
        ),
    ),
    clause(
        "C2.3",
        Duty.PERIODIC,
        K.SALES,
        Words("Satisfaction surveys", "客户满意度调查"),
        Words(
            "Customer satisfaction is surveyed at regular intervals; measures of improvement are made and carried "
            "out from the results.",
            "公司定期开展客户满意度调查，并根据调查结果制定和落实改进措施。",
        ),
    ),
)

ASSESSMENT = (
    clause(
        "K1.1",
        Duty.PERIODIC,
        K.HR,
        Words("Process indicators", "工艺考核指标"),
        Words(
            "Execution pass rate, compliance with process documents, contribution to process improvement.",
            "工艺执行合格率、工艺文件遵守情况、工艺改进贡献。",
        ),
    ),
    clause(
        "K1.2",
        Duty.PERIODIC,
        K.HR,
        Words("Schedule indicators", "工期考核指标"),
        Words(
            "On-time delivery rate, number of delays, length of delays.",
            "按时交付率、延误次数、延误时长。",
        ),
    ),
    clause(
        "K1.3",
        Duty.PERIODIC,
        K.HR,
        Words("After-sales indicators", "售后考核指标"),
        Words(
            "Customer satisfaction, timely resolution rate, favourable follow-up rate.",
            "客户满意度、问题解决及时率、回访好评率。",
        ),
    ),
    clause(
        "K2.1",
        Duty.PERIODIC,
        K.HR,
        Words("Monthly or quarterly assessment", "月度或季度考核"),
        Words(
            "Every month or quarter employees are assessed on process, schedule and after-sales work; the result "
            "decides performance bonus and promotion.",
            "公司每月或每季度对员工的工艺、工期和售后工作进行考核，考核结果与绩效奖金、晋升挂钩。",
        ),
    ),
    clause(
        "K2.2",
        Duty.CONTINUOUS,
        K.QUALITY,
        Words("Unannounced checks", "不定期抽查"),
        Words(
            "Employees are checked without notice besides; what is found is rectified without delay.",
            "公司不定期对员工的工作进行抽查，发现问题及时整改。",
        ),
    ),
    clause(
        "K3.1",
        Duty.EVENT,
        K.HR,
        Words("Commendation", "表彰奖励"),
        Words(
            "Departments and persons who excel are commended: certificate of honour, bonus, promotion.",
            "对表现突出的部门和个人给予表彰奖励，包括颁发荣誉证书、发放奖金、晋升等。",
        ),
    ),
    clause(
        "K3.2",
        Duty.EVENT,
        K.HR,
        Words("Suggestions", "合理化建议"),
        Words(
            "Who makes a suggestion that is adopted and raises quality, shortens lead time or raises satisfaction is "
            "rewarded.",
            "提出合理化建议被采纳，并在提高质量、缩短工期或提升客户满意度方面取得成效的，给予奖励。",
        ),
    ),
    clause(
        "K4.1",
        Duty.EVENT,
        K.HR,
        Words("Penalties", "处罚"),
        Words(
            "Who breaches process discipline, causes a delay or mishandles after-sales work is penalised by the "
            "severity of the case.",
            "对违反工艺纪律、造成工期延误或售后处理不当的，视情节轻重给予相应处罚。",
        ),
    ),
)
