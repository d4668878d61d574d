"""A day at an end of the calendar is refused in words, under the field that leads to it."""

import pytest

from ledger.models import Reason
from tests.backoffice.staff import errors_of, step_url
from tests.scenarios import given_customer, nothing_moves

pytestmark = pytest.mark.django_db


def test_a_reason_that_leads_there_is_refused_on_the_form(agent):
    Reason.objects.filter(code="PR").update(expires_in_days=2**31 - 1)
    customer = given_customer()

    with nothing_moves():
        answer = agent.send(step_url(customer, "issue"), amount_currency="GBP", amount="1", reason="PR")

    assert answer.status_code == 200
    assert errors_of(answer) == {"good_through": ["That day is too far away, or too long ago."]}
