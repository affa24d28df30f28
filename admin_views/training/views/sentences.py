"""What a broken constraint of training means, in words."""

from admin_views.faults import SENTENCES
from rules.base import Words

SENTENCES |= {
    "uq_exam_attempt_one_a_day": Words("There is a result of that day already.", "该员工当日已有成绩。"),
    "uq_exam_attempt_one_correction": Words("A correction of this result is under way.", "该成绩已有待确认的更正。"),
    "uq_training_obligation_one_open": Words("This is owed already.", "已有相同的应训任务。"),
    "uq_qualification_one_open": Words("There is a qualification for this post already.", "已有该岗位的资格记录。"),
    "uq_post_requirement_one_active": Words(
        "The post requires this document already: end that requirement first.",
        "该岗位已有此文件的生效要求，请先终止原要求。",
    ),
    "uq_session_attendee_session_id_employee_id": Words("Somebody stands twice in the list.", "参训人员有重复。"),
    "uq_exam_revision_exam_id_revision_id": Words("A revision stands twice.", "考核依据有重复。"),
    "uq_session_revision_session_id_revision_id": Words("A revision stands twice.", "培训内容有重复。"),
    "ck_training_session_in_order": Words("The training ends before it begins.", "培训结束时间须晚于开始时间。"),
    "ck_training_session_hours_not_negative": Words("Hours cannot be negative.", "学时不能为负数。"),
    "ck_exam_full_score_positive": Words("The full score must be above zero.", "满分须大于零。"),
    "ck_exam_pass_score_in_range": Words(
        "The pass mark lies outside 0 to the full score.", "合格线不在 0 到满分之间。"
    ),
    "ck_exam_practical_pass_score_in_range": Words(
        "The practical pass mark lies outside 0 to the full score.", "实操合格线不在 0 到满分之间。"
    ),
    "ck_exam_max_attempts_positive": Words("At least one attempt.", "考核次数至少为 1。"),
    "ck_exam_retake_wait_not_negative": Words("Days cannot be negative.", "天数不能为负数。"),
    "ck_post_requirement_practice_has_exam": Words("Practice needs an exam: choose one.", "要求实操时须选择考核。"),
    "ck_post_requirement_validity_positive": Words("At least one month.", "有效期至少 1 个月。"),
    "ck_post_requirement_in_order": Words("The end lies before the beginning.", "终止日期早于生效日期。"),
    "ck_post_assignment_in_order": Words("The end lies before the beginning.", "结束日期早于开始日期。"),
    "ck_post_assignment_supervised_has_mentor": Words("Supervised work needs a mentor.", "监护上岗须指定监护人。"),
    "ck_post_assignment_mentor_is_another": Words("Nobody mentors themselves.", "监护人不能是本人。"),
}
