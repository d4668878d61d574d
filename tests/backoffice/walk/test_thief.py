"""Whoever asks for more than their role says, by an address that no page leads to, is refused and told nothing."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import reverse

from giftcards.models import GiftCard
from ledger.models import Account, BookRules, Customer, Transaction
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.models import ImportKind, ImportRun, SavedFilter
from storecredit.checkouts.models import Checkout, CheckoutRules, WebhookSecret
from storecredit.credits.models import CreditRequest, IssueLimit
from tests.backoffice.staff import Staff, list_url, page_url, step_url, text_of
from tests.factories.imports import ImportRunFactory
from tests.factories.people import SavedFilterFactory
from tests.project.test_factories import factory_of
from tests.scenarios import given_credit, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (GiftCard, "code_digest"),
        (GiftCard, "code_cipher"),
        (CreditRequest, "number_digest"),
        (Checkout, "session_secret"),
        (WebhookSecret, "cipher"),
        (User, "password"),
        (Customer, "email"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
@pytest.mark.parametrize("lookup", ["startswith", "regex", "gt"])
def test_a_list_is_not_narrowed_by_a_column_that_it_does_not_show(model, column, lookup):
    root = Staff(username="root", is_superuser=True)
    factory_of(model).create()

    answer = root.open(f"{list_url(model)}?{column}__{lookup}=a")

    assert answer.status_code == 400


def test_the_fields_by_which_a_list_is_narrowed_are_those_of_its_filters_and_of_what_leads_to_it():
    viewer = Staff("Viewer")

    asked = ["kind", "number", "balance_minor", "customer", "status", "test_mode", "customer_id", "balance_minor__gte"]

    answers = {each: viewer.open(f"{list_url(Account)}?{each}=1").status_code for each in asked}

    assert {each for each, status in answers.items() if status != 400} == {"kind", "status", "test_mode"}
    others = [f"{list_url(CreditRequest)}?batch__id__exact=1", f"{list_url(Account)}?currency=GBP"]
    assert [viewer.open(url).status_code for url in others] == [200, 200]
    assert viewer.open(f"{list_url(Account)}?currency__startswith=G").status_code == 400


def given_import(kind: ImportKind, **more: Any) -> ImportRun:
    return ImportRunFactory.create(kind=kind, **more)


def test_what_became_of_a_file_is_shown_to_those_alone_who_may_import_such_files():
    agent, run = Staff("Agent"), given_import(ImportKind.CARDS)
    own = given_import(ImportKind.CREDIT_REQUESTS)
    pages = ("change", "history", "errors", "result")

    statuses = [
        [agent.open(reverse(f"admin:backoffice_importrun_{page}", args=[each.pk])).status_code for page in pages]
        for each in (run, own)
    ]

    assert statuses == [[403, 403, 403, 403], [200, 200, 200, 404]]


def test_a_piece_of_a_file_that_comes_as_a_form_is_refused_in_words_and_not_kept():
    agent = Staff("Agent")
    run = given_import(ImportKind.CREDIT_REQUESTS, started_by=agent.user)

    answer = agent.send(reverse("admin:backoffice_importrun_piece", args=[run.pk]), place="0", file="x")

    assert (answer.status_code, answer.json()) == (415, {"refused": "A piece of a file is sent as bytes."})
    assert run.pieces.count() == 0


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_no_page_is_asked_otherwise_than_browsers_ask(method):
    root, account = Staff(username="root", is_superuser=True), given_credit("40.00 GBP")
    saved = SavedFilterFactory.create(owner=root.user)
    pages = [
        page_url(account),
        step_url(account, "debit"),
        list_url(Account),
        reverse("admin:ledger_transaction_delete_filter", args=[saved.pk]),
        reverse("admin:login"),
        reverse("mfa_authenticate"),
        reverse("admin:security_end_all"),
    ]

    with nothing_moves():
        answers = [root.client.generic(method, page, b"amount=1&reason=EC") for page in pages]

    assert {(answer.status_code, answer.headers["Allow"]) for answer in answers} == {(405, "GET, HEAD, POST")}
    assert root.open(reverse("admin:index")).status_code == 200


def test_nobody_forgets_a_filter_of_somebody_else_or_sees_it():
    viewer, saved = Staff("Viewer"), SavedFilterFactory.create(name="Not yours")

    answer = viewer.send(reverse("admin:ledger_transaction_delete_filter", args=[saved.pk]))

    assert answer.status_code == 404
    assert SavedFilter.objects.filter(pk=saved.pk).exists()
    assert "Not yours" not in text_of(viewer.open(list_url(Transaction)))


def test_rules_of_one_row_lead_nobody_to_them_who_may_not_see_them():
    nobody = Staff()

    assert [nobody.open(list_url(model)).status_code for model in (BookRules, CheckoutRules)] == [403, 403]


def test_the_address_of_an_export_leads_nobody_to_a_list_that_they_may_not_see():
    assert Staff("Viewer").open(reverse("admin:auth_user_export")).status_code == 403


def test_what_a_field_offers_is_told_to_those_alone_who_see_such_rows():
    viewer, told = Staff("Viewer"), set()
    given_credit("40.00 GBP")
    for model in admin.site._registry:
        for field in model._meta.fields:
            if field.related_model is None:
                continue
            asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field.name}
            answer = viewer.open(reverse("admin:autocomplete"), term="", **asked)
            assert answer.status_code in {200, 403, 404}
            if answer.status_code == 200:
                told.add(field.related_model._meta.label_lower)

    permitted = {each.removeprefix("ledger.view_") for each in ROLES["Viewer"] if each.startswith("ledger.view_")}
    assert {label for label in told if label.startswith("ledger.")} <= {f"ledger.{name}" for name in permitted}
    assert not told & {"auth.user", "auth.group", "api.apiclient", "finance.correction", "backoffice.importrun"}


@pytest.mark.parametrize("role", ["Viewer", "Finance"])
def test_what_is_done_to_chosen_rows_of_a_list_is_done_by_those_alone_to_whom_it_is_offered(role):
    staff, root = Staff(role), Staff(username="root", is_superuser=True)
    asked = root.open(reverse("admin:index")).wsgi_request
    for model in (GiftCard, CreditRequest, Group, IssueLimit):
        row = model._default_manager.order_by("pk").first() or factory_of(model).create()
        names = ["delete_selected", *admin.site.get_model_admin(model).get_actions(asked)]
        for name in names:
            with nothing_moves():
                answer = staff.send(list_url(model), action=name, _selected_action=str(row.pk), post="yes", index="0")
            assert "-many" not in answer.headers.get("Location", "")
            assert model._default_manager.filter(pk=row.pk).exists()
