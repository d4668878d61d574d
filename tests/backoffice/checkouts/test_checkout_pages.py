"""What staff read of checkouts and orders, and where each entry and hold of the books leads."""

import pytest
from django.urls import reverse

from ledger.models import Transaction
from ledger.operations import AccountStatus
from storecredit.checkouts.models import Order
from storecredit.checkouts.operations import refund_order
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import approve_request
from tests.backoffice.checkouts.rows import (
    given_callout,
    given_checkout_with_credit,
    given_failed_event,
    given_order_with_card,
    given_shortfall,
    given_unreturned,
    hold_of,
)
from tests.backoffice.staff import (
    Staff,
    changes_of,
    facts_of,
    list_url,
    page_url,
    said,
    step_url,
    table_of,
    text_of,
    told_by,
)
from tests.checkouts.stage import ACT, all_is_well, nothing_changes, send
from tests.credits.requests import given_approver, party_of
from tests.scenarios import NOW, balance_of, days, given_credit, given_hold, money, set_status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def leads_to(answer, target) -> bool:
    return f'href="{page_url(target)}"' in answer.content.decode()


def test_an_orders_page_and_the_pages_of_its_entries_lead_to_each_other(viewer):
    placed = given_order_with_card()
    send(placed, quantity=1)
    refund_order(order_id=placed.order.pk, currency="GBP", amount=money("22.00 GBP"), **ACT)
    entries = list(Transaction.objects.filter(reference=placed.order.pk).order_by("number"))

    page = viewer.open(page_url(placed.order))

    assert [entry.type for entry in entries] == ["REDEEM", "REFUND"]
    assert all(page_url(entry) in page.content.decode() for entry in entries)
    assert all(leads_to(viewer.open(page_url(entry)), placed.order) for entry in entries)
    rows = table_of(page, "Charges")
    charges = [(row["Source"], row["Pays"], row["Captured"], row["Refunded"]) for row in rows]
    assert charges == [
        ("Store credit", "£10.00", "£10.00", "£2.00"),
        ("Credit card, Visa ending in 4242", "£20.00", "£20.00", "£20.00"),
    ]
    rows = table_of(page, "Captures, cancellations and refunds")
    movements = [(row["What"], row["Source"].partition(",")[0], row["Amount"]) for row in rows]
    assert movements == [
        ("Capture", "Store credit", "£10.00"),
        ("Refund", "Store credit", "£2.00"),
        ("Capture", "Credit card", "£20.00"),
        ("Refund", "Credit card", "£20.00"),
    ]


def test_an_orders_page_says_what_became_of_credit_that_was_handed_to_staff(viewer):
    account = given_credit("10.00 GBP")
    placed = given_order_with_card(account)
    send(placed, quantity=1)
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)
    refund_order(order_id=placed.order.pk, currency="GBP", amount=money("30.00 GBP"), **ACT)

    def says() -> tuple[str, str]:
        page = viewer.open(page_url(placed.order))
        returned = [row["Credit given back by"] for row in table_of(page, "Captures, cancellations and refunds")]
        [handed] = [words for words in returned if words.startswith("Handed")]
        [refund] = table_of(page, "Refunds as they were asked for")
        return handed, refund["State"]

    assert says() == ("Handed to staff, waiting", "Waiting for staff")

    approver = given_approver("paul", "100.00 GBP")
    approve_request(request_id=CreditRequest.objects.get().pk, party=party_of(approver), now=NOW)
    assert says() == ("Handed to staff, paid or settled", "Done")


def test_a_deductions_page_and_the_page_of_its_entry_lead_to_each_other(viewer):
    deduction = given_shortfall()
    entry = Transaction.objects.get(deduction_movement__deduction=deduction)

    page = viewer.open(page_url(deduction))

    assert table_of(page, "What moved")[0]["By"] == str(entry)
    assert leads_to(page, entry)
    assert leads_to(viewer.open(page_url(entry)), deduction)


def test_a_holds_page_leads_to_its_checkout_or_session_and_refuses_to_release_it_there(finance):
    checkout = given_checkout_with_credit()
    callout = given_callout()

    for hold, owner in ((hold_of(checkout), checkout.checkout), (callout.hold, callout)):
        page = finance.open(page_url(hold))
        assert leads_to(page, owner)
        assert page.context["buttons"] == []
        with nothing_changes():
            assert finance.send(step_url(hold, "release"), why="Stuck").status_code == 409


def test_a_hold_of_nobodys_checkout_is_released_on_its_own_page(finance):

    hold = given_hold("5.00 GBP", account=given_credit("40.00 GBP"), expires_at=days(1))

    page = finance.open(page_url(hold))

    assert "Set aside for" not in told_by(page)
    assert [button.slug for button in page.context["buttons"]] == ["release"]


