"""Who may take a list out, and what the staff log says of it."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from giftcards.models import GiftCard
from ledger.models import Account
from storecredit.api.models import ApiClient
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.kit import exports
from storecredit.credits.models import CreditRequest
from tests.backoffice.exporting import CSV, XLSX, export_url, lines_of, log, take
from tests.backoffice.staff import list_url, text_of
from tests.giftcards.cards import given_card
from tests.scenarios import given_account, given_credit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def test_only_finance_is_shipped_with_it():
    assert {role for role, names in ROLES.items() if exports.EXPORT in names} == {"Finance"}


def test_others_are_not_offered_it_and_are_refused_in_words(viewer):
    given_credit("1.00 GBP")

    page, answer = viewer.open(list_url(Account)), take(viewer, Account)

    assert "Export" not in text_of(page)
    assert answer.status_code == 403
    assert "your role does not include taking lists out" in text_of(answer)
    assert log() == []


def test_what_may_not_be_seen_may_not_be_taken(viewer):
    viewer.user.user_permissions.add(Permission.objects.get(codename="export_lists"))

    assert take(viewer, ApiClient).status_code == 403
    assert take(viewer, Account).status_code == 200


def test_nothing_is_taken_by_an_address_alone_or_from_another_site(finance):
    given_credit("1.00 GBP")
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(finance.user, backend="django.contrib.auth.backends.ModelBackend")

    opened = finance.client.get(export_url(Account, "?currency=GBP&format=csv"))

    assert (opened.status_code, opened.url) == (302, f"{list_url(Account)}?currency=GBP&format=csv")
    assert stranger.post(export_url(Account), {"format": CSV}).status_code == 403
    assert reverse("admin:login") in Client().post(export_url(Account), {"format": CSV}).headers["Location"]
    assert log() == []


@pytest.mark.parametrize("form", ["", "pdf", "CSV", "\x00"])
def test_another_form_is_refused(finance, form):
    answer = take(finance, Account, form=form)

    assert answer.status_code == 400
    assert "as CSV or as XLSX" in text_of(answer)
    assert log() == []


def test_the_staff_log_says_who_took_what(finance):
    given_credit("1.00 GBP")
    given_credit("2.00 EUR")

    answer = take(finance, Account, "?currency=GBP&q=CUST&p=2")
    assert [text for *_, text in log()] == ["Began to export as CSV: currency GBP, a search"]
    lines_of(answer)

    assert log() == [
        ("finance", "Accounts", "Began to export as CSV: currency GBP, a search"),
        ("finance", "Accounts", "Exported as CSV: 0 rows"),
    ]


def test_an_export_that_is_broken_off_says_so(finance, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    for _ in range(5):
        given_account("GBP")

    answer = take(finance, Account)
    parts = iter(answer.streaming_content)
    next(parts), next(parts)
    for close in answer._resource_closers:  # what the server does when nobody reads on
        close()

    assert [text for *_, text in log()] == [
        "Began to export as CSV: the whole list",
        "Export as CSV broken off after 2 rows",
    ]


def test_a_code_in_the_address_is_neither_taken_nor_written_down(finance):
    code = given_card("25.00 GBP").code

    searched = take(finance, GiftCard, f"?q={code}")
    filtered = take(finance, CreditRequest, f"?order_value={code}")

    assert searched.status_code == 302
    assert code not in searched.url
    assert filtered.status_code in (200, 302)
    assert not [text for *_, text in log() if code in text or code.replace("-", "") in text]


def test_the_file_is_called_by_its_list_and_day(finance):
    answer = take(finance, GiftCard, form=XLSX)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="gift-cards-2026-05-04.xlsx"'
    assert answer.streaming
