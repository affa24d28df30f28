"""The kit of the rules: words, people and their reach, and every step of every lifecycle, allowed or not."""

import importlib
import pkgutil
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rules
from rules import base
from rules.base import (
    BY_NAME,
    EVERYBODY,
    RELATIONS,
    SCOPED,
    SYSTEM,
    Access,
    Choice,
    Faulty,
    Lifecycle,
    NotVisible,
    NotYours,
    Person,
    Role,
    RuleBroken,
    Stale,
    Unset,
    Words,
    filled,
    key_of,
    names_of,
    plain,
    reach,
    step,
    why_not,
)

quickly = settings(deadline=None, max_examples=40)

HERE, ELSEWHERE = 7, 8
EMPLOYEE_ID = 42

MODULES = [importlib.import_module(f"rules.{one.name}") for one in pkgutil.iter_modules(rules.__path__)]
LIFECYCLES = {
    f"{module.__name__.removeprefix('rules.')}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, Lifecycle)
}

# What DOMAIN.md allows, and nothing else: state, verb, new state, who; "!x" = never somebody who is x to the record;
# "a+b" = both must sign.
ALLOWED = {
    "communication.MEETING_STEPS": """
        scheduled    collect           collecting   chair
        collecting   hold              held         chair
        held         minute            minuted      chair
        minuted      close             closed       chair
        scheduled    cancel            cancelled    chair
        collecting   cancel            cancelled    chair
    """,
    "communication.REPORT_STEPS": """
        asked        submit            submitted    reporter
    """,
    "communication.NOTICE_STEPS": """
        draft        approve           approved     production_manager technical_manager quality_manager sales_manager after_sales_manager hr_manager general_manager !notice_author
        approved     publish           published    notice_author
        published    expire            expired
        published    withdraw          withdrawn    production_manager technical_manager quality_manager sales_manager after_sales_manager hr_manager general_manager notice_author
    """,
    "communication.SURVEY_STEPS": """
        draft        open              open         sales_manager after_sales_manager
        open         close             closed       sales_manager after_sales_manager
        closed       analyse           analysed     sales_manager after_sales_manager
    """,
    "assessment.CYCLE_STEPS": """
        planned      start             computing    hr
        computed     start             computing    hr
        computing    compute           computed
        computed     review            in_review    hr
        in_review    publish           published    hr
        published    hear              appeal
        published    lock              locked       hr_manager
        appeal       lock              locked       hr_manager
    """,
    "assessment.SHEET_STEPS": """
        computed     confirm           confirmed    assessor !assessed
        confirmed    check             checked      hr hr_manager general_manager !assessor !assessed
        confirmed    return            computed     hr hr_manager !assessed
        checked      publish           published
        published    acknowledge       acknowledged assessed
        published    appeal            appealed     assessed
        appealed     uphold            final        hr_manager general_manager !assessor !assessed
        appealed     reject            final        hr_manager general_manager !assessor !assessed
        published    finish            final
        acknowledged finish            final
    """,
    "assessment.LINE_STEPS": """
        computed     adjust            adjusted     assessor !assessed
        adjusted     adjust            adjusted     assessor !assessed
        computed     correct           corrected
        adjusted     correct           corrected
        corrected    correct           corrected
    """,
    "assessment.REWARD_STEPS": """
        draft        ask_statement     statement    hr hr_manager !subject_of_it
        statement    state             statement    subject_of_it
        draft        approve           approved     approver_of_it !subject_of_it !proposer_of_it
        statement    approve           approved     approver_of_it !subject_of_it !proposer_of_it
        draft        drop              dropped      approver_of_it !subject_of_it
        statement    drop              dropped      approver_of_it !subject_of_it
        approved     announce          announced    hr hr_manager
        announced    execute           executed     hr hr_manager
        announced    appeal            appealed     subject_of_it
        executed     appeal            appealed     subject_of_it
        appealed     uphold            upheld       general_manager !subject_of_it !proposer_of_it
        appealed     change            changed      general_manager !subject_of_it !proposer_of_it
        appealed     revoke            revoked      general_manager !subject_of_it !proposer_of_it
    """,
    "assessment.SUGGESTION_STEPS": """
        submitted    screen            screening    hr
        screening    pass_on           review       hr
        screening    reject            rejected     hr !suggester
        review       adopt             adopted      reviewer_of_it !suggester
        review       reject            rejected     reviewer_of_it !suggester
        adopted      implement         implementing implementer
        implementing report            implementing implementer
        implementing verify            verified     quality_manager !suggester !implementer
        verified     reward            rewarded
    """,
    "organisation.EMPLOYEE_STEPS": """
        probation    confirm           active       hr hr_manager
        active       take_leave        leave        hr hr_manager
        leave        resume            active       hr hr_manager
        probation    leave             left         hr hr_manager
        active       leave             left         hr hr_manager
        leave        leave             left         hr hr_manager
        probation    move              probation    hr hr_manager
        active       move              active       hr hr_manager
        leave        move              leave        hr hr_manager
        probation    take_up           probation
        active       take_up           active
        leave        take_up           leave
        probation    give_notice       probation    hr hr_manager
        active       give_notice       active       hr hr_manager
        leave        give_notice       leave        hr hr_manager
    """,
    "actions.ACTION_STEPS": """
        open         accept            accepted     responsible
        open         dispute           disputed     responsible
        disputed     uphold            open         quality_manager !responsible
        accepted     start             in_progress  responsible
        returned     start             in_progress  responsible
        in_progress  submit            submitted    responsible
        submitted    verify            verified
        submitted    confirm           verified     verifier !responsible
        submitted    return            returned     verifier !responsible
        verified     close             closed
        verified     watch             watching
        watching     find_effective    closed       quality_inspector !responsible
        watching     find_ineffective  returned     quality_inspector !responsible
        returned     reopen            submitted
        watching     reopen            submitted
        closed       reopen            submitted
        open         cancel            cancelled    quality_manager !responsible
        disputed     cancel            cancelled    quality_manager !responsible
        accepted     cancel            cancelled    quality_manager !responsible
        in_progress  cancel            cancelled    quality_manager !responsible
        submitted    cancel            cancelled    quality_manager !responsible
        returned     cancel            cancelled    quality_manager !responsible
        watching     cancel            cancelled    quality_manager !responsible
        open         ask_extension     open         responsible
        accepted     ask_extension     accepted     responsible
        in_progress  ask_extension     in_progress  responsible
        open         extend            open
        accepted     extend            accepted
        in_progress  extend            in_progress
    """,
    "actions.EXTENSION_STEPS": """
        requested    approve           approved     quality_manager !responsible
        requested    reject            rejected     quality_manager !responsible
        requested    lapse             lapsed
    """,
    "actions.CASE_STEPS": """
        draft              investigate     investigating      quality_manager production_manager after_sales_manager hr !party
        draft              dismiss         dismissed          quality_manager !party
        investigating      ask_statements  statement_pending  hr hr_manager !party
        statement_pending  hand_over       statement_pending  hr hr_manager !party
        statement_pending  decide          decided            decider !party !opener
        decided            close           closed             hr hr_manager !party
    """,
    "actions.PERSON_STEPS": """
        named        ask               asked
        asked        state             stated       concerned
        asked        fall_silent       silent
    """,
    "actions.EVALUATION_STEPS": """
        due          draft             drafted      evaluation_author
        drafted      return            due          evaluation_manager !evaluation_author
        drafted      publish           published    evaluation_manager !evaluation_author
    """,
    "process.DOCUMENT_STEPS": """
        active       suspend           suspended
        suspended    resume            active
        obsolete     resume            active
        active       make_obsolete     obsolete     technical_manager
        suspended    make_obsolete     obsolete     technical_manager
    """,
    "process.NOTICE_STEPS": """
        open         answer            answered
        open         dismiss           dismissed    technical_manager
    """,
    "process.REVIEW_STEPS": """
        scheduled    fall_due          due
        scheduled    finish            done         technical technical_manager
        due          finish            done         technical technical_manager
        scheduled    move              scheduled    technical_manager
        due          move              scheduled    technical_manager
    """,
    "process.REVISION_STEPS": """
        proposed     take_up           draft        technical
        proposed     drop              dropped      technical technical_manager
        draft        submit            in_review    author
        draft        drop              dropped      author technical_manager
        in_review    countersign       in_review    countersigner !author
        in_review    return            draft        countersigner technical_manager !author
        in_review    approve           approved     technical_manager !author
        approved     plan              approved     technical_manager !author
        approved     take_back         draft        technical_manager !author
        approved     release           released     technical_manager !author
        released     supersede         superseded
        released     withdraw          withdrawn    technical_manager+quality_manager
    """,
    "schedule.ORDER_STEPS": """
        draft          submit   clearing       sales
        clearing       rework   draft          sales
        clearing       confirm  confirmed      sales
        confirmed      begin    in_production
        in_production  finish   ready
        ready          deliver  delivered      sales workshop_manager
        delivered      close    closed         sales_manager
        clearing       hold     on_hold        sales_manager
        confirmed      hold     on_hold        sales_manager
        in_production  hold     on_hold        sales_manager
        ready          hold     on_hold        sales_manager
        on_hold        resume   confirmed      sales_manager
        draft          cancel   cancelled      sales_manager
        clearing       cancel   cancelled      sales_manager
        confirmed      cancel   cancelled      sales_manager
        in_production  cancel   cancelled      sales_manager
        ready          cancel   cancelled      sales_manager
        on_hold        cancel   cancelled      sales_manager
        draft          hand_over draft          seller sales_manager general_manager
        clearing       hand_over clearing       seller sales_manager general_manager
        confirmed      hand_over confirmed      seller sales_manager general_manager
        in_production  hand_over in_production  seller sales_manager general_manager
        ready          hand_over ready          seller sales_manager general_manager
        on_hold        hand_over on_hold        seller sales_manager general_manager
    """,
    "schedule.CLEARANCE_STEPS": """
        pending        answer     answered   production_planner production_manager technical technical_manager
        answered       ask_again  pending
        pending        withdraw   withdrawn
        answered       withdraw   withdrawn
    """,
    "schedule.PLAN_STEPS": """
        draft             consent               draft             sales_manager
        draft             submit                submitted         production_planner
        submitted         take_up               technical_review  technical technical_manager !planner
        technical_review  approve               approved          technical technical_manager !planner
        submitted         return                draft             technical technical_manager !planner
        technical_review  return                draft             technical technical_manager !planner
        submitted         reopen                draft
        technical_review  reopen                draft
        approved          reopen                draft
        released          reopen                draft
        approved          release               released          production_planner production_manager
        approved          release_by_exception  released          production_manager
        released          begin                 in_progress
        in_progress       review_again          in_progress
        in_progress       approve_change        in_progress       technical technical_manager !planner
        in_progress       return_change         in_progress       technical technical_manager !planner
        in_progress       suspend               suspended         production_manager
        suspended         resume                in_progress       production_manager
        in_progress       complete              completed
        completed         close                 closed            production_manager
        draft             cancel                cancelled
        submitted         cancel                cancelled
        technical_review  cancel                cancelled
        approved          cancel                cancelled
        released          cancel                cancelled
        in_progress       cancel                cancelled
        suspended         cancel                cancelled
    """,
    "schedule.STAGE_STEPS": """
        pending           get_ready             ready
        ready             start                 in_progress       production_manager owners_leader stage_owner
        in_progress       finish                done              production_manager owners_leader stage_owner
        ready             hold                  held              production_manager
        in_progress       hold                  held              production_manager
        ready             hold_for_quality      held              quality_manager
        in_progress       hold_for_quality      held              quality_manager
        ready             hold_for_document     held
        in_progress       hold_for_document     held
        held              resume                ready             production_manager quality_manager
        pending           switch                pending
        ready             switch                ready
        in_progress       switch                in_progress
        held              switch                held
        pending           cancel                cancelled
        ready             cancel                cancelled
        in_progress       cancel                cancelled
        held              cancel                cancelled
    """,
    "schedule.CHANGE_STEPS": """
        draft             propose               proposed          production_planner production_manager sales
        proposed          assess                assessed          technical+production_manager
        proposed          note_consent          proposed          sales
        assessed          note_consent          assessed          sales
        approved          note_consent          approved          sales
        proposed          endorse               proposed          general_manager
        assessed          endorse               assessed          general_manager
        approved          endorse               approved          general_manager
        assessed          approve               approved          project_lead_of_it
        assessed          reject                rejected          project_lead_of_it
        approved          apply                 applied           production_planner
        draft             withdraw              withdrawn         sales_manager proposer
        proposed          withdraw              withdrawn         sales_manager proposer
    """,
    "schedule.REPORT_STEPS": """
        draft             submit                submitted         reporter
        missing           submit                submitted         reporter
        returned          submit                submitted         reporter
        submitted         acknowledge           acknowledged      production_planner production_manager
        submitted         return                returned          production_planner production_manager
        draft             miss                  missing
    """,
    "schedule.DELAY_STEPS": """
        forecast          avert                 averted
        forecast          fall_overdue          unreported
        forecast          report                reported          production_manager
        unreported        report                reported          production_manager
        reported          analyse               analysing         project_lead_of_it
        analysing         remedy                remedy            project_lead_of_it
        remedy            attribute             attributed        project_lead_of_it
        remedy            claim                 awaiting_approval project_lead_of_it
        awaiting_approval approve               attributed        general_manager !project_lead_of_it
        awaiting_approval refuse                remedy            general_manager !project_lead_of_it
        attributed        close                 closed            project_lead_of_it
    """,
    "schedule.CONTACT_STEPS": """
        logged            forward               forwarded         sales_manager spokesman
        forwarded         answer                answered          receiver
    """,
    "quality.TEMPLATE_STEPS": """
        draft        publish           published    quality_manager
        published    retire            retired      quality_manager
        published    supersede         superseded
    """,
    "after_sales.TICKET_STEPS": """
        new              accept            accepted         after_sales_agent
        accepted         contact           in_progress      after_sales_agent
        in_progress      propose_solution  in_progress      after_sales_agent
        in_progress      resolve           resolved         after_sales_agent
        executing        resolve           resolved         after_sales_agent
        in_progress      escalate          escalated        after_sales_agent
        escalated        take_up           escalated        technical
        escalated        solve             executing        technical
        escalated        hand_back         in_progress      technical
        in_progress      wait_for_customer pending_customer after_sales_agent
        executing        wait_for_customer pending_customer after_sales_agent
        in_progress      wait_for_parts    pending_parts    after_sales_agent
        executing        wait_for_parts    pending_parts    after_sales_agent
        pending_customer resume            in_progress      after_sales_agent
        pending_parts    resume            in_progress      after_sales_agent
        pending_customer resume_executing  executing        after_sales_agent
        pending_parts    resume_executing  executing        after_sales_agent
        new              assign            new              after_sales_agent after_sales_manager
        accepted         assign            accepted         after_sales_agent after_sales_manager
        in_progress      assign            in_progress      after_sales_agent after_sales_manager
        pending_customer assign            pending_customer after_sales_agent after_sales_manager
        pending_parts    assign            pending_parts    after_sales_agent after_sales_manager
        escalated        assign            escalated        after_sales_agent after_sales_manager
        executing        assign            executing        after_sales_agent after_sales_manager
        reopened         assign            reopened         after_sales_agent after_sales_manager
        new              classify          new              after_sales_agent after_sales_manager
        accepted         classify          accepted         after_sales_agent after_sales_manager
        in_progress      classify          in_progress      after_sales_agent after_sales_manager
        pending_customer classify          pending_customer after_sales_agent after_sales_manager
        pending_parts    classify          pending_parts    after_sales_agent after_sales_manager
        escalated        classify          escalated        after_sales_agent after_sales_manager
        executing        classify          executing        after_sales_agent after_sales_manager
        reopened         classify          reopened         after_sales_agent after_sales_manager
        accepted         log               accepted         after_sales_agent after_sales_manager technical
        in_progress      log               in_progress      after_sales_agent after_sales_manager technical
        pending_customer log               pending_customer after_sales_agent after_sales_manager technical
        pending_parts    log               pending_parts    after_sales_agent after_sales_manager technical
        escalated        log               escalated        after_sales_agent after_sales_manager technical
        executing        log               executing        after_sales_agent after_sales_manager technical
        reopened         log               reopened         after_sales_agent after_sales_manager technical
        new              log               new              after_sales_agent after_sales_manager technical
        resolved         log               resolved         after_sales_agent after_sales_manager technical
        closed           log               closed           after_sales_agent after_sales_manager technical
        resolved         confirm           closed           after_sales_agent
        resolved         close             closed
        resolved         rate              resolved
        closed           rate              closed
        resolved         reopen            reopened         after_sales_agent after_sales_manager
        closed           reopen            reopened         after_sales_agent after_sales_manager
        reopened         restart           in_progress      after_sales_agent
        new              cancel            cancelled        after_sales_manager
        accepted         cancel            cancelled        after_sales_manager
        in_progress      cancel            cancelled        after_sales_manager
    """,
    "after_sales.SERVICE_STEPS": """
        planned          start             in_progress      after_sales_agent technician
        in_progress      finish            done             after_sales_agent technician
        done             accept            accepted         after_sales_manager !technician
        done             fail              failed           after_sales_manager !technician
    """,
    "after_sales.FOLLOW_UP_STEPS": """
        scheduled        fall_due          due
        scheduled        attempt           scheduled        after_sales_agent after_sales_manager !solver
        due              attempt           due              after_sales_agent after_sales_manager !solver
        scheduled        record            done             after_sales_agent after_sales_manager !solver
        due              record            done             after_sales_agent after_sales_manager !solver
        scheduled        give_up           unreachable      after_sales_agent after_sales_manager !solver
        due              give_up           unreachable      after_sales_agent after_sales_manager !solver
        scheduled        refuse            refused          after_sales_agent after_sales_manager !solver
        due              refuse            refused          after_sales_agent after_sales_manager !solver
        scheduled        withdraw          withdrawn
        due              withdraw          withdrawn
        done             call_back         done             after_sales_manager
    """,
    "after_sales.MAIL_STEPS": """
        written          receive           taken
        written          keep_aside        quarantined
        written          ignore            ignored
        written          queue             queued
        quarantined      release           taken            after_sales_agent after_sales_manager
        ignored          release           taken            after_sales_agent after_sales_manager
        quarantined      dismiss           dismissed        after_sales_agent after_sales_manager
        queued           begin             sending
        sending          send              sent
        sending          postpone          queued
        sending          fail              failed
        sending          doubt             uncertain
        failed           retry             queued           after_sales_agent after_sales_manager
        uncertain        retry             queued           after_sales_agent after_sales_manager
        uncertain        settle            sent             after_sales_agent after_sales_manager
    """,
    "regulation.FIGURE_STEPS": """
        proposed     adopt             in_force
        proposed     approve           in_force     owner_manager !setter
        proposed     reject            rejected     owner_manager !setter
    """,
    "quality.SPOT_CHECK_STEPS": """
        draft        submit            submitted    inspector
        submitted    close             closed
        closed       reopen            submitted
        submitted    void              voided       quality_manager !inspector
        closed       void              voided       quality_manager !inspector
    """,
}


