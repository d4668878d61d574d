"""What nobody has decided for long is canceled, and nothing else."""

from datetime import timedelta

import pytest

from storecredit.credits.operations import approve_request, count_due_requests, expire_requests, fail_request
from storecredit.credits.operations import timeouts as timeouts_module
from storecredit.credits.queries import list_findings
from tests.credits.requests import given_approver, given_request, history_of, party_of, row_of
from tests.scenarios import NOW, SYSTEM, days, nothing_moves

pytestmark = pytest.mark.django_db

MONTH = timedelta(days=30)


def sweep(days_later: float) -> int:
    return expire_requests(actor=SYSTEM, now=days(days_later), older_than=MONTH)


def test_a_request_is_canceled_when_its_time_is_over_and_not_before():
    request = given_request(attributes={"giftCardNumber": "SUMMER-2026-1"})

    assert (sweep(29.999), row_of(request).status) == (0, "PENDING")
    assert count_due_requests(now=days(30), older_than=MONTH) == 1
    assert (sweep(30), row_of(request).status) == (1, "CANCELED")

    stored = row_of(request)
    assert (stored.decided_by, stored.decided_label, stored.decided_at) == (None, "expire_credit", days(30))
    assert stored.open_number() is None
    assert history_of(request)[-1] == ("TIMED_OUT", "PENDING", "CANCELED")
    assert request.events.order_by("-pk")[0].note == "Nobody decided it within 30 days."
    assert list(list_findings()) == []


def test_what_is_decided_stays_as_it_is():
    bob = given_approver("bob")
    confirmed, failed = given_request(), given_request()
    approve_request(request_id=confirmed.pk, party=party_of(bob), now=NOW)
    fail_request(request_id=failed.pk, party=party_of(bob), now=NOW)

    with nothing_moves():
        assert sweep(365) == 0


def test_a_second_sweep_finds_nothing():
    given_request()

    assert (sweep(30), sweep(30)) == (1, 0)


def test_many_are_canceled_in_portions(monkeypatch):
    monkeypatch.setattr(timeouts_module, "_AT_ONCE", 2)
    for _ in range(5):
        given_request()
    told: list[int] = []

    done = expire_requests(actor=SYSTEM, now=days(30), older_than=MONTH, on_portion=told.append)

    assert (done, told) == (5, [2, 4, 5])
