"""The list of transactions is narrowed by what staff know of an entry; what makes no sense shows nothing."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import Reason, Transaction
from ledger.operations import Actor, ActorKind, TransactionType, Why
from storecredit.backoffice.kit.saved_filters import MOST_SAVED
from storecredit.backoffice.models import SavedFilter
from tests.backoffice.staff import Staff, list_url, said, text_of
from tests.factories.people import SavedFilterFactory
from tests.scenarios import days, given_credit, given_customer, given_reasons, given_spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST = list_url(Transaction)
CLERK = Actor(kind=ActorKind.STAFF, id="7", label="clerk", door="admin")
TILL = Actor(kind=ActorKind.API, id="9", label="till 4", door="api:lightspeed")


@pytest.fixture
def entries():
    """Ada gets 40.00 GBP as goodwill, spends 5.00 and 12.00; Grace gets 700 JPY, for a test, a day later."""
    given_reasons()
    ada = given_credit(
        "40.00 GBP", customer=given_customer(number="ADA-1"), why=Why(reason="GW", reference="case 9"), actor=CLERK
    )
    given_spend("5.00 GBP", account=ada, actor=TILL, why=Why(reference="till 4/1"))
    given_spend("12.00 GBP", account=ada, why=Why(reference="till 4/2"))
    given_credit("700 JPY", customer=given_customer(number="GRACE-1", test_mode=True), now=days(1))


def listed(staff: Any, **query: str) -> list[int]:
    return [entry.amount_minor for entry in staff.open(LIST, **query).context["cl"].result_list]


def refused(page: Any) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in page.context["cl"].filterset.form.errors.items()}


@pytest.mark.usefixtures("entries")
def test_no_entry_is_read_to_learn_that_none_came_through_a_door(viewer):
    with CaptureQueriesContext(connection) as asked:
        assert listed(viewer, door="api:fabric") == []

    about = [each["sql"] for each in asked if "ledger_transaction" in each["sql"]]
    assert [sql for sql in about if "MIN(" not in sql] == []
    assert len(about) == 1


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ({}, [700, -1200, -500, 4000]),
        ({"person": "ada-1"}, [-1200, -500, 4000]),
        ({"person": "ADA"}, []),
        ({"who": "till 4"}, [-500]),
        ({"door": "admin", "currency": "GBP"}, [4000]),
        ({"door": "api:lightspeed"}, [-500]),
        ({"door": "api"}, [-1200, -500]),
        ({"door": "api:fabric"}, []),
        ({"reason": "GW"}, [4000]),
        ({"booked_to": "GOODWILL"}, [700, 4000]),
        ({"booked_to": "SALES"}, [-1200, -500]),
        ({"type": "REDEEM"}, [-1200, -500]),
        ({"created_at_from": "2026-05-05"}, [700]),
        ({"created_at_to": "2026-05-04"}, [-1200, -500, 4000]),
        ({"created_at_from": "2026-05-04", "created_at_to": "2026-05-04"}, [-1200, -500, 4000]),
        ({"currency": "GBP", "amount_from": "12"}, [-1200, 4000]),
        ({"currency": "GBP", "amount_to": "12.00"}, [-1200, -500]),
        ({"currency": "GBP", "amount_from": "5", "amount_to": "5"}, [-500]),
        ({"currency": "JPY", "amount_from": "700"}, [700]),
        ({"currency": "GBP", "amount_from": "12.00", "amount_to": "1 000.00"}, [-1200, 4000]),
        ({"currency": "JPY"}, [700]),
        ({"reference": "till 4/1"}, [-500]),
        ({"reference": "till"}, []),
        ({"test": "yes"}, [700]),
        ({"person": "ada-1", "type": "REDEEM", "reference": "till 4/2"}, [-1200]),
        ({"person": "ada-1", "q": "till 4/2"}, [-1200]),
    ],
)
def test_entries_are_narrowed_by_each_filter_and_by_all_together(viewer, entries, query, amounts):
    assert listed(viewer, **query) == amounts


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ({"amount_from": "5"}, {"currency": ["Choose the currency of the amount."]}),
        (
            {"amount_to": "much", "currency": "GBP"},
            {"amount_to": ["Enter a number such as 1000.00, in plain figures."]},
        ),
        (
            {"amount_to": "-5", "currency": "GBP"},
            {"amount_to": ["What was moved is told without its sign."]},
        ),
        (
            {"amount_from": "9", "amount_to": "5", "currency": "GBP"},
            {"amount_to": ["This is before what it begins with."]},
        ),
        (
            {"created_at_from": "2026-05-05", "created_at_to": "2026-05-04"},
            {"created_at_to": ["This is before what it begins with."]},
        ),
        ({"created_at_from": "yesterday"}, {"created_at_from": ["Enter a valid date."]}),
        ({"created_at_to": "9999-12-31"}, {"created_at_to": ["That day is too far away."]}),
        (
            {"door": "garden"},
            {"door": ["Select a valid choice. garden is not one of the available choices."]},
        ),
        (
            {"reason": "NONE"},
            {"reason": ["Select a valid choice. That choice is not one of the available choices."]},
        ),
    ],
)
def test_a_filter_that_makes_no_sense_says_so_and_shows_nothing(viewer, entries, query, errors):
    page = viewer.open(LIST, **query)

    assert page.status_code == 200
    assert refused(page) == errors
    assert list(page.context["cl"].result_list) == []
    assert all(each in text_of(page) for said in errors.values() for each in said)


@pytest.mark.parametrize("amount", ["1e400", "NaN", "Infinity", "0.001", "9" * 60])
def test_an_amount_that_its_currency_cannot_have_is_refused(viewer, entries, amount):
    page = viewer.open(LIST, amount_from=amount, currency="GBP")

    assert page.status_code == 200
    assert list(refused(page)) == ["amount_from"]
    assert list(page.context["cl"].result_list) == []


def test_an_amount_is_read_as_the_viewers_language_writes_it(viewer, entries):
    german = viewer.client.get(LIST, {"amount_from": "5,00", "currency": "GBP"}, headers={"Accept-Language": "de"})

    assert [entry.amount_minor for entry in german.context["cl"].result_list] == [-1200, -500, 4000]
    assert refused(viewer.open(LIST, amount_from="1.000", currency="GBP")) == {
        "amount_from": ["1.000 can be read in two ways: write 1000.00 or 1.00."]
    }


def test_the_next_page_and_a_search_keep_the_filters(viewer, entries, monkeypatch):
    monkeypatch.setattr(admin.site.get_model_admin(Transaction), "list_per_page", 1)

    first = viewer.open(LIST, person="ada-1", type="REDEEM")
    second = viewer.client.get(LIST + first.context["cl"].next_url)

    assert [row.amount_minor for page in (first, second) for row in page.context["cl"].result_list] == [-1200, -500]
    assert second.context["cl"].next_url == ""
    search_box = first.content.decode().partition('id="changelist-search"')[2].partition("</form>")[0]
    assert '<input type="hidden" name="person" value="ada-1">' in search_box


def test_the_form_shows_what_it_was_asked_and_leads_back_to_everything(viewer, entries):
    page = viewer.open(LIST, person="ada-1", q="till 4/2")

    assert page.context["cl"].asked_filters == [("person", "ada-1")]
    assert 'name="q" value="till 4/2"' in page.content.decode()
    assert page.context["cl"].everything_url == "?q=till+4%2F2"


def test_each_type_and_each_reason_can_be_chosen(viewer, entries):
    form = viewer.open(LIST).context["cl"].filterset.form

    assert [value for value, _ in form.fields["type"].choices if value] == TransactionType.values
    reasons = [str(value) for value, _ in form.fields["reason"].choices if value]
    assert reasons == list(Reason.objects.order_by("code").values_list("code", flat=True))


def test_filters_ask_no_more_questions_of_a_longer_list(viewer, entries):
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            viewer.client.get(LIST, {"person": "ada-1", "reason": "GW", "currency": "GBP", "amount_from": "1"})
        return len(asked)

    few = count()
    for _ in range(3):
        given_credit("3.00 GBP", why=Why(reason="GW"))

    assert count() == few


def test_an_export_has_what_the_filters_leave(finance, entries):
    url = reverse("admin:ledger_transaction_export")

    taken = finance.send(f"{url}?person=ada-1&type=REDEEM", format="csv")
    nothing = finance.send(f"{url}?amount_from=5", format="csv")

    redemptions = list(Transaction.objects.filter(type="REDEEM").order_by("-number").values_list("number", flat=True))
    lines = b"".join(taken.streaming_content).decode("utf-8-sig").splitlines()
    assert [int(line.partition(",")[0]) for line in lines[1:]] == redemptions
    assert nothing.status_code == 400
    assert "Currency: Choose the currency of the amount." in text_of(nothing)


# Filters that are kept


SAVE = reverse("admin:ledger_transaction_save_filter")


def save(staff: Any, name: str, query: str) -> list[str]:
    """Keep a filter; what is said of it."""
    return said(staff.send(SAVE, name=name, query=query))


def kept_by(staff: Any) -> dict[str, str]:
    return {saved.name: saved.query for saved in staff.open(LIST).context["saved_filters"]}


def test_a_filter_is_kept_under_a_name_and_leads_to_what_it_shows(viewer, entries):
    shown = viewer.open(LIST, person="ada-1", type="REDEEM").context["cl"].asked_query

    answer = viewer.send(SAVE, name="Ada's purchases", query=shown)

    assert (answer.status_code, answer.url) == (302, f"{LIST}?person=ada-1&type=REDEEM")
    assert said(answer) == ["The filter “Ada's purchases” is saved."]
    assert kept_by(viewer) == {"Ada's purchases": "person=ada-1&type=REDEEM"}
    assert [entry.amount_minor for entry in viewer.client.get(answer.url).context["cl"].result_list] == [-1200, -500]
    assert 'href="?person=ada-1&amp;type=REDEEM"' in viewer.open(LIST).content.decode()


def test_one_of_the_same_name_takes_the_place_of_the_other(viewer):
    save(viewer, "mine", "type=ISSUE")
    save(viewer, "mine", "type=REDEEM")

    assert kept_by(viewer) == {"mine": "type=REDEEM"}


def test_everybody_has_filters_of_their_own(viewer, finance):
    save(viewer, "mine", "type=ISSUE")
    save(finance, "mine", "type=REDEEM")

    assert (kept_by(viewer), kept_by(finance)) == ({"mine": "type=ISSUE"}, {"mine": "type=REDEEM"})


def test_a_page_and_what_is_no_filter_are_not_kept(viewer):
    save(viewer, "mine", "type=ISSUE&p=%3Eabc&e=1&o=3&next=//example.org&q=till")

    assert kept_by(viewer) == {"mine": "type=ISSUE&q=till"}


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("mine", "", "Nothing was saved: choose first what to show."),
        ("mine", "next=//example.org", "Nothing was saved: choose first what to show."),
        ("mine", "&".join(f"x{n}=1" for n in range(1500)), "Nothing was saved: choose first what to show."),
        ("mine", "amount_from=5", "Nothing was saved: the filter makes no sense as it is."),
        (" ", "type=ISSUE", "Nothing was saved. Name: This field is required."),
        (
            "x" * 61,
            "type=ISSUE",
            "Nothing was saved. Name: Ensure this value has at most 60 characters (it has 61).",
        ),
    ],
)
def test_what_cannot_be_kept_is_said_and_not_kept(viewer, name, query, words):
    assert save(viewer, name, query) == [words]
    assert SavedFilter.objects.count() == 0


def test_no_more_than_ten_are_kept_of_a_list(viewer):
    SavedFilterFactory.create_batch(MOST_SAVED, owner=viewer.user)

    assert save(viewer, "one more", "type=ISSUE") == [
        "Nothing was saved: there are 10 filters of this list already. Delete one first."
    ]
    assert SavedFilter.objects.count() == MOST_SAVED


def test_a_filter_is_deleted_by_its_owner_alone(viewer, finance):
    saved = SavedFilterFactory.create(owner=viewer.user, name="mine")
    delete = reverse("admin:ledger_transaction_delete_filter", args=[saved.pk])

    assert finance.send(delete).status_code == 404
    assert viewer.client.get(delete).status_code == 405
    assert kept_by(viewer) == {"mine": "type=REDEEM"}

    assert said(viewer.send(delete)) == ["The filter “mine” is deleted."]
    assert kept_by(viewer) == {}


def test_whoever_may_not_see_the_list_keeps_nothing_of_it(viewer):
    saved, clerk = SavedFilterFactory.create(owner=viewer.user), Staff(permissions=["ledger.view_customer"])
    delete = reverse("admin:ledger_transaction_delete_filter", args=[saved.pk])

    assert [clerk.send(SAVE, name="x", query="type=ISSUE").status_code, clerk.send(delete).status_code] == [403, 403]
    assert clerk.client.get(SAVE).status_code == 405
    assert SavedFilter.objects.count() == 1