def listed(name):
    """(state, verb) -> new state, who may, who may not, who must sign."""
    rows = {}
    for line in ALLOWED[name].strip().splitlines():
        status, verb, target, *who = line.split()
        signers = [one.split("+") for one in who if "+" in one]
        may = {part for one in who if not one.startswith("!") for part in one.split("+")}
        barred = {one[1:] for one in who if one.startswith("!")}
        rows[(status, verb)] = (target, may, barred, tuple(signers[0]) if signers else ())
    return rows


CASES = [
    pytest.param(name, status, verb, id=f"{name.split('.')[0]}-{status}-{verb}")
    for name, found in LIFECYCLES.items()
    for status, verb in product(found.statuses, found.verbs)
]


def one_with(role=None, departments=None, employee_id=EMPLOYEE_ID):
    roles = {Role.EMPLOYEE: None} | ({role: departments} if role else {})
    return Person(account_id=1, employee_id=employee_id, roles=roles)


def test_every_lifecycle_of_the_product_is_listed_here():
    assert set(LIFECYCLES) == set(ALLOWED)


@pytest.mark.parametrize("name", LIFECYCLES)
def test_every_listed_step_exists_and_every_step_is_listed(name):
    found = LIFECYCLES[name]
    steps = {(source, one.verb): one.target for one in found.steps for source in one.source}
    assert steps == {key: target for key, (target, *_) in listed(name).items()}