def test_a_stuck_hold_is_released_with_a_reason_after_a_review_that_says_what_becomes_free(finance):
    account = given_credit("40.00 GBP")
    checkout = given_checkout_with_credit(account)
    url = step_url(checkout.checkout, "release-hold")

    reviewed = finance.review(url, hold=str(hold_of(checkout).pk), why="The shopper telephoned")

    assert changes_of(reviewed) == [("Set aside", "£10.00", "£0.00"), ("Can be spent", "£30.00", "£40.00")]
    assert facts_of(reviewed) == {"Account": account.number, "Why": "The shopper telephoned"}
    done = finance.confirm(reviewed)
    assert said(done) == ["The hold is released."]
    source = checkout.checkout.sources.get()
    assert (source.state, source.cancelled_by, source.cancelled_why) == (
        "CANCELLED",
        "finance",
        "The shopper telephoned",
    )
    assert hold_of(checkout).status == "RELEASED"
    page = finance.open(page_url(checkout.checkout))
    assert "nothing is set aside for it now." in text_of(page)
    assert all_is_well()


def test_a_release_without_a_reason_is_refused(finance):
    checkout = given_checkout_with_credit()

    with nothing_changes():
        answer = finance.send(step_url(checkout.checkout, "release-hold"), hold=str(hold_of(checkout).pk), why=" ")

    assert answer.context["form"].errors["why"] == ["This field is required."]


def test_a_hold_of_another_checkout_cannot_be_named(finance):
    checkout, other = given_checkout_with_credit(), given_checkout_with_credit()

    with nothing_changes():
        answer = finance.send(step_url(checkout.checkout, "release-hold"), hold=str(hold_of(other).pk), why="Stuck")

    assert "hold" in answer.context["form"].errors


def test_a_second_click_finds_a_release_done_and_does_nothing(finance):
    checkout = given_checkout_with_credit()
    reviewed = finance.review(step_url(checkout.checkout, "release-hold"), hold=str(hold_of(checkout).pk), why="Stuck")
    finance.confirm(reviewed)

    with nothing_changes():
        again = finance.confirm(reviewed)

    assert said(again)[-1] == "This was done already, and was not done twice."


@pytest.mark.parametrize("find", ["id", "session_id", "upstream_id", "email", "order"])
def test_a_checkout_is_found_by_each_of_its_names(viewer, find):
    placed = given_order_with_card()
    checkout = placed.checkout
    type(checkout).objects.filter(pk=given_checkout_with_credit().checkout.pk).update(
        upstream_id="basket-7", email="other@example.com"
    )
    names = {
        "id": (checkout.pk, checkout.pk),
        "session_id": (checkout.session_id, checkout.pk),
        "order": (placed.order.pk, checkout.pk),
    }
    other = type(checkout).objects.exclude(pk=checkout.pk).get()
    names |= {"upstream_id": ("basket-7", other.pk), "email": ("other@example.com", other.pk)}
    asked, expected = names[find]

    found = viewer.open(list_url(type(checkout)), q=str(asked)).context["cl"].result_list

    assert [row.pk for row in found] == [expected]


def test_no_page_shows_a_session_secret_to_anybody():
    administrator = Staff("Administrator")
    checkout = given_checkout_with_credit().checkout
    source = checkout.sources.get()

    shown = administrator.open(page_url(checkout)).content.decode()

    assert str(checkout.session_secret) not in shown
    assert str(source.client_secret) not in shown


def test_the_overview_says_what_waits_to_those_who_can_do_it(finance, viewer):
    given_shortfall()
    given_unreturned()

    hints = finance.open(reverse("admin:index")).context["hints"]

    assert [(hint.count, hint.words) for hint in hints] == [
        (1, "An order at the vendor counted on more credit than there was."),
        (1, "Credit of an order could not go back to its account."),
    ]
    assert all(len(finance.open(hint.url).context["cl"].result_list) == 1 for hint in hints)
    assert viewer.open(reverse("admin:index")).context["hints"] == []


def test_the_overview_tells_of_failed_events(finance):
    given_failed_event()

    (hint,) = finance.open(reverse("admin:index")).context["hints"]

    assert hint.words == "An event of the vendor could not be processed."
    assert len(finance.open(hint.url).context["cl"].result_list) == 1


def test_lists_of_orders_show_what_credit_paid_and_what_went_back(viewer):
    account = given_credit("40.00 GBP")
    placed = given_order_with_card(account)
    send(placed, quantity=1)
    refund_order(order_id=placed.order.pk, currency="GBP", amount=money("22.00 GBP"), **ACT)
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)

    listed = viewer.open(list_url(Order))

    assert "£30.00 £10.00 £2.00" in text_of(listed)
    assert balance_of(account) == "32.00"
