"""Many guess at once with one key: what each misses counts for all of them."""

import pytest

from storecredit.api.models import ApiClient
from tests.callers import ApiCaller, given_client
from tests.dialects.fabric.calls import CREDIT, ask
from tests.races.test_idempotency import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, LIMIT = 4, 30


def test_requests_that_guess_many_numbers_at_once_share_one_limit():
    key = given_client(miss_limit=f"{LIMIT}/h").plain

    def guess(thread):
        numbers = [f"GUESS-{thread}-{place:02}" for place in range(20)]
        return ask(ApiCaller(key), *(CREDIT | {"attributes": {"giftCardNumber": number}} for number in numbers))

    statuses = [answer.status_code for answer in all_at_once([lambda at=at: guess(at) for at in range(THREADS)])]

    assert statuses.count(200) <= 1
    assert set(statuses) <= {200, 429}
    # Each that is under way when the limit is reached has at most one more.
    assert LIMIT <= ApiClient.objects.get().look_up_misses < LIMIT + THREADS


def test_a_miss_stays_counted_where_the_request_is_refused():
    key = given_client(miss_limit="2/h").plain
    refused = CREDIT | {"reasonCode": "NOPE"}

    statuses = [
        ask(ApiCaller(key), CREDIT | {"attributes": {"giftCardNumber": f"GUESS-{place}"}}, refused).status_code
        for place in range(3)
    ]

    assert statuses == [400, 400, 429]
    assert ApiClient.objects.get().look_up_misses == 2