@pytest.mark.parametrize("name,status,verb", CASES)
def test_no_step_but_the_listed_ones(name, status, verb):
    """The whole product: this verb in this state, by every role and by whoever the record names in every way."""
    found, allowed = LIFECYCLES[name].find(verb, status), listed(name).get((status, verb))
    assert (found is None) == (allowed is None)
    if found is None or allowed is None:
        return
    target, may, barred, signers = allowed
    assert (found.target, tuple(map(str, found.signatures))) == (target, signers)
    for role in Role:
        refusal = why_not(found, one_with(role), HERE, ())
        assert (refusal is None) == (str(role) in may), role
    for relation in RELATIONS:
        refusal = why_not(found, one_with(), HERE, {relation})
        assert (refusal is None) == (relation in may), relation
    for role, relation in product(may & set(Role), barred):
        assert isinstance(why_not(found, one_with(Role(role)), HERE, {relation}), NotYours)
    for one, relation in product(may & set(RELATIONS), barred):
        assert isinstance(why_not(found, one_with(), HERE, {one, relation}), NotYours)
    assert why_not(found, SYSTEM, HERE, ()) is None


@pytest.mark.parametrize("name,status,verb", CASES)
def test_a_role_by_scope_acts_in_its_departments_alone(name, status, verb):
    found = LIFECYCLES[name].find(verb, status)
    for role in found.by & SCOPED if found else ():
        assert why_not(found, one_with(role, frozenset({HERE})), HERE, ()) is None
        assert why_not(found, one_with(role, frozenset({HERE})), ELSEWHERE, ()) is not None
        assert why_not(found, one_with(role, frozenset()), None, ()) is not None


