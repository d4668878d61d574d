"""Each form of the admin that adds something adds it once, however often it is sent, at whatever moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import reverse

from ledger.models import BookRules, Customer, Reason, StaffIntent
from storecredit.api.models import ApiClient, ApiKey
from storecredit.backoffice.models import AccessChange
from storecredit.checkouts.models import CheckoutRules, WebhookSecret
from storecredit.credits.models import ApprovalPolicy, ApproverLimit, IssueCeiling, IssueLimit
from storecredit.finance.models import BreakageRate, GeneralLedgerAccount, GeneralLedgerRule, Period
from tests.backoffice.staff import Staff, address_of, errors_of, said, text_of
from tests.backoffice.test_intents import everything

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ADDED = "This was added already, and was not added twice."


def a_role() -> str:
    return str(Group.objects.get(name="Agent").pk)


# What is added, and what its form is given.
FORMS: dict[Any, Callable[[], dict[str, Any]]] = {
    Customer: lambda: {"entity_type": "customer", "status": "active", "first_name": "Ada"},
    Reason: lambda: {
        "code": "LP",
        "label": "Lost parcel",
        "active": "on",
        "funding": "GOODWILL",
        "counter_account": "GOODWILL",
    },
    BookRules: lambda: {"refund_life_days": "45"},
    ApiClient: lambda: {"name": "Till", "scopes": [], "rate": "60/min", "miss_limit": "9/h"},
    WebhookSecret: lambda: {"label": "Shop", "secret": ""},
    CheckoutRules: lambda: {
        "hold_minutes": "30",
        "checkout_days": "30",
        "callout_hold_hours": "24",
        "webhook_tolerance_seconds": "300",
    },
    ApprovalPolicy: lambda: {"currency": "GBP", "auto_approve_up_to": "20", "second_approval_above": "50"},
    IssueCeiling: lambda: {"currency": "KWD", "amount": "12.345"},
    IssueLimit: lambda: {"group": a_role(), "currency": "KWD", "amount": "12.345"},
    ApproverLimit: lambda: {"group": a_role(), "currency": "USD", "per_request": "100", "per_day": ""},
    User: lambda: {
        "first_name": "Grace",
        "last_name": "Hopper",
        "email": "grace@example.com",
        "groups": [Group.objects.get(name="Agent").pk],
    },
    Group: lambda: {"name": "Night shift", "permissions": []},
    BreakageRate: lambda: {
        "year": "2026",
        "kind": "GIFT_CARD",
        "funding": "PAID",
        "percent": "7.5",
        "valid_from": "2026-01-01",
        "note": "As before",
    },
    Period: lambda: {"first_day": "2026-01-01"},
    GeneralLedgerAccount: lambda: {"code": "8000", "name": "Till differences"},
    GeneralLedgerRule: lambda: {
        "counter_account": "SALES",
        "type": "REDEEM",
        "valid_from": "2027-01-01",
        "debit": "4000",
        "credit": "2310",
    },
}


RAISING = {ApprovalPolicy, ApproverLimit}


@pytest.fixture
def root(db):
    return Staff(username="root", is_superuser=True)


def add_url(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def test_the_table_of_forms_holds_whatever_the_admins_own_forms_can_add(root):
    request = root.open(reverse("admin:index")).wsgi_request
    steps = {"giftcards.GiftCard", "giftcards.CardBatch", "backoffice.ImportRun"}

    addable = {model for model, model_admin in admin.site._registry.items() if model_admin.has_add_permission(request)}

    assert {model for model in addable if model._meta.label not in steps} == set(FORMS)


@pytest.mark.parametrize("model", FORMS)
def test_a_form_sent_again_adds_nothing_and_leads_to_what_it_added(root, model):
    # A limit that lets anybody do more waits for a second administrator, and bears on a superuser.
    made = AccessChange if model in RAISING else model
    root = Staff("Administrator") if model in {*RAISING, IssueCeiling} else root
    form = root.open(add_url(model))
    known = set(made._default_manager.values_list("pk", flat=True))
    first = root.send(address_of(form), **FORMS[model]())
    [added] = set(made._default_manager.values_list("pk", flat=True)) - known
    done = everything()

    again = root.send(address_of(form), **FORMS[model]())
    told, back = said(again), root.client.get(address_of(form))

    assert first.status_code in {200, 302}
    assert everything() == done
    page = reverse(f"admin:{made._meta.app_label}_{made._meta.model_name}_change", args=[added])
    assert (again.status_code, again.url, back.context["done_url"]) == (302, page, page)
    assert "This was done already, and is not done twice." in text_of(back)
    assert ADDED in told


@pytest.mark.parametrize("model", FORMS)
def test_opening_a_form_writes_nothing(root, model):
    before = everything()

    answer = root.open(add_url(model))

    assert (answer.status_code, "adminform" in answer.context) == (200, True)
    assert everything() == before


def test_a_form_that_was_refused_is_corrected_and_sent_as_the_same_one(root):
    form = root.open(add_url(ApiClient))

    refused = root.send(address_of(form), name="Till", scopes=[], rate="often", miss_limit="9/h")
    assert list(errors_of(refused)) == ["rate"]
    assert not StaffIntent.objects.exists()
    answers = [root.send(address_of(form), **FORMS[ApiClient]()) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 302]
    assert (ApiClient.objects.count(), ApiKey.objects.count()) == (1, 1)


def test_two_forms_add_two(root):
    for _ in range(2):
        root.send(address_of(root.open(add_url(Customer))), **FORMS[Customer]())

    assert Customer.objects.count() == 2


def test_a_form_is_its_persons_own(root, administrator):
    form = root.open(add_url(Customer))
    root.send(address_of(form), **FORMS[Customer]())

    answers = [administrator.client.get(address_of(form)), administrator.send(address_of(form), **FORMS[Customer]())]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Customer.objects.count() == 1
