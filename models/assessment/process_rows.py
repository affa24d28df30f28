"""The rows of the process indicators (K1.1): items of checks, suggestions whose effect was verified, revisions."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from models.assessment.suggestions import Suggestion, SuggestionProposer
from models.indicators import ONE, Span, indicator
from models.organisation import Employee, department_held
from models.process import DocumentRevision
from models.quality import SpotCheck, SpotCheckItem
from models.regulation import figure
from rules.assessment import Grade, LeftOut, SuggestionStatus
from rules.process import IMPROVEMENTS, ChangeClass
from rules.quality import COUNTED, Category, CheckStatus, Verdict
from rules.regulation.figures import IMPROVEMENT_CAP, IMPROVEMENT_POINTS


def _items(span: Span, category: Category) -> Select[Any]:
    """Items of a category whose check took place in the period, with why some of them do not count."""
    left_out = case(
        (SpotCheck.status == CheckStatus.VOIDED, LeftOut.VOIDED.value),
        (SpotCheck.status == CheckStatus.DRAFT, LeftOut.DRAFT.value),
        (SpotCheck.kind.not_in(COUNTED), LeftOut.OTHER_KIND.value),
        (
            or_(SpotCheckItem.verdict.is_(None), SpotCheckItem.verdict == Verdict.NOT_APPLICABLE),
            LeftOut.NOT_JUDGED.value,
        ),
        else_="",
    )
    return (
        select(
            literal("spot_check_item").label("entity"),
            SpotCheckItem.id.label("entity_id"),
            SpotCheckItem.employee_id.label("employee_id"),
            SpotCheck.department_id.label("department_id"),
            SpotCheck.checked_at.label("at"),
            case((SpotCheckItem.verdict == Verdict.OK, ONE), else_=0).label("top"),
            literal(1).label("bottom"),
            left_out.label("left_out"),
            literal("").label("part"),
        )
        .join(SpotCheck, SpotCheck.id == SpotCheckItem.check_id)
        .where(
            SpotCheck.checked_at >= span.start,
            SpotCheck.checked_at < span.end,
            SpotCheckItem.category == category,
        )
    )


@indicator("execution_pass_rate", "rate")
def execution_items(_session: Session, span: Span) -> Select[Any]:
    """工艺执行合格率: items ok of items ok or ng, category process execution."""
    return _items(span, Category.PROCESS_EXECUTION)


@indicator("document_compliance", "rate")
def document_items(_session: Session, span: Span) -> Select[Any]:
    """文件遵守: the same, category document compliance."""
    return _items(span, Category.DOCUMENT_COMPLIANCE)


def _cap(session: Session, span: Span) -> Decimal:
    return figure(session, IMPROVEMENT_CAP, span.to_on)


def _points(session: Session, span: Span, values: tuple[str, ...]) -> Mapping[str, int]:
    return {one: int(figure(session, IMPROVEMENT_POINTS, span.to_on, one) * ONE) for one in values}


@indicator("improvement_contribution", "sum", cap=_cap)
def improvements(session: Session, span: Span) -> Select[Any]:
    """改进贡献: points of suggestions verified and of improvements released in the period; nothing counts twice."""
    both = union_all(_suggestions(session, span), _revisions(session, span)).subquery()
    return select(both)


def _suggestions(session: Session, span: Span) -> Select[Any]:
    """Equal parts for those who made it, to 1/10000 half up."""
    points = _points(session, span, tuple(str(one) for one in Grade))
    beside = aliased(SuggestionProposer)
    people = select(func.count()).where(beside.suggestion_id == Suggestion.id).correlate(Suggestion).scalar_subquery()
    whole = case(*((Suggestion.grade == grade, points[str(grade)]) for grade in Grade), else_=0)
    return (
        select(
            literal("suggestion").label("entity"),
            Suggestion.id.label("entity_id"),
            SuggestionProposer.employee_id.label("employee_id"),
            Suggestion.department_id.label("department_id"),
            Suggestion.verified_at.label("at"),
            ((whole * 2 + people) // (people * 2)).label("top"),
            literal(0).label("bottom"),
            case((Suggestion.voided_at.is_not(None), LeftOut.VOIDED.value), else_="").label("left_out"),
            literal("").label("part"),
        )
        .join(SuggestionProposer, SuggestionProposer.suggestion_id == Suggestion.id)
        .where(
            Suggestion.verified_at >= span.start,
            Suggestion.verified_at < span.end,
            Suggestion.status.in_((SuggestionStatus.VERIFIED, SuggestionStatus.REWARDED)),
        )
    )


def _revisions(session: Session, span: Span) -> Select[Any]:
    """Improvements that came without a suggestion; with one they count there, whenever that is verified."""
    points = _points(session, span, tuple(str(one) for one in ChangeClass))
    linked: ColumnElement[bool] = or_(
        DocumentRevision.trigger_entity == Suggestion.__tablename__,
        exists().where(Suggestion.revision_id == DocumentRevision.id),
    )
    left_out = case(
        (DocumentRevision.voided_at.is_not(None), LeftOut.VOIDED.value),
        (linked, LeftOut.COUNTED_ELSEWHERE.value),
        else_="",
    )
    return select(
        literal("document_revision").label("entity"),
        DocumentRevision.id.label("entity_id"),
        DocumentRevision.author_id.label("employee_id"),
        _department_of_author().label("department_id"),
        DocumentRevision.released_at.label("at"),
        case(*((DocumentRevision.change_class == one, points[str(one)]) for one in ChangeClass), else_=0).label("top"),
        literal(0).label("bottom"),
        left_out.label("left_out"),
        literal("").label("part"),
    ).where(
        and_(DocumentRevision.released_at >= span.start, DocumentRevision.released_at < span.end),
        DocumentRevision.trigger.in_(IMPROVEMENTS),
    )


def _department_of_author() -> ColumnElement[Any]:
    """The author's department on the day of the release."""
    return func.coalesce(
        department_held(DocumentRevision.author_id, func.date(DocumentRevision.released_at)),
        select(Employee.department_id)
        .where(Employee.id == DocumentRevision.author_id)
        .correlate(DocumentRevision)
        .scalar_subquery(),
        null(),
    )