@pytest.mark.parametrize("name,status,verb", CASES)
def test_an_account_without_an_employee_performs_nothing(name, status, verb):
    found = LIFECYCLES[name].find(verb, status)
    for role in Role if found else ():
        assert isinstance(why_not(found, one_with(role, employee_id=None), HERE, RELATIONS), NotYours)


@pytest.mark.parametrize("name,status,verb", CASES)
def test_the_administrator_performs_no_verb(name, status, verb):
    found = LIFECYCLES[name].find(verb, status)
    if found is not None:
        assert why_not(found, one_with(Role.ADMIN), HERE, ()) is not None


@pytest.mark.parametrize("name", LIFECYCLES)
def test_every_step_names_its_clause_and_says_itself_in_both_languages(name):
    for one in LIFECYCLES[name].steps:
        assert one.clause
        assert one.words.text("en") != one.words.text("zh_Hans_CN")
        assert {entry for entry in one.by | one.unlike if not isinstance(entry, Role)} <= set(RELATIONS)
        assert not one.is_destructive or one.needs_note or one.verb == "drop"


@pytest.mark.parametrize("name", LIFECYCLES)
def test_no_verb_means_two_things_in_one_state_and_every_state_is_reached(name):
    found = LIFECYCLES[name]
    keys = [(source, one.verb) for one in found.steps for source in one.source]
    assert len(keys) == len(set(keys))
    reached, before = {found.initial}, set()
    while reached != before:
        before = set(reached)
        reached |= {one.target for status in before for one in found.open_from(status)}
    assert reached == set(found.statuses)


