"""The words of training: kinds, states, reasons, and who sees and writes which table (P2, A1.2)."""

from rules.base import NOBODY, Access, Choice, Role, relation

R = Role
EXAMINEE = relation("examinee", "the examinee", "应考人")
ENTERER = relation("enterer", "who entered the result", "成绩录入人")
EXAM_AUTHOR = relation("exam_author", "who wrote the exam", "考核编制人")
TRAINER = relation("trainer", "the trainer", "培训讲师")
ORGANISER = relation("organiser", "the organiser", "培训组织人")
TRAINEE = relation("trainee", "the trainee", "应训人")
MENTOR = relation("mentor", "the mentor", "监护人")
WORKER = relation("worker", "the person at the post", "上岗人")
TEAM_LEADER = relation("leader", "the team leader", "班组长")
ASKER = relation("asker", "who asked for the exception", "例外申请人")


class RequirementStatus(Choice):
    """Whether a requirement of a post counts."""

    DRAFT = "draft", "Draft", "草拟"
    ACTIVE = "active", "In force", "生效"
    ENDED = "ended", "Ended", "已终止"


class SessionKind(Choice):
    """What a training is about."""

    INDUCTION = "induction", "Induction", "新员工入职培训"
    POST = "post", "Post training", "岗位培训"
    PROCESS_CHANGE = "process_change", "Process change", "工艺变更培训"
    PRODUCT_KNOWLEDGE = "product_knowledge", "Product knowledge", "产品知识培训"
    FAULT_DIAGNOSIS = "fault_diagnosis", "Fault diagnosis and repair", "故障诊断与维修培训"
    CUSTOMER_COMMUNICATION = "customer_communication", "Talking with customers", "客户沟通培训"


PROCESS_KINDS = frozenset({SessionKind.INDUCTION, SessionKind.POST, SessionKind.PROCESS_CHANGE})
"""Kinds that the technical department teaches (P2.1, P2.2)."""
AFTER_SALES_KINDS = (
    SessionKind.PRODUCT_KNOWLEDGE,
    SessionKind.FAULT_DIAGNOSIS,
    SessionKind.CUSTOMER_COMMUNICATION,
)
"""What the after-sales team is trained in periodically (A1.2)."""


class SessionStatus(Choice):
    """Where a training stands."""

    PLANNED = "planned", "Planned", "已计划"
    NOTIFIED = "notified", "Notified", "已通知"
    IN_PROGRESS = "in_progress", "In progress", "进行中"
    COMPLETED = "completed", "Completed", "已完成"
    CLOSED = "closed", "Closed", "已关闭"
    CANCELLED = "cancelled", "Cancelled", "已撤销"


class Attendance(Choice):
    """Whether somebody came."""

    PENDING = "pending", "Not yet signed in", "未签到"
    PRESENT = "present", "Present", "到场"
    LATE = "late", "Late", "迟到"
    ABSENT = "absent", "Absent", "缺席"
    EXCUSED = "excused", "Excused", "请假"


CAME = frozenset({Attendance.PRESENT, Attendance.LATE})


class SkillDemo(Choice):
    """What somebody showed of the skill."""

    NONE = "none", "Not shown", "未演示"
    PASS = "pass", "Shown well", "演示合格"
    FAIL = "fail", "Not well", "演示不合格"


class ExamKind(Choice):
    """How an exam is held."""

    WRITTEN = "written", "Written", "理论"
    PRACTICAL = "practical", "Practical", "实操"
    ORAL = "oral", "Oral", "口试"


class ExamStatus(Choice):
    """Whether an exam may be held."""

    DRAFT = "draft", "Draft", "编制中"
    APPROVED = "approved", "Approved", "可用"
    STALE = "stale", "Stale: the document changed", "待更新（文件已换版）"
    RETIRED = "retired", "Retired", "停用"


class AttemptStatus(Choice):
    """Where a result stands."""

    REGISTERED = "registered", "Registered", "已报名"
    ENTERED = "entered", "To be confirmed", "待确认"
    CONFIRMED = "confirmed", "Confirmed", "已确认"
    VOIDED = "voided", "Replaced by a correction", "已被更正"


class Result(Choice):
    """What an attempt came to."""

    PASS = "pass", "Pass", "合格"
    FAIL = "fail", "Fail", "不合格"
    ABSENT = "absent", "Absent", "缺考"
    VOID = "void", "Void", "作废"


class ObligationReason(Choice):
    """Why somebody owes a training or an exam."""

    NEW_HIRE = "new_hire", "New employee", "新员工入职"
    POST_CHANGE = "post_change", "Change of post", "岗位变动"
    REVISION = "revision", "New revision", "文件换版"
    EXPIRY = "expiry", "Qualification ends", "资格到期"
    BREACH = "breach", "Breach of discipline", "违反工艺纪律"
    FAILED_ATTEMPTS = "failed_attempts", "Attempts used up", "考核次数用尽"
    LONG_ABSENCE = "long_absence", "Long absence", "长期离岗"
    PERIODIC = "periodic", "Periodic training", "定期培训"
    AGENT_QUALITY = "agent_quality", "Quality of service", "服务质量"


