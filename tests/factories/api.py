"""Programs that call the API, their keys and what was answered to them; the back office's own rows."""

from typing import Any

from factory.base import Factory
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from storecredit.api.models import ApiClient, ApiKey, ClientUse, IdempotencyRecord, IssuedDay, PersonLookUps, UseOutcome
from storecredit.api.operations import IssuedKey, add_api_client, create_api_client, rotate_api_key
from storecredit.api.scopes import Scope
from storecredit.backoffice.models import ShippedGrant
from tests.factories.defaults import NOW
from tests.factories.people import GroupFactory, UserFactory


class ApiClientFactory(DjangoModelFactory[ApiClient]):
    """A client without a key, with every scope that needs no owner."""

    class Meta:
        model = ApiClient

    name = Sequence(lambda n: f"client {n}")
    scopes = tuple(scope for scope in Scope.values if scope != Scope.CREDITS_APPROVE)
    rate = "1000000/min"
    now = NOW

    @classmethod
    def _create(cls, model_class: type[ApiClient], *args: Any, **said: Any) -> ApiClient:
        return add_api_client(**said)


class IssuedKeyFactory(Factory[IssuedKey]):
    """Such a client and its first key in plain, as whoever has just made it gets it."""

    class Meta:
        model = IssuedKey

    name = Sequence(lambda n: f"shop {n}")
    scopes = ApiClientFactory.scopes
    rate = ApiClientFactory.rate
    now = NOW

    @classmethod
    def _create(cls, model_class: type[IssuedKey], *args: Any, **said: Any) -> IssuedKey:
        return create_api_client(**said)


class ApiKeyFactory(DjangoModelFactory[ApiKey]):
    """One more key of a client."""

    class Meta:
        model = ApiKey

    client = SubFactory(ApiClientFactory)
    now = NOW

    @classmethod
    def _create(cls, model_class: type[ApiKey], *args: Any, client: ApiClient, **said: Any) -> ApiKey:
        return rotate_api_key(name=client.name, **said).key


class IdempotencyRecordFactory(DjangoModelFactory[IdempotencyRecord]):
    """A key that has stood for something, and its answer."""

    class Meta:
        model = IdempotencyRecord

    client = SubFactory(ApiClientFactory)
    key = Sequence(lambda n: f"key-{n}")
    fingerprint = "f" * 64
    status = 201
    answer = "{}"
    created_at = NOW


class IssuedDayFactory(DjangoModelFactory[IssuedDay]):
    class Meta:
        model = IssuedDay

    client = SubFactory(ApiClientFactory)
    day = NOW.date()
    currency = "GBP"
    issued_minor = 2500


class ClientUseFactory(DjangoModelFactory[ClientUse]):
    class Meta:
        model = ClientUse

    client = SubFactory(ApiClientFactory)
    day = NOW.date()
    dialect = "tiquo"
    outcome = UseOutcome.ANSWERED
    count = 1
    last_at = NOW
    last_address = "203.0.113.7"


class PersonLookUpsFactory(DjangoModelFactory[PersonLookUps]):
    class Meta:
        model = PersonLookUps

    person = SubFactory(UserFactory)


class ShippedGrantFactory(DjangoModelFactory[ShippedGrant]):
    class Meta:
        model = ShippedGrant

    group = SubFactory(GroupFactory)
    role = Sequence(lambda n: f"role {n}")
    permission = "ledger.view_customer"