# Refusals say who may, and why not


def test_a_refusal_names_who_may():
    refusal = why_not(
        step("a", "x", "y", "A", "甲", by={Role.HR, "self"}, clause="P2.1"), one_with(Role.SALES), HERE, ()
    )
    assert refusal is not None
    assert str(refusal) == "This is for: HR, the person concerned."
    assert refusal.words.text("zh") == "此操作应由以下人员完成：人事专员、本人。"
    assert (refusal.status, refusal.clause) == (403, "P2.1")


def test_a_step_of_the_system_is_nobody_elses():
    assert "by itself" in str(why_not(step("a", "x", "y", "A", "甲"), one_with(Role.GENERAL_MANAGER), HERE, {"self"}))


def test_separation_of_duties_is_said_before_the_role():
    refusal = why_not(step("a", "x", "y", "A", "甲", by={Role.HR}, unlike={"self"}), one_with(Role.HR), HERE, {"self"})
    assert str(refusal) == "It takes somebody else: you are the person concerned here."


def test_roles_by_name_open_nothing_by_themselves():
    for role in BY_NAME:
        assert why_not(step("a", "x", "y", "A", "甲", by={role}), one_with(role), HERE, ()) is not None


@pytest.mark.parametrize(
    "refusal,status",
    [
        (RuleBroken(Words("a", "b")), 409),
        (NotYours(Words("a", "b")), 403),
        (NotVisible(), 404),
        (Stale(), 409),
        (Faulty({"qty": Words("Too many.", "过多。"), "note": Words("b", "b")}), 422),
    ],
)
def test_each_refusal_has_its_status_and_says_itself(refusal, status):
    assert refusal.status == status
    assert str(refusal) == refusal.words.text("en")


