"""A list that does not understand what it is asked for says so, and shows no row: never all of them instead."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import reverse

from giftcards.models import GiftCard
from ledger.models import Account, Customer, Reason, Transaction
from storecredit.api.models import ApiClient
from storecredit.audit.models import Activity
from storecredit.backoffice.kit.filtersets import FilterSetMixin
from storecredit.checkouts.models import Checkout
from storecredit.credits.models import CreditRequest
from storecredit.finance.models import ReconciliationFinding
from tests.backoffice.exporting import CSV, XLSX, take
from tests.backoffice.staff import LISTS, Staff, list_url, text_of
from tests.factories.api import ApiClientFactory
from tests.factories.checkouts import CheckoutFactory
from tests.factories.ledger import ReasonFactory
from tests.factories.people import SavedFilterFactory
from tests.giftcards.cards import given_card
from tests.scenarios import given_credit, given_reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
#: What no list has, by what is said of it.
NONSENSE = {
    "wanted_from=2026-02-30": "The filter “wanted_from=2026-02-30”.",
    "p=%3Exx": "The page: no page of this list is called that.",
    "p=7777": "The page: no page of this list is called that.",
    "q=a%00b": "The search: there are two, or it is too long, or it is no text.",
    f"q={'a+' * 5000}": "The search: there are two, or it is too long, or it is no text.",
    "q=ada&q=bob": "The search: there are two, or it is too long, or it is no text.",
    "wanted%00=1": "The filter “wanted�=1”.",
}
#: What a person, or a machine, sends in the place of any value.
ODD = ["%00", "%ED%A0%80", "9" * 400, "-1", "%E2%80%AE", "'", '"', "%", "\\", "NaN", "1e999", "2026-02-30"]


@pytest.fixture
def root(today):
    return Staff(username="root", is_superuser=True)


def rows_of(page):
    """How many rows a list shows; none where it only says why."""
    return len(page.context["cl"].result_list) if "cl" in page.context else 0


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_no_list_shows_anything_for_what_it_does_not_understand(root, model):
    url = list_url(model)

    answers = {asked: root.client.get(f"{url}?{asked}") for asked in NONSENSE}

    assert {asked: (answer.status_code, "cl" in answer.context) for asked, answer in answers.items()} == dict.fromkeys(
        NONSENSE, (400, False)
    )
    assert {asked for asked, answer in answers.items() if NONSENSE[asked] not in text_of(answer)} == set()
    assert all(f'href="{url}"' in answer.content.decode() for answer in answers.values())


def test_the_wrong_one_of_several_filters_is_named(viewer):
    given_credit("1.00 GBP")

    answer = viewer.client.get(f"{list_url(Account)}?status__exact=OPEN&nonsense=1&test_mode__exact=perhaps")

    assert answer.status_code == 400
    assert "The filter “nonsense=1”. The filter “test_mode__exact=perhaps”. Nothing" in text_of(answer)


def test_a_code_of_a_card_is_printed_by_no_refusal(viewer):
    card = given_card("25.00 GBP")

    answer = viewer.client.get(list_url(Customer), {"nonsense": card.code})

    assert "The filter “nonsense=…”." in text_of(answer)
    assert card.code not in text_of(answer)


@pytest.mark.parametrize(
    "asked",
    [
        "created_at_from=2026-02-30",
        "created_at_to=yesterday",
        "created_at_from=2026-02-03&created_at_to=2026-02-02",
        "created_at_from=2020-01-01&created_at_from=2026-01-01",
        "test_mode__exact=perhaps",
    ],
)
def test_days_that_are_none_or_run_backwards_are_named(viewer, asked):
    CheckoutFactory.create()

    answer = viewer.client.get(f"{list_url(Checkout)}?{asked}")

    assert (answer.status_code, rows_of(answer)) == (400, 0)
    assert "The filter “" in text_of(answer)


def test_days_at_the_ends_of_the_calendar_bound_nothing(viewer):
    CheckoutFactory.create()

    assert rows_of(viewer.open(f"{list_url(Checkout)}?created_at_from=0001-01-01&created_at_to=9999-12-31")) == 1
    assert rows_of(viewer.open(f"{list_url(Checkout)}?created_at_from=&created_at_to=")) == 1


@pytest.mark.parametrize(
    ("model", "asked", "why"),
    [
        (Transaction, "created_at_from=2026-02-30", "Enter a valid date."),
        (Transaction, "created_at_from=2026-02-03&created_at_to=2026-02-02", "This is before what it begins with."),
        (Transaction, "amount_from=ten&currency=GBP", ""),
        (Transaction, "type=BANANA", "Select a valid choice."),
        (Activity, "kind=banana", "Select a valid choice."),
        (Activity, "on_from=2026-02-03&on_to=2026-02-02", "This is before what it begins with."),
        (ReconciliationFinding, "seen_from=2026-02-30", "Enter a valid date."),
        (ReconciliationFinding, "seen_from=2026-02-03&seen_to=2026-02-02", "This is before what it begins with."),
        (CreditRequest, "amount_minor_from=ten", "Amount: Enter a number such as 1000.00, in plain figures."),
        (CreditRequest, "amount_minor_from=20&amount_minor_to=10", "Amount: This is before what it begins with."),
        (CreditRequest, "why=GONE", "Reason: there is no such choice."),
        (GiftCard, "state=banana", "State: there is no such choice."),
        (GiftCard, "batch=77", "Batch: there is no such choice."),
        (Account, "status__exact=banana", "Status: there is no such choice."),
        (ApiClient, "rights=banana", "Owner's rights: there is no such choice."),
        (User, "groups__id__exact=7777", "Role: there is no such choice."),
    ],
)
def test_a_value_that_no_filter_has_finds_nothing_and_is_told(root, model, asked, why):
    given_credit("1.00 GBP")
    given_card("1.00 GBP")
    ApiClientFactory.create()

    page = root.client.get(f"{list_url(model)}?{asked}")

    refused = [take(root, model, f"?{asked}", form) for form in (CSV, XLSX)]

    assert (page.status_code, rows_of(page)) == (200, 0)
    assert why in text_of(page)
    assert [(each.status_code, "Content-Disposition" in each) for each in refused] == [(400, False)] * 2
    assert "the list does not understand its filters" in text_of(refused[0])


def test_the_entries_of_an_account_from_a_later_day_to_an_earlier_one_are_none_and_it_is_told(root):
    account = given_credit("1.00 GBP")

    page = root.open(f"/admin/ledger/account/{account.pk}/change/", first="2026-02-03", last="2026-02-02")

    assert "This is before what it begins with." in text_of(page)


def test_a_kept_filter_whose_value_is_gone_says_so_and_exports_nothing(root):
    reason = ReasonFactory.create()
    query = f"reason={reason.pk}"
    SavedFilterFactory.create(owner=root.user, list=Transaction._meta.label_lower, name="mine", query=query)
    given_credit("1.00 GBP")
    reason.delete()

    page = root.open(f"{list_url(Transaction)}?{query}")

    assert f'href="?{query}"' in page.content.decode()
    assert (rows_of(page), "Select a valid choice." in text_of(page)) == (0, True)
    assert take(root, Transaction, f"?{query}").status_code == 400


@pytest.mark.parametrize("text", ["'", '"', "''", "' \""])
@pytest.mark.parametrize("model", [User, Group, Reason, Customer, Account, Transaction, GiftCard])
def test_a_quote_by_itself_is_found_in_no_row(root, model, text):
    given_reasons()
    given_credit("1.00 GBP")
    given_card("1.00 GBP")

    page = root.open(list_url(model), q=text)

    assert (page.status_code, rows_of(page)) == (200, 0)
    assert "Nothing is like that" in text_of(page)


def test_a_blank_search_is_none(root):
    assert rows_of(root.open(list_url(User), q="   ")) == 1


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_no_odd_value_of_what_a_list_offers_breaks_it(root, unseen, model):
    listed = admin.site.get_model_admin(model)
    names = ["q", "p", *(listed.filterset_class.base_filters if isinstance(listed, FilterSetMixin) else ())]
    for each in listed.list_filter:
        name = each[0] if isinstance(each, tuple) else getattr(each, "parameter_name", each)
        names += [name, f"{name}__exact"] if isinstance(each, str) else [name, f"{name}_from"]

    asked = [f"{list_url(model)}?{'&'.join(f'{name}={odd}' for name in names[:1])}" for odd in ODD]
    asked += [f"{list_url(model)}?{name}={odd}" for name in names[1:] for odd in ("%00", "9" * 400)]

    root.client.raise_request_exception = False
    assert [each for each in asked if root.client.get(each).status_code >= 500] == []


@pytest.mark.parametrize("odd", ODD)
def test_no_odd_text_breaks_the_search_of_everything(root, odd):
    assert root.client.get(f"{reverse('admin:search')}?q={odd}").status_code == 200
