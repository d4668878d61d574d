"""How tests speak the API of credits on orders: a key of a person, an order, and the four actions."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User

from storecredit.api.scopes import Scope
from storecredit.credits.models import CreditRequest, RequestStatus
from tests.callers import ApiCaller, given_client, given_rights

ORDER_ID = "62cc39d8a9b63c001b21d1ab"
TENANT = "5f328bf0b5f328bf0b5f328b"
HEADERS = {"x-fabric-tenant-id": TENANT, "x-fabric-channel-id": "12"}
BY_ID = f"/orders/{ORDER_ID}"
CREDIT: dict[str, Any] = {
    "amount": 21.5,
    "currency": "USD",
    "reasonCode": "EC",
    "source": "CSR",
    "type": "GIFT_CARD",
}
REQUESTER = [Scope.CREDITS_REQUEST]
APPROVER = [Scope.CREDITS_APPROVE]
BOTH = [Scope.CREDITS_REQUEST, Scope.CREDITS_APPROVE]


def given_caller(scopes: Iterable[str] = REQUESTER, owner: User | None = None, **details: Any) -> ApiCaller:
    """A program with a key, and the person behind it, who may ask and decide in the admin too."""
    if owner is not None:
        given_rights(owner, "credits.request_credit", "credits.decide_request", "credits.view_creditrequest")
    return ApiCaller(given_client(scopes, owner=owner, **details).plain)


def act(caller: ApiCaller, action: str, body: Any = None, *, order: str = BY_ID, **more: Any) -> Any:
    """Call an action of an order; headers of the same name take the place of the usual ones."""
    headers = HEADERS | more.pop("headers", {})
    return caller.post(f"{order}/actions/{action}", {} if body is None else body, **more, **_spelled(headers))


def ask(caller: ApiCaller, *credits: dict[str, Any], **more: Any) -> Any:
    """Ask for credits: for one gift card unless some are named."""
    return act(caller, "create-credits", {"credits": list(credits) or [CREDIT]}, **more)


def given_credit(caller: ApiCaller, **members: Any) -> dict[str, Any]:
    """A credit that was asked for, as the answer showed it."""
    answer = ask(caller, CREDIT | members)
    assert answer.status_code == 200, answer.content
    return answer.json()["credits"][0]


def update(caller: ApiCaller, credit_id: str, status: str, *, order: str = BY_ID, **members: Any) -> Any:
    """Bring a credit into a status; members of the body beside the two that are required."""
    more = {name: members.pop(name) for name in ("headers", "key") if name in members}
    body = {"creditId": credit_id, "statusCode": status} | members
    return act(caller, "update-credit-status", body, order=order, **more)


def set_status_by_api(request: CreditRequest, status: RequestStatus, caller: ApiCaller, **more: Any) -> int:
    """
    Bring a request into a state as a program does, and give the HTTP status of the answer.

    :param caller: as `given_caller` makes it.
    :param more: `note`, `attributes`, `version`, `key`.
    """
    headers = {"x-fabric-tenant-id": request.tenant, "x-fabric-channel-id": request.channel}
    order = f"/orders/{request.order_kind}/{request.order_value}"
    response = update(caller, str(request.pk), status, order=order, headers=headers, **more)
    code: int = response.status_code
    return code


def _spelled(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items() if value}
