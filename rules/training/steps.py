"""The lifecycles of training: requirements, sessions, exams, results, obligations, qualifications, assignments (P2)."""

from rules.base import Lifecycle, Role, step
from rules.training.kinds import (
    ASKER,
    ENTERER,
    EXAM_AUTHOR,
    EXAMINEE,
    HR_DESK,
    TEAM_LEADER,
    TRAINEE,
    TRAINER,
    WORKER,
)

R = Role
KEEPERS = frozenset({R.HR_MANAGER, R.TECHNICAL_MANAGER})

REQUIREMENT_STEPS = Lifecycle(
    "draft",
    (
        step("enact", "draft", "active", "Put into force", "生效", by=KEEPERS, tells=(R.HR,), clause="P2.3"),
        step(
            "end",
            "active",
            "ended",
            "End",
            "终止",
            by=KEEPERS,
            needs_note=True,
            is_destructive=True,
            tells=(R.HR,),
            clause="P2.3",
        ),
    ),
)

SESSION_STEPS = Lifecycle(
    "planned",
    (
        step(
            "notify", "planned", "notified", "Notify", "通知参训", by=HR_DESK, tells=(TRAINEE, TRAINER), clause="P2.1"
        ),
        step(
            "start",
            ("notified", "planned"),
            "in_progress",
            "Start",
            "开始培训",
            by={*HR_DESK, TRAINER},
            clause="P2.1",
        ),
        step("complete", "in_progress", "completed", "Complete", "完成培训", by={*HR_DESK, TRAINER}, clause="P2.2"),
        step("close", "completed", "closed", "Close", "关闭", by=HR_DESK, clause="P2.4"),
        step(
            "cancel",
            ("planned", "notified"),
            "cancelled",
            "Cancel",
            "撤销",
            by=HR_DESK,
            needs_note=True,
            is_destructive=True,
            tells=(TRAINEE, TRAINER),
            clause="P2.1",
        ),
    ),
)

EXAM_STEPS = Lifecycle(
    "draft",
    (
        step(
            "approve",
            ("draft", "stale"),
            "approved",
            "Approve",
            "批准",
            by={R.TECHNICAL_MANAGER},
            unlike={EXAM_AUTHOR},
            tells=(EXAM_AUTHOR, R.HR),
            clause="P2.3",
        ),
        step("outdate", "approved", "stale", "Mark stale", "标记待更新", tells=(EXAM_AUTHOR, R.HR), clause="P1.3"),
        step(
            "retire",
            ("approved", "stale"),
            "retired",
            "Retire",
            "停用",
            by={R.TECHNICAL_MANAGER},
            needs_note=True,
            is_destructive=True,
            tells=(R.HR,),
            clause="P2.3",
        ),
    ),
)

ATTEMPT_STEPS = Lifecycle(
    "registered",
    (
        step("enter", "registered", "entered", "Enter the result", "录入成绩", by=HR_DESK, clause="P2.3"),
        step(
            "confirm",
            "entered",
            "confirmed",
            "Confirm",
            "确认成绩",
            by={R.HR_MANAGER, R.TECHNICAL, R.TECHNICAL_MANAGER},
            unlike={ENTERER, EXAMINEE},
            tells=(EXAMINEE,),
            clause="P2.3",
        ),
        step("void", ("entered", "confirmed"), "voided", "Void by a correction", "因更正作废", clause="P2.3"),
    ),
)

OBLIGATION_STEPS = Lifecycle(
    "open",
    (
        step("schedule", "open", "scheduled", "Schedule", "安排", clause="P2.2"),
        step("unschedule", "scheduled", "open", "Take off the training", "移出培训", clause="P2.2"),
        step(
            "confirm_read",
            ("open", "scheduled"),
            "satisfied",
            "I have read it",
            "我已阅读",
            by={TRAINEE},
            clause="P2.2",
        ),
        step("satisfy", ("open", "scheduled"), "satisfied", "Done", "完成", clause="P2.2"),
        step(
            "waive",
            ("open", "scheduled"),
            "waived",
            "Waive",
            "豁免",
            by={R.TECHNICAL_MANAGER, R.HR_MANAGER},
            unlike={TRAINEE},
            signatures=(R.TECHNICAL_MANAGER, R.HR_MANAGER),
            needs_note=True,
            is_destructive=True,
            tells=(TRAINEE, TEAM_LEADER),
            clause="P2.2",
        ),
        step("merge", ("open", "scheduled"), "merged", "No longer owed", "并入或撤销", clause="P2.2"),
    ),
)

