"""What staff write down: customers, reasons, the rules of the books."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from ledger.models import BookRules, Customer, Reason
from ledger.operations import Why
from tests.backoffice.staff import errors_of, list_url, page_url
from tests.scenarios import given_credit, given_customer

pytestmark = pytest.mark.django_db

ADD_CUSTOMER = "/admin/ledger/customer/add/"
NEW_CUSTOMER = {"entity_type": "customer", "status": "active", "first_name": "Ada", "last_name": "Byron"}


def edit_url(target):
    return reverse(f"admin:ledger_{target._meta.model_name}_edit", args=[target.pk])


def test_a_customer_without_a_number_gets_the_next_one(agent):
    answer = agent.send(ADD_CUSTOMER, **NEW_CUSTOMER)

    customer = Customer.objects.get()
    assert (answer.status_code, answer.url) == (302, page_url(customer))
    assert (customer.number, customer.display_name, customer.test_mode) == ("CUST-000001", "Ada Byron", False)
    assert LogEntry.objects.get().object_id == str(customer.pk)


def test_a_test_customer_is_one_from_the_start(agent):
    agent.send(ADD_CUSTOMER, **NEW_CUSTOMER, number="T-1", is_test="on")

    assert Customer.objects.get().test_mode is True


@pytest.mark.parametrize(
    ("number", "field"), [("SHOP-7", "number"), ("k0123456789abcdef", "__all__"), ("x" * 65, "number")]
)
def test_a_number_that_is_taken_or_unfit_is_refused_with_the_input_kept(agent, number, field):
    given_customer(number="SHOP-7")

    answer = agent.send(ADD_CUSTOMER, **NEW_CUSTOMER, number=number)

    assert list(errors_of(answer)) == [field]
    assert answer.context["adminform"].form["first_name"].value() == "Ada"
    assert Customer.objects.count() == 1


def test_a_customer_is_changed_but_keeps_number_and_mode(agent):
    customer = given_customer(number="SHOP-7", first_name="Ada")

    data = NEW_CUSTOMER | {"first_name": "Augusta", "status": "banned", "number": "SHOP-8", "is_test": "on"}
    answer = agent.send(edit_url(customer), **data)

    assert (answer.status_code, answer.url) == (302, page_url(customer))
    customer.refresh_from_db()
    assert (customer.first_name, customer.status, customer.number, customer.test_mode) == (
        "Augusta",
        "banned",
        "SHOP-7",
        False,
    )
    assert "First name" in LogEntry.objects.get().get_change_message()


def test_a_viewer_neither_adds_nor_changes_a_customer(viewer):
    customer = given_customer(first_name="Ada")

    answers = [viewer.send(ADD_CUSTOMER, **NEW_CUSTOMER), viewer.send(edit_url(customer), **NEW_CUSTOMER)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert [viewer.open(edit_url(customer)).status_code, viewer.open(ADD_CUSTOMER).status_code] == [403, 403]
    assert Customer.objects.count() == 1
    assert edit_url(customer) not in viewer.open(page_url(customer)).content.decode()


REASON = {"label": "Lost parcel", "active": "on", "funding": "GOODWILL", "counter_account": "GOODWILL"}


def test_a_reason_is_added_and_can_be_chosen(proprietor):
    proprietor.send("/admin/ledger/reason/add/", code="LP", **REASON, expires_in_days="30")

    reason = Reason.objects.get(pk="LP")
    assert (reason.label, reason.expires_in_days, reason.active) == ("Lost parcel", 30, True)
    form = proprietor.open(reverse("admin:ledger_customer_issue", args=[given_customer().pk])).context["form"]
    assert ("LP", "Lost parcel (LP)") in form.fields["reason"].choices


def test_a_reason_keeps_its_booking_once_it_is_used(administrator):
    given_credit("1.00 GBP", why=Why(reason="GW"))
    change = REASON | {"code": "XX", "funding": "PAID", "counter_account": "CASH", "label": "Kindness"}

    answers = [administrator.send(page_url(Reason.objects.get(pk=code)), **change) for code in ("GW", "DL")]

    assert [answer.status_code for answer in answers] == [302, 302]
    booked = Reason.objects.filter(label="Kindness").values_list("code", "funding", "counter_account")
    assert list(booked) == [("DL", "PAID", "CASH"), ("GW", "GOODWILL", "GOODWILL")]


def test_a_reason_used_while_its_form_was_open_is_refused_in_words(administrator, monkeypatch):
    given_credit("1.00 GBP", why=Why(reason="GW"))
    monkeypatch.setattr("storecredit.backoffice.books.reasons.BOOKING_FIELDS", [])

    answer = administrator.send(page_url(Reason.objects.get(pk="GW")), **REASON | {"funding": "PAID"})

    assert errors_of(answer) == {"__all__": ["The books refuse this change. Nothing was saved."]}
    assert Reason.objects.get(pk="GW").funding == "GOODWILL"


@pytest.mark.parametrize("days", ["0", "36501", "2147483648", "-1"])
def test_credit_lives_a_sensible_number_of_days(administrator, days):
    answer = administrator.send("/admin/ledger/reason/add/", code="LP", **REASON, expires_in_days=days)

    assert list(errors_of(answer)) == ["expires_in_days"]


def test_the_rules_of_the_books_are_one_row(administrator):
    assert administrator.open(list_url(BookRules)).url == "/admin/ledger/bookrules/add/"
    assert not BookRules.objects.exists()
    assert "_addanother" not in administrator.open("/admin/ledger/bookrules/add/").content.decode()

    administrator.send("/admin/ledger/bookrules/add/", refund_life_days="45")
    administrator.send("/admin/ledger/bookrules/1/change/", refund_life_days="60")

    assert BookRules.objects.get().refund_life_days == 60
    assert administrator.open(list_url(BookRules)).url == "/admin/ledger/bookrules/1/change/"
    assert administrator.send("/admin/ledger/bookrules/add/", refund_life_days="1").status_code == 403
