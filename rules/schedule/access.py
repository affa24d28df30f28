"""Who sees and writes orders, plans, progress and delays, and what people are to these records (S1-S3, C2.1)."""

from rules.base import Access, Role, relation

R = Role

SELLER = relation("seller", "the sales owner of the order", "订单负责销售")
FORMER_SELLER = relation("former_seller", "the sales owner until now", "原负责销售")
LEAD = relation("project_lead_of_it", "the project lead of the order", "订单项目负责人")
WORKSHOP_MANAGER = relation("workshop_manager", "the production manager of the workshop", "生产车间经理")
WORKSHOP_PLANNER = relation("workshop_planner", "the planner of the workshop", "车间计划员")
PLANNER = relation("planner", "the planner who made the plan", "计划编制人")
OWNER = relation("stage_owner", "who is responsible for the stage", "阶段责任人")
OWNERS_LEADER = relation("owners_leader", "the team leader of the stage", "阶段所在班组长")
REPORTER = relation("reporter", "the reporting team leader", "填报班组长")
CLEARER = relation("clearer", "who answers for the department", "评审答复人")
PROPOSER = relation("proposer", "who proposed it", "提出人")
SPOKESMAN = relation("spokesman", "who spoke with the customer", "沟通人")
RECEIVER = relation("receiver", "the department it was passed on to", "被转达部门")

TECHNICAL_DESK = frozenset({R.TECHNICAL, R.TECHNICAL_MANAGER})
PRODUCTION_DESK = frozenset({R.PRODUCTION_PLANNER, R.PRODUCTION_MANAGER})
SALES_DESK = frozenset({R.SALES, R.SALES_MANAGER})
READERS = TECHNICAL_DESK | PRODUCTION_DESK | SALES_DESK | {R.QUALITY_INSPECTOR, R.QUALITY_MANAGER, R.GENERAL_MANAGER}
"""Technical, production, sales; quality reads, and so does the general manager, who approves."""
AFTER_SALES = frozenset({R.AFTER_SALES_AGENT, R.AFTER_SALES_MANAGER})

SALES_ORDER = Access(
    clause="S1.1",
    view=READERS,
    create=frozenset({R.SALES}),
    edit=frozenset({R.SALES, R.ADMIN}),
    edit_while=frozenset({"draft"}),
)
ORDER_CLEARANCE = Access(
    clause="S1.1",
    view=READERS,
    edit=TECHNICAL_DESK | PRODUCTION_DESK,
    edit_while=frozenset({"pending"}),
)
PRODUCT_UNIT = Access(
    clause="S1.1",
    view=READERS | AFTER_SALES,
    create=PRODUCTION_DESK | {R.AFTER_SALES_AGENT, R.ADMIN},
    edit=PRODUCTION_DESK | {R.AFTER_SALES_AGENT, R.AFTER_SALES_MANAGER, R.ADMIN},
)

PRODUCTION_PLAN = Access(
    clause="S1.2",
    view=READERS,
    create=frozenset({R.PRODUCTION_PLANNER}),
    edit=frozenset({R.PRODUCTION_PLANNER}),
    edit_while=frozenset({"draft", "approved", "released", "in_progress"}),
)
"""What is reviewed already may still be changed: dates, revisions and posts re-open its review."""
PLAN_STAGE = Access(
    clause="S1.2",
    view=READERS,
    create=frozenset({R.PRODUCTION_PLANNER}),
    edit=frozenset({R.PRODUCTION_PLANNER}),
    edit_while=frozenset({"pending", "ready", "in_progress", "held"}),
)
PLAN_CHANGE = Access(
    clause="S2.3",
    view=READERS,
    create=PRODUCTION_DESK | {R.SALES},
    edit=PRODUCTION_DESK | {R.SALES},
    edit_while=frozenset({"draft"}),
)
DAILY_REPORT = Access(
    clause="S2.1",
    view=READERS,
    create=frozenset({R.TEAM_LEADER}),
    edit=frozenset({R.TEAM_LEADER}),
    edit_while=frozenset({"draft", "missing", "returned"}),
)
DELAY_RECORD = Access(
    clause="S3.1",
    view=READERS,
    create=frozenset({R.PRODUCTION_MANAGER}),
    edit=frozenset({R.PRODUCTION_MANAGER}),
    edit_while=frozenset({"forecast", "unreported"}),
)
CONTACT_LOG = Access(
    clause="C2.1",
    view=SALES_DESK | AFTER_SALES | {R.GENERAL_MANAGER},
    create=frozenset({R.SALES}),
    edit=frozenset({R.SALES}),
    edit_while=frozenset({"logged"}),
)
"""The department that something was passed on to sees it besides."""
