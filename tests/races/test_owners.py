"""Who becomes the owner of a client and who approves what it asked for meet at one row, whoever comes first."""

from functools import partial
from typing import Any

import pytest

from storecredit.api.errors import KeyIsItsOwners, OwnerHasApproved
from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.operations import Maker, change_api_client, rotate_api_key
from storecredit.credits.errors import SelfApproval
from storecredit.credits.models import CreditRequestVote
from storecredit.credits.operations import approve_request
from storecredit.credits.queries import list_findings
from tests.callers import given_client
from tests.credits.requests import given_approver, given_person, given_request, party_of, party_of_client
from tests.races.together import together
from tests.scenarios import NOW

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_nobody_approves_and_becomes_the_owner_at_once(round_):
    bob = given_approver("bob")
    client = given_client(["credits:request"]).client
    request = given_request("21.50 USD", by=party_of_client(client.pk))
    jobs: list[Any] = [
        partial(approve_request, request_id=request.pk, party=party_of(bob), now=NOW),
        partial(change_api_client, client_id=client.pk, changes={"owner": bob}, now=NOW),
    ]

    outcomes = together(*jobs if round_ % 2 else reversed(jobs))

    assert len(outcomes.done) == 1
    assert outcomes.count(SelfApproval) + outcomes.count(OwnerHasApproved) == 1
    client.refresh_from_db()
    assert (client.owner == bob) != CreditRequestVote.objects.filter(person=bob).exists()
    assert list(list_findings()) == []


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_no_key_that_somebody_else_has_read_outlives_a_new_owner(round_):
    ada, bob = given_person("ada"), given_person("bob")
    client = given_client(["customers:read"], name="shop").client
    jobs: list[Any] = [
        partial(rotate_api_key, name="shop", now=NOW, maker=Maker(door="admin", person=ada)),
        partial(change_api_client, client_id=client.pk, changes={"owner": bob}, now=NOW),
    ]

    outcomes = together(*jobs if round_ % 2 else reversed(jobs))

    assert outcomes.count(KeyIsItsOwners) == len(outcomes.refused)
    assert ApiClient.objects.get().owner == bob
    assert not ApiKey.objects.filter(revoked_at__isnull=True).exists()
