"""What the database itself refuses about clients, keys and idempotency records, whoever writes them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from storecredit.api.models import ApiClient, ApiKey, IdempotencyRecord
from tests.callers import LONG_AGO, given_client
from tests.factories.api import IdempotencyRecordFactory


@pytest.fixture
def issued(db):
    return given_client([], name="till")


def refused(model, **fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**fields)


@pytest.mark.parametrize("name", ["till", ""])
def test_a_name_is_given_once_and_is_not_blank(issued, name):
    refused(ApiClient, name=name, created_at=LONG_AGO)


def test_the_public_part_of_a_key_is_given_once(issued):
    refused(ApiKey, client=issued.client, prefix=issued.key.prefix, hash="0" * 64, created_at=LONG_AGO)


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_key_lives_for_a_while(issued, seconds):
    ends = LONG_AGO + timedelta(seconds=seconds)

    refused(ApiKey, client=issued.client, prefix="AAAAAAAA", hash="0" * 64, created_at=LONG_AGO, expires_at=ends)


def test_an_idempotency_key_stands_once_in_its_name_space(issued):
    IdempotencyRecordFactory.create(client=issued.client, key="k")
    IdempotencyRecordFactory.create(client=issued.client, key="k", namespace="card 1")

    refused(IdempotencyRecord, client=issued.client, key="k", fingerprint="f", created_at=LONG_AGO)
