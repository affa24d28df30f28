"""工艺管理: how process documents are made, taught and kept to (P1-P3)."""

from rules.base import Words
from rules.organisation import DepartmentKind as K
from rules.regulation.clauses.kinds import Duty, clause

PROCESS = (
    clause(
        "P1.1",
        Duty.CONTINUOUS,
        K.TECHNICAL,
        Words("Process documents are written", "工艺文件编制"),
        Words(
            "The technical department writes detailed process documents from the product design and the real "
            "conditions of production: process flow, operating specification and quality standard.",
            "技术部门应根据产品设计要求和实际生产条件，编制详细的工艺文件，包括工艺流程、操作规范和质量标准。",
        ),
    ),
    clause(
        "P1.2",
        Duty.PERIODIC,
        K.TECHNICAL,
        Words("Process documents are reviewed", "工艺文件评审"),
        Words(
            "The technical department reviews the process documents at regular intervals and updates them, so that "
            "they stay sound.",
            "技术部门应定期对工艺文件进行评审和更新，确保工艺文件科学、合理、有效。",
        ),
    ),
    clause(
        "P1.3",
        Duty.EVENT,
        K.TECHNICAL,
        Words("Process documents are revised", "工艺文件修订"),
        Words(
            "When a product design changes, production equipment is renewed or a process is improved, the technical "
            "department revises the process documents without delay.",
            "遇产品设计变更、生产设备更新或工艺优化时，技术部门应及时修订工艺文件。",
        ),
    ),
    clause(
        "P2.1",
        Duty.EVENT,
        K.HR,
        Words("Training on entry", "新员工工艺培训"),
        Words(
            "When new employees join, HR organises process training and the technical department teaches it: how to "
            "read process documents, and the skills of the work.",
            "新员工入职时，由人事部门组织工艺培训，技术部门负责授课，内容包括工艺文件识读和操作技能。",
        ),
    ),
    clause(
        "P2.2",
        Duty.EVENT,
        K.HR,
        Words("Training in service", "在职员工工艺培训"),
        Words(
            "Serving employees are given training made for the purpose whenever their post needs it or the process "
            "changes.",
            "对在职员工，应根据岗位需要和工艺变更情况，及时组织针对性的工艺培训。",
        ),
    ),
    clause(
        "P2.3",
        Duty.EVENT,
        K.HR,
        Words("Examination before taking up a post", "培训考核与上岗"),
        Words(
            "After training there is an examination. Only who passes it may take up the post.",
            "培训结束后应组织考核，考核合格者方可上岗。",
        ),
    ),
    clause(
        "P2.4",
        Duty.EVENT,
        K.HR,
        Words("Results go into the performance file", "考核结果归档"),
        Words(
            "The results of training and examination are entered in the employee's performance file.",
            "培训与考核结果记入员工绩效档案。",
        ),
    ),
    clause(
        "P3.1",
        Duty.CONTINUOUS,
        K.PRODUCTION,
        Words("Work follows the process document", "按工艺文件作业"),
        Words(
            "The production department works strictly by the process documents; the team leader supervises on site.",
            "生产部门应严格按照工艺文件组织生产，班组长负责现场监督。",
        ),
    ),
    clause(
        "P3.2",
        Duty.CONTINUOUS,
        K.QUALITY,
        Words("Spot checks and rectification", "工艺执行抽检与整改"),
        Words(
            "The quality department spot-checks how processes are carried out, tells the production department at "
            "once of what it finds, and tracks the rectification to its end.",
            "质量部门应对工艺执行情况进行抽检，发现问题及时通知生产部门，并跟踪整改直至关闭。",
        ),
    ),
    clause(
        "P3.3",
        Duty.EVENT,
        K.PRODUCTION,
        Words("Breaches of process discipline", "违反工艺纪律的处理"),
        Words(
            "Breaches of process discipline are handled by the rules of the company.",
            "对违反工艺纪律的行为，按公司有关规定处理。",
        ),
    ),
    clause(
        "P3.4",
        Duty.PERIODIC,
        K.TECHNICAL,
        Words("Inspection and evaluation", "工艺执行检查和评估"),
        Words(
            "The technical department inspects and evaluates at regular intervals how processes are carried out, "
            "draws lessons from it and keeps improving the process.",
            "技术部门应定期对工艺执行情况进行检查和评估，总结经验教训，持续改进工艺。",
        ),
    ),
)