STANDING = ("candidate", "qualified", "limited", "suspended", "lapsed")
QUALIFICATION_STEPS = Lifecycle(
    "candidate",
    (
        step(
            "qualify",
            ("candidate", "limited", "suspended", "lapsed"),
            "qualified",
            "Qualify",
            "取得资格",
            tells=(WORKER, TEAM_LEADER),
            clause="P2.3",
        ),
        step(
            "limit",
            ("candidate", "qualified", "suspended", "lapsed"),
            "limited",
            "Limit to supervised work",
            "限监护作业",
            tells=(WORKER, TEAM_LEADER),
            clause="P2.2",
        ),
        step(
            "suspend",
            ("candidate", "qualified", "limited", "lapsed"),
            "suspended",
            "Suspend",
            "停岗",
            tells=(WORKER, TEAM_LEADER, R.HR, R.PRODUCTION_MANAGER),
            clause="P2.3",
        ),
        step(
            "stop",
            ("candidate", "qualified", "limited", "lapsed"),
            "suspended",
            "Suspend at once",
            "立即停岗",
            by={R.QUALITY_MANAGER},
            unlike={WORKER},
            needs_note=True,
            is_destructive=True,
            tells=(WORKER, TEAM_LEADER, R.HR, R.PRODUCTION_MANAGER),
            clause="P2.3",
        ),
        step(
            "lift",
            "suspended",
            "suspended",
            "Lift the suspension",
            "解除停岗",
            by={R.QUALITY_MANAGER},
            unlike={WORKER},
            needs_note=True,
            tells=(WORKER, TEAM_LEADER, R.HR),
            clause="P2.3",
        ),
        step("lapse", STANDING[1:4], "lapsed", "Lapse", "失效", tells=(WORKER, TEAM_LEADER, R.HR), clause="P2.3"),
        step(
            "revoke",
            STANDING[1:],
            "revoked",
            "Revoke",
            "吊销",
            by={R.HR_MANAGER, R.TECHNICAL_MANAGER},
            unlike={WORKER},
            signatures=(R.HR_MANAGER, R.TECHNICAL_MANAGER),
            asks=("case_no",),
            needs_note=True,
            is_destructive=True,
            tells=(WORKER, TEAM_LEADER, R.HR, R.QUALITY_MANAGER),
            clause="P3.3",
        ),
        step(
            "reinstate",
            "revoked",
            "suspended",
            "Lift the revocation",
            "解除吊销",
            by={R.HR_MANAGER, R.TECHNICAL_MANAGER},
            unlike={WORKER},
            signatures=(R.HR_MANAGER, R.TECHNICAL_MANAGER),
            needs_note=True,
            tells=(WORKER, TEAM_LEADER, R.HR, R.QUALITY_MANAGER),
            clause="P3.3",
        ),
        step("close", (*STANDING, "revoked"), "closed", "Close", "终止", clause="P2.3"),
    ),
)

ASSIGNERS = frozenset({R.PRODUCTION_MANAGER, TEAM_LEADER})
ASKED = ("exception_reason", "exception_until_on")
ASSIGNMENT_STEPS = Lifecycle(
    "planned",
    (
        step(
            "activate",
            "planned",
            "active",
            "Take up the post",
            "上岗",
            by=ASSIGNERS,
            unlike={WORKER},
            tells=(WORKER,),
            clause="P2.3",
        ),
        *(
            step(
                "ask_exception",
                state,
                state,
                "Ask for an exception",
                "申请例外上岗",
                by={R.PRODUCTION_MANAGER},
                unlike={WORKER},
                asks=ASKED,
                tells=(R.TECHNICAL_MANAGER,),
                clause="P2.3",
            )
            for state in ("planned", "blocked")
        ),
        *(
            step(
                "approve_exception",
                state,
                state,
                "Approve the exception",
                "批准例外上岗",
                by={R.TECHNICAL_MANAGER},
                unlike={WORKER, ASKER},
                needs_note=True,
                tells=(ASKER, TEAM_LEADER, R.QUALITY_MANAGER),
                clause="P2.3",
            )
            for state in ("planned", "blocked")
        ),
        step("block", "active", "blocked", "Block", "停止上岗", tells=(WORKER, TEAM_LEADER), clause="P2.3"),
        step("unblock", "blocked", "active", "Allow again", "恢复上岗", tells=(WORKER, TEAM_LEADER), clause="P2.3"),
        step("end", ("planned", "active", "blocked"), "ended", "End", "结束上岗", by=ASSIGNERS, clause="P2.3"),
    ),
)