def test_faults_stand_at_their_fields():
    faulty = Faulty({"qty": Words("Too many.", "过多。"), "note": Words("Why?", "原因？")})
    assert (faulty.field, str(faulty), set(faulty.faults)) == ("qty", "Too many.", {"qty", "note"})


def test_an_unset_figure_is_refused_by_its_name_and_clause():
    unset = Unset(Words("Follow-up", "回访期限"), "A4.1")
    assert unset.clause == "A4.1"
    assert str(unset) == "“Follow-up” (clause A4.1) has not been set yet. Ask an administrator to set it."
    assert unset.words.text("zh_Hans_CN") == "制度第 A4.1 条的“回访期限”尚未设定，请管理员先设定。"


# Words


class Colour(Choice):
    RED = "red", "Red", "红"


def test_a_choice_is_its_value_and_knows_its_label():
    assert (str(Colour.RED), Colour("red"), Colour.RED.words.text("zh")) == ("red", Colour.RED, "红")
    assert Colour.RED == "red"


@pytest.mark.parametrize(
    "value,locale,text",
    [(Colour.RED, "en", "Red"), (Words("a", "甲"), "zh_CN", "甲"), (5, "en", "5"), (Colour.RED, "zh", "红")],
)
def test_values_inside_a_sentence_speak_its_language(value, locale, text):
    assert plain(value, locale) == text
    assert filled(Words("is {x}", "是{x}"), x=value).text(locale) == ("是" if locale != "en" else "is ") + text