class ObligationMode(Choice):
    """What is owed."""

    READ = "read", "Read and confirm", "阅读确认"
    TRAIN = "train", "Be trained", "参加培训"
    EXAM = "exam", "Pass an exam", "通过考核"
    EXAM_PRACTICAL = "exam_practical", "Pass theory and practice", "通过理论与实操"


EXAMINED = frozenset({ObligationMode.EXAM, ObligationMode.EXAM_PRACTICAL})


class ObligationStatus(Choice):
    """Where what is owed stands."""

    OPEN = "open", "Owed", "待安排"
    SCHEDULED = "scheduled", "Scheduled", "已安排"
    SATISFIED = "satisfied", "Done", "已完成"
    WAIVED = "waived", "Waived", "已豁免"
    MERGED = "merged", "No longer owed", "已并入或撤销"


class QualificationStatus(Choice):
    """Today's answer to who may work at a post."""

    CANDIDATE = "candidate", "Candidate", "待考核"
    QUALIFIED = "qualified", "Qualified", "合格上岗"
    LIMITED = "limited", "Supervised only", "限监护作业"
    SUSPENDED = "suspended", "Suspended", "停岗"
    LAPSED = "lapsed", "Lapsed", "已失效"
    REVOKED = "revoked", "Revoked", "已吊销"
    CLOSED = "closed", "Closed", "已终止"


class HoldSource(Choice):
    """Who stopped somebody, and how grave it is."""

    SUSPENSION = "suspension", "Suspension", "停岗"
    REVOCATION = "revocation", "Revocation", "吊销"


class AssignmentKind(Choice):
    """How somebody works at a post."""

    REGULAR = "regular", "Regular", "正式上岗"
    SUPERVISED = "supervised", "Supervised", "监护上岗"
    TEMPORARY = "temporary", "Temporary", "临时顶岗"


class AssignmentStatus(Choice):
    """Whether somebody works there now."""

    PLANNED = "planned", "Planned", "待上岗"
    ACTIVE = "active", "At work", "在岗"
    BLOCKED = "blocked", "Blocked", "已停止上岗"
    ENDED = "ended", "Ended", "已结束"


class Answer(Choice):
    """What the gate says."""

    YES = "yes", "May work", "可上岗"
    SUPERVISED = "supervised", "Only supervised", "限监护作业"
    NO = "no", "May not work", "不得上岗"


TRAINERS = frozenset({R.HR, R.HR_MANAGER, R.TECHNICAL, R.TECHNICAL_MANAGER})
"""Who sees training company-wide; team leaders see their teams, everybody himself (DOMAIN.md, Roles and scope)."""
HR_DESK = frozenset({R.HR, R.HR_MANAGER})
TECH_DESK = frozenset({R.TECHNICAL, R.TECHNICAL_MANAGER})

POST_REQUIREMENT = Access(
    clause="P2.3",
    view=TRAINERS | {R.TEAM_LEADER, R.QUALITY_MANAGER, R.PRODUCTION_MANAGER},
    create=frozenset({R.HR_MANAGER, R.TECHNICAL_MANAGER}),
    edit=frozenset({R.HR_MANAGER, R.TECHNICAL_MANAGER, R.ADMIN}),
    edit_while=frozenset({"draft"}),
)
TRAINING_SESSION = Access(
    clause="P2.1",
    view=TRAINERS,
    create=frozenset({R.HR}),
    edit=frozenset({R.HR, R.ADMIN}),
    edit_while=frozenset({"planned", "notified"}),
)
EXAM = Access(
    clause="P2.3",
    view=TRAINERS,
    create=frozenset({R.TECHNICAL}),
    edit=frozenset({R.TECHNICAL, R.ADMIN}),
    edit_while=frozenset({"draft", "stale"}),
)
EXAM_ATTEMPT = Access(clause="P2.3", view=TRAINERS, create=NOBODY, edit=NOBODY)
TRAINING_OBLIGATION = Access(clause="P2.2", view=TRAINERS, create=NOBODY, edit=NOBODY)
QUALIFICATION = Access(
    clause="P2.3", view=TRAINERS | {R.QUALITY_MANAGER, R.PRODUCTION_MANAGER}, create=NOBODY, edit=NOBODY
)
POST_ASSIGNMENT = Access(
    clause="P2.3",
    view=TRAINERS | {R.QUALITY_MANAGER, R.PRODUCTION_MANAGER},
    create=frozenset({R.TEAM_LEADER, R.PRODUCTION_MANAGER}),
    edit=frozenset({R.TEAM_LEADER, R.PRODUCTION_MANAGER}),
    edit_while=frozenset({"planned"}),
)
