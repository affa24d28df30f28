"""工期管理: how an order becomes a plan, and the plan is kept (S1-S3)."""

from rules.base import Words
from rules.organisation import DepartmentKind as K
from rules.regulation.clauses.kinds import Duty, clause

SCHEDULE = (
    clause(
        "S1.1",
        Duty.EVENT,
        K.SALES,
        Words("Orders are cleared", "订单评审"),
        Words(
            "On receiving a customer order, the sales department settles its process requirements and the "
            "difficulty of production with the production and technical departments.",
            "销售部门接到客户订单后，应与生产部门、技术部门沟通，确认订单的工艺要求和生产难度。",
        ),
    ),
    clause(
        "S1.2",
        Duty.EVENT,
        K.PRODUCTION,
        Words("The production plan", "编制生产计划"),
        Words(
            "From demand and capacity, the production department makes a detailed production plan: the tasks of "
            "each stage, their time nodes, and who is responsible.",
            "生产部门应根据订单需求和产能情况编制详细的生产计划，明确各阶段的生产任务、时间节点和责任人。",
        ),
    ),
    clause(
        "S1.3",
        Duty.EVENT,
        K.PRODUCTION,
        Words("The plan is feasible", "计划合理可行"),
        Words(
            "The plan spreads resources reasonably, so that the lead time can be kept.",
            "生产计划应合理配置生产资源，确保工期切实可行。",
        ),
    ),
    clause(
        "S1.4",
        Duty.EVENT,
        K.TECHNICAL,
        Words("The plan is reviewed", "计划技术审核"),
        Words(
            "The technical department reviews the production plan and supports its execution.",
            "技术部门应对生产计划进行审核，并提供技术支持。",
        ),
    ),
    clause(
        "S2.1",
        Duty.PERIODIC,
        K.PRODUCTION,
        Words("Daily progress reports", "生产进度日报"),
        Words(
            "The production department tracks progress, files a progress report every day and reports problems at "
            "once.",
            "生产部门应跟踪生产进度，每日填报生产进度报表，发现问题及时上报。",
        ),
    ),
    clause(
        "S2.2",
        Duty.PERIODIC,
        K.MANAGEMENT,
        Words("Coordination meetings", "生产进度协调会"),
        Words(
            "The project lead regularly calls coordination meetings, so that the stages join up and finish on time.",
            "项目负责人应定期召开生产进度协调会，确保各环节衔接顺畅、按期完成。",
        ),
    ),
    clause(
        "S2.3",
        Duty.CONTINUOUS,
        K.SALES,
        Words("The customer is kept informed", "与客户保持沟通"),
        Words(
            "The sales department keeps the customer informed of progress, learns of changes in demand without "
            "delay, and has the plan adjusted where that is needed.",
            "销售部门应及时向客户通报生产进度，了解客户需求变化，必要时协调调整生产计划。",
        ),
    ),
    clause(
        "S3.1",
        Duty.EVENT,
        K.PRODUCTION,
        Words("Delays are reported", "延误上报"),
        Words(
            "When force majeure or another special cause delays an order, the production department reports it to "
            "the project lead at once, with a proposed solution.",
            "因不可抗力或其他特殊原因可能造成工期延误时，生产部门应立即向项目负责人报告，并提出解决方案。",
        ),
    ),
    clause(
        "S3.2",
        Duty.EVENT,
        K.MANAGEMENT,
        Words("Causes are analysed and remedied", "延误分析与补救"),
        Words(
            "The project lead has the causes of a delay analysed with the departments concerned and remedies taken, "
            "to keep the effect on the lead time small.",
            "项目负责人应组织相关部门分析延误原因，采取补救措施，尽量减小对工期的影响。",
        ),
    ),
    clause(
        "S3.3",
        Duty.EVENT,
        K.MANAGEMENT,
        Words("Subjective causes", "主观原因延误的责任"),
        Words(
            "A delay from a subjective cause is charged to the responsible person, by the rules.",
            "因主观原因造成工期延误的，按规定追究相关责任人的责任。",
        ),
    ),
)