def test_a_sentence_takes_another_way_of_writing_its_values():
    assert Words("{a}!", "{a}！", a=1).text("en", lambda value, locale: f"<{value}>") == "<1>!"


def test_words_without_values_keep_their_braces():
    assert str(Words("100 {%}", "百")) == "100 {%}"


def test_words_are_equal_by_what_they_say():
    assert Words("a", "b", x=1) == Words("a", "b", x=1)
    assert Words("a", "b", x=1) != Words("a", "b", x=2)
    assert Words("a", "b") != "a"
    assert len({Words("a", "b"), Words("a", "b"), Words("a", "c")}) == 2
    assert repr(Words("a", "b")) == "Words('a', 'b')"


def test_names_stand_in_one_order():
    assert names_of({Role.SALES, Role.HR}) == names_of({Role.HR, Role.SALES}) == Words("HR, Sales", "人事专员、销售员")


# Reach

roles = st.sampled_from(Role)
scopes = st.none() | st.frozensets(st.integers(1, 5))
people = st.dictionaries(roles, scopes).map(lambda found: Person(account_id=1, employee_id=1, roles=found))


@quickly
@given(people, st.lists(roles), st.integers(1, 5))
def test_nobody_sees_a_department_that_none_of_his_roles_reaches(person, asked, department):
    found = reach(person, asked)
    wide = [one for one in asked if one in person.roles and one not in SCOPED | BY_NAME]
    reaching = [one for one in asked if one in SCOPED and one in person.roles and person.holds_in(one, department)]
    is_seen = found is None or department in found
    assert is_seen == bool(Role.ADMIN in person.roles or Role.EMPLOYEE in asked or wide or reaching)


