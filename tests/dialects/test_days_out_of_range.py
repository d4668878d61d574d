"""A day at an end of the calendar is refused by every dialect, whichever rule leads to it: never our fault."""

import pytest
from django.utils.module_loading import import_string

from ledger.errors import DayOutOfRange
from ledger.models import Reason
from storecredit.api.dialects import Dialect
from tests.dialects.fabric import calls
from tests.scenarios import given_customer, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)

CREDIT = "/customers/CUST-000001/store-credit"


@pytest.fixture
def endless(db) -> None:
    """A reason whose credit would live for millions of years."""
    Reason.objects.filter(code="PR").update(expires_in_days=2**31 - 1)


@pytest.mark.parametrize("name", ["Dialect", *["DigitalRiver", "Fabric", "Glu", "Lightspeed", "Reports", "Tiquo"]])
def test_every_dialect_has_words_for_it(name: str, settings):
    known = {kind.__name__: kind for kind in map(import_string, settings.API_DIALECTS.values())} | {"Dialect": Dialect}

    refused = known[name]().word(DayOutOfRange())

    assert refused is not None
    assert (refused.status_code, refused.code) == (400, "day_out_of_range")
    assert "too far away" in refused.message


@pytest.mark.usefixtures("endless")
def test_tiquo_refuses_credit_whose_reason_leads_there(caller):
    given_customer(number="CUST-000001")

    with nothing_moves():
        refused = caller.post(CREDIT, {"currency": "GBP", "amount": 1, "reasonCode": "PR"}, key="k1")

    assert refused.status_code == 400
    assert refused.json()["error"] == "expiresAt, or the day to which reasonCode leads, is too far away."


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_tiquo_and_lightspeed_name_the_member(caller, day):
    given_customer(number="CUST-000001")

    with nothing_moves():
        credit = caller.post(CREDIT, {"currency": "GBP", "amount": 1, "expiresAt": day}, key="k1")
        card = caller.post("/gift_cards", {"currency": "GBP", "amount": "1.00", "expires_at": day}, key="k2")

    assert (credit.status_code, card.status_code) == (400, 400)
    assert "expiresAt" in credit.json()["error"]
    assert "expires_at" in card.json()["message"]


@pytest.mark.usefixtures("endless")
def test_fabric_refuses_to_issue_credit_whose_reason_leads_there():
    asking = calls.given_caller()

    answer = calls.ask(asking, calls.CREDIT | {"reasonCode": "PR"})

    assert answer.status_code < 500
