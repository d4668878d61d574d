"""What a change is of: how it is read, and how it is made so."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model
from django.utils import timezone
from djmoney.models.fields import MoneyField
from moneyed import Money

from ledger.money import plain
from storecredit.api.models import ApiClient
from storecredit.api.operations import change_api_client
from storecredit.backoffice.changes.entry import let_in_by_role
from storecredit.backoffice.changes.factors import factors_of, take_factors
from storecredit.backoffice.models import ChangeKind
from storecredit.checkouts.operations import agree_to_webhook_secret
from storecredit.checkouts.queries import WebhookSecret
from storecredit.credits.operations import link_customer
from storecredit.credits.queries import ApprovalPolicy, ApproverLimit, IssueCeiling, IssueLimit, find_link

State = Mapping[str, Any] | None

#: The limits, each of which is a row.
ROWS: Final[Mapping[ChangeKind, type[Model]]] = {
    ChangeKind.APPROVER_LIMIT: ApproverLimit,
    ChangeKind.ISSUE_LIMIT: IssueLimit,
    ChangeKind.ISSUE_CEILING: IssueCeiling,
    ChangeKind.POLICY: ApprovalPolicy,
}
MODELS: Final[Mapping[ChangeKind, type[Model]]] = {
    ChangeKind.PERSON: User,
    ChangeKind.ROLE: Group,
    ChangeKind.CLIENT: ApiClient,
    ChangeKind.CUSTOMER: User,
    ChangeKind.FACTORS: User,
    ChangeKind.KEY: ApiClient,
    ChangeKind.SECRET: WebhookSecret,
    **ROWS,
}
#: The right that asking for a change needs, and deciding it.
RIGHTS: Final[Mapping[ChangeKind, str]] = {
    **{kind: f"{model._meta.app_label}.change_{model._meta.model_name}" for kind, model in MODELS.items()},
    ChangeKind.SECRET: "checkouts.manage_webhook_secrets",
}
CLIENT_FIELDS: Final = (
    "owner_id",
    "scopes",
    "issue_limits",
    "issue_limits_per_day",
    "networks",
    "rate",
    "miss_limit",
    "tenant",
)


def kind_is_row(kind: str) -> bool:
    """Whether a change of this kind is of one row of amounts."""
    return kind in ROWS


def read_state(kind: str, subject_id: str, *, lock: bool = False) -> State:
    """What is so now; None: there is no such row. `lock` keeps it so until the transaction ends."""
    model = MODELS[ChangeKind(kind)]
    rows = model._default_manager.select_for_update(of=("self",)) if lock else model._default_manager.all()
    row = rows.filter(pk=model._meta.pk.to_python(subject_id)).first() if subject_id else None
    return None if row is None else state_of(kind, row)


def state_of(kind: str, row: Any) -> dict[str, Any]:
    """What a change can change of an object, in values that JSON has."""
    if kind == ChangeKind.PERSON:
        return {
            "roles": sorted(row.groups.values_list("pk", flat=True)),
            "superuser": row.is_superuser,
            "email": row.email,
            "active": row.is_active,
        }
    if kind == ChangeKind.CUSTOMER:
        link = find_link(person_id=row.pk)
        return {"customer_id": link.customer_id if link is not None else None}
    if kind == ChangeKind.FACTORS:
        return {"factors": factors_of(row)}
    if kind == ChangeKind.KEY:
        return {"reader_id": None}
    if kind == ChangeKind.SECRET:
        return {"believed": not row.waits, "retired": row.retired_at is not None}
    if kind == ChangeKind.ROLE:
        return {"permissions": sorted(row.permissions.values_list("pk", flat=True))}
    if kind == ChangeKind.CLIENT:
        return {name: getattr(row, name) for name in CLIENT_FIELDS} | {"scopes": sorted(row.scopes)}
    return {field.attname: _told(getattr(row, field.attname)) for field in _fields(type(row))}


def state_of_new_client(**details: Any) -> dict[str, Any]:
    """What an API client is to be that is made of these details, as `add_api_client` takes them."""
    owner = details.pop("owner", None)
    known = {name: value for name, value in details.items() if name in CLIENT_FIELDS}
    return state_of(ChangeKind.CLIENT, ApiClient(owner=owner, **known))


def make_so(kind: str, subject_id: str, after: State) -> str:
    """
    Do what a change proposes; the key of what it was done to.

    :raises ValidationError: if the row's own rules refuse it.
    """
    if kind == ChangeKind.PERSON:
        return _change_person(int(subject_id), after or {})
    if kind == ChangeKind.ROLE:
        Group.objects.get(pk=int(subject_id)).permissions.set(_existing(Permission, (after or {})["permissions"]))
        return subject_id
    if kind == ChangeKind.CLIENT:
        return _change_client(int(subject_id), after or {})
    if kind == ChangeKind.CUSTOMER:
        link_customer(person_id=int(subject_id), customer_id=(after or {})["customer_id"], now=timezone.now())
        return subject_id
    if kind == ChangeKind.FACTORS:
        take_factors(User.objects.select_for_update().get(pk=int(subject_id)))
        return subject_id
    if kind == ChangeKind.KEY:
        # Whoever asked makes it then: a key is shown to nobody else, and kept nowhere.
        return subject_id
    if kind == ChangeKind.SECRET:
        agree_to_webhook_secret(secret_id=UUID(subject_id))
        return subject_id
    model = ROWS[ChangeKind(kind)]
    if after is None:
        model._default_manager.get(pk=int(subject_id)).delete()
        return subject_id
    row = model._default_manager.get(pk=int(subject_id)) if subject_id else model()
    for field in _fields(model):
        setattr(row, field.attname, _read(field, after))
    row.full_clean()
    row.save()
    return str(row.pk)


def _change_person(person_id: int, after: Mapping[str, Any]) -> str:
    person = User.objects.get(pk=person_id)
    # What was asked before addresses were told of says nothing of one, nor of who was switched off.
    person.is_superuser, person.email = after["superuser"], after.get("email", person.email)
    person.is_active = after.get("active", person.is_active)
    person.save(update_fields=["is_superuser", "email", "is_active"])
    person.groups.set(_existing(Group, after["roles"]))
    let_in_by_role(person)
    return str(person_id)


def _change_client(client_id: int, after: Mapping[str, Any]) -> str:
    owner = User.objects.filter(pk=after["owner_id"]).first()
    now = ApiClient.objects.get(pk=client_id)
    wanted = {name: after[name] for name in CLIENT_FIELDS if name != "owner_id"}
    if owner is None or now.owner_id != owner.pk:
        wanted["owner"] = owner
    changes = {name: value for name, value in wanted.items() if getattr(now, name) != value}
    change_api_client(client_id=client_id, changes=changes, now=timezone.now())
    return str(client_id)


def _existing(model: Any, keys: Any) -> Any:
    return model.objects.filter(pk__in=keys)


def _fields(model: type[Model]) -> list[Any]:
    """The columns of a row. The currency comes before the amounts, which are read in it."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return sorted(fields, key=lambda field: isinstance(field, MoneyField))


def _told(value: Any) -> Any:
    return str(plain(value).amount) if isinstance(value, Money) else value


def _read(field: Any, after: Mapping[str, Any]) -> Any:
    # What was asked before rows had it says nothing of it.
    value = after.get(field.attname) if field.null else after[field.attname]
    if isinstance(field, MoneyField) and value is not None:
        return Money(Decimal(value), after["currency"])
    return value
