"""The ledger of monthly assessments, taken in: weights that count from now on, months as closed history (K2.1)."""

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from models.actions import PerformanceFileEntry
from models.assessment import AssessmentCycle, AssessmentSheet, KpiEvidence, KpiTarget
from models.engine import engine_options
from models.event import PeriodLock
from models.organisation import Employee
from models.recomputing import differences
from tests.factory_of_ledgers import EXPECTED, FILES, url_on
from tests.factory_of_ledgers import take as take_file

LEDGER = "月度考核表.xlsx"
SHEETS = EXPECTED["files"][LEDGER]["sheets"]
MONTHS = [name for name in SHEETS if name != "权重"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def company(request):
    """The roster is there already."""
    for url in url_on(request, request.param):
        made = create_engine(url, **engine_options(url))
        with Session(made) as session:
            take_file(session, FILES[1], all_or_nothing=False)
            yield session
        made.dispose()


def test_weights_and_months_are_there_once_however_often_they_are_taken_in(company):
    for again in (False, True):
        report = take_file(company, LEDGER, all_or_nothing=False)
        assert report.is_stored
        totals = report.totals
        assert totals["created"] == (0 if again else 3 * 7 + sum(SHEETS[one]["counts"]["accepted"] for one in MONTHS))
    assert company.scalar(select(func.count()).select_from(KpiTarget)) == 3 * 7
    cycles = company.scalars(select(AssessmentCycle).order_by(AssessmentCycle.from_on)).all()
    assert [(one.span_text, str(one.status), one.is_imported) for one in cycles] == [
        ("2026-04", "locked", True), ("2026-05", "locked", True), ("2026-06", "locked", True),
    ]  # fmt: skip
    rows = company.execute(
        select(Employee.no, AssessmentSheet.total, AssessmentSheet.grade)
        .join(AssessmentSheet, AssessmentSheet.employee_id == Employee.id)
        .where(AssessmentSheet.cycle_id == cycles[0].id)
    )
    assert {(no, float(total), grade) for no, total, grade in rows} == {
        (one["values"]["employee"], one["values"]["total"], one["values"]["grade"])
        for one in SHEETS[MONTHS[0]]["accepted"]
    }


def test_history_has_no_rows_behind_it_and_closes_its_months(company):
    take_file(company, LEDGER, all_or_nothing=False)
    assert company.scalar(select(func.count()).select_from(KpiEvidence)) == 0
    locks = company.execute(select(PeriodLock.from_on, PeriodLock.to_on).order_by(PeriodLock.from_on)).tuples().all()
    assert [(f"{first}", f"{last}") for first, last in locks] == [
        ("2026-04-01", "2026-04-30"), ("2026-05-01", "2026-05-31"), ("2026-06-01", "2026-06-30"),
    ]  # fmt: skip
    assert not list(differences(company))
    entries = select(func.count()).where(PerformanceFileEntry.source_entity == "assessment_sheet")
    assert company.scalar(entries) == sum(SHEETS[one]["counts"]["accepted"] for one in MONTHS)
