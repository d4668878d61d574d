"""What the database's rules refuse is said in words on the forms of finance, not by the names of the rules."""

from datetime import date
from typing import Any

import pytest

from storecredit.finance.models import BreakageRate, GeneralLedgerRule
from tests.backoffice.staff import Staff
from tests.factories.finance import GeneralLedgerRuleFactory

pytestmark = pytest.mark.django_db

RULE = {"counter_account": "SALES", "type": "REDEEM", "debit": "4000", "credit": "2310", "valid_from": "2027-01-01"}
RATE = {
    "year": "2026", "kind": "GIFT_CARD", "funding": "PAID", "percent": "7.5", "valid_from": "2026-01-01", "note": "So",
}  # fmt: skip


def refusals(page: str, **sent: Any) -> list[str]:
    answer = Staff("Finance").send(f"/admin/finance/{page}/add/", **sent)
    return [str(words) for words in answer.context["adminform"].form.non_field_errors()]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({}, "There is a rule for the same movements from this day on: change that one."),
        ({"valid_from": "2027-02-01", "valid_until": "2027-01-31"}, "The last day is before the first."),
        ({"valid_from": "2027-02-01", "credit": "4000"}, "Debit and credit are two accounts."),
    ],
)
def test_a_rule_of_the_general_ledger_is_refused_in_words(other, words):
    GeneralLedgerRuleFactory.create(counter_account="SALES", type="REDEEM", valid_from=date(2027, 1, 1))
    count = GeneralLedgerRule.objects.count()

    assert refusals("generalledgerrule", **RULE | other) == [words]
    assert GeneralLedgerRule.objects.count() == count


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"percent": "100"}, "A rate is from 0 to less than 100 percent."),
        ({"percent": "-1"}, "A rate is from 0 to less than 100 percent."),
        ({"year": "20260"}, "A year is from 1970 to 2999."),
    ],
)
def test_a_rate_is_refused_in_words(other, words):
    assert refusals("breakagerate", **RATE | other) == [words]
    assert not BreakageRate.objects.exists()