def test_scopes_of_several_roles_are_joined_and_the_company_is_all_of_it():
    asked = [Role.QUALITY_INSPECTOR, Role.PRODUCTION_MANAGER, Role.TEAM_LEADER, Role.SALES]
    held = {Role.QUALITY_INSPECTOR: frozenset({1}), Role.PRODUCTION_MANAGER: frozenset({2}), Role.TEAM_LEADER: None}
    assert reach(Person(roles=held), asked) == {1, 2}
    assert reach(Person(roles={Role.TEAM_LEADER: None}), asked) == frozenset()
    for wide in ({Role.PRODUCTION_MANAGER: None}, {Role.SALES: frozenset({3})}, {Role.ADMIN: None}):
        assert reach(Person(roles=held | wide), asked) is None
    assert reach(Person(roles=held), EVERYBODY) is None


@quickly
@given(st.lists(roles))
def test_the_system_sees_everything(asked):
    assert reach(SYSTEM, asked) is None


@quickly
@given(people, roles, st.none() | st.integers(1, 5))
def test_a_role_reaches_only_who_holds_it(person, role, department):
    if person.holds_in(role, department):
        assert person.holds(role)
        assert role not in SCOPED or person.roles[role] is None or department in person.roles[role]
    elif person.holds(role):
        assert role in SCOPED


ACCESS = Access(
    clause="G2", create=frozenset({Role.HR}), edit=frozenset({Role.HR_MANAGER}), only={"phone": frozenset({Role.HR})}
)


@pytest.mark.parametrize("role", Role)
def test_access_opens_to_the_roles_it_names(role):
    person = one_with(role)
    assert ACCESS.may_create(person) == (role is Role.HR)
    assert ACCESS.may_edit(person) == (role is Role.HR_MANAGER)
    assert ACCESS.hidden_from(person) == (frozenset() if role in {Role.HR, Role.ADMIN} else {"phone"})


def test_nothing_is_hidden_from_the_system_and_everybody_sees_what_no_role_narrows():
    assert ACCESS.hidden_from(SYSTEM) == frozenset()
    assert ACCESS.view == EVERYBODY


def test_a_verb_that_is_not_open_is_found_nowhere():
    found = Lifecycle("a", (step("go", "a", "b", "Go", "去"), step("go", ("b", "c"), "d", "Go on", "继续")))
    assert found.verbs == ("go",)
    assert found.statuses == ("a", "b", "c", "d")
    assert found.find("go", "c") is found.steps[1]
    assert found.find("go", "d") is found.find("come", "a") is None
    assert found.open_from("a") == (found.steps[0],)


def test_a_relation_is_declared_once_with_its_words():
    assert base.relation("aunt", "the aunt", "姑姑") == "aunt"
    assert base.relation_words("aunt") == Words("the aunt", "姑姑")
    del RELATIONS["aunt"]


@pytest.mark.parametrize(
    "sent, key",
    [
        ("7", 7),
        (7, 7),
        ("0", 0),
        ("9" * 18, int("9" * 18)),
        ("9" * 19, None),
        ("", None),
        (None, None),
        ("-1", None),
        ("1,2", None),
        ("٣", None),
        ("²", None),
        (" 7", None),
        ("7.0", None),
        (True, None),
    ],
)
def test_a_key_is_digits_that_64_bits_hold(sent, key):
    assert key_of(sent) == key


def test_a_choice_needs_a_label_in_either_language():
    with pytest.raises(TypeError, match="a label is missing"):
        Choice("Half", {"ONE": ("one", "One", "")})
    with pytest.raises(ValueError, match="nobody"):
        Role("nobody")
    assert Role("hr") is Role.HR
