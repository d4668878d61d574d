"""Numbers as people type them, in forms that move money or limit it."""

import pytest
from moneyed import Money

from giftcards.models import CardBatch
from tests.backoffice.staff import changes_of, errors_of, step_url
from tests.factories.credits import ApproverLimitFactory
from tests.scenarios import given_account, given_credit, history_of, nothing_moves

pytestmark = pytest.mark.django_db


def issue(staff, account, amount, language="en-GB,en;q=0.9"):
    """Review and confirm an issue in a browser of some language; what its review says the balance would be."""
    staff.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    review = staff.review(step_url(account, "issue"), amount=amount, reason="GW")
    staff.confirm(review)
    return changes_of(review)[0][-1]


@pytest.mark.parametrize(
    ("language", "currency", "typed", "read"),
    [
        ("en", "EUR", "3.50", "3.50"),
        ("en", "EUR", "3,50", "3.50"),
        ("en", "EUR", ".5", "0.50"),
        ("en", "EUR", " 1,000 ", "1000.00"),
        ("en", "EUR", "1,000.00", "1000.00"),
        ("en", "EUR", "1.000,00", "1000.00"),
        ("en", "EUR", "1 000.00", "1000.00"),
        ("en", "EUR", "1\u00a0000,00", "1000.00"),
        ("en", "EUR", "1\u202f000", "1000.00"),
        ("en", "EUR", "1’000", "1000.00"),
        ("en", "EUR", "1'000.0", "1000.00"),
        ("de", "EUR", "3,5", "3.50"),
        ("de-AT,de;q=0.9,en;q=0.8", "EUR", "1.000", "1000.00"),
        ("de", "EUR", "3.50", "3.50"),
        ("xx-nonsense, ;q=1", "EUR", "1,000", "1000.00"),
        ("en", "JPY", "1,000", "1000"),
        ("de", "JPY", "1.000", "1000"),
        ("en", "KWD", "5.125", "5.125"),
        ("de", "KWD", "5,125", "5.125"),
    ],
)
def test_reads_an_amount_as_the_viewers_language_writes_it(proprietor, language, currency, typed, read):
    account = given_account(currency)

    issue(proprietor, account, typed, language)

    assert history_of(account) == [("ISSUE", read)]


@pytest.mark.parametrize(
    ("language", "currency", "typed", "words"),
    [
        ("en", "EUR", "1e3", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "1E+3", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "٣٥", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "３５", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "1_000", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "+5", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "5-", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "€5", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "1,,000", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "1..5", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "1,00,000", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "1 00", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "1,000,00", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "1,000.000", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "3,5", "Enter a number such as 1000.00, in plain figures."),
        ("en", "EUR", "5.", "Enter a number such as 1000.00, in plain figures."),
        ("de", "EUR", "1e3", "Enter a number such as 1000,00, in plain figures."),
        ("en", "EUR", "1.000", "1.000 can be read in two ways: write 1000.00 or 1.00."),
        ("de", "EUR", "1,500", "1,500 can be read in two ways: write 1500,00 or 1,50."),
        ("en", "KWD", "5,125", "5,125 can be read in two ways: write 5125.000 or 5.125."),
        ("en", "EUR", "1.005", "1.005 has more decimals than EUR has."),
        ("en", "JPY", "5.5", "5.5 has more decimals than JPY has."),
    ],
)
def test_refuses_what_is_no_number_or_could_be_two(proprietor, language, currency, typed, words):
    account = given_account(currency)
    proprietor.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    with nothing_moves():
        answer = proprietor.send(step_url(account, "issue"), amount=typed, reason="GW")

    assert errors_of(answer) == {"amount": [words]}


def test_the_review_shows_the_amount_that_was_read(proprietor):
    account = given_credit("40.00 GBP")

    assert issue(proprietor, account, "1,000") == "£1,040.00"


@pytest.mark.parametrize(
    ("language", "typed", "kept", "shown"),
    [
        ("de", "1.234,50", "1234.50", "1234,50"),
        ("fr", "12 345,67", "12345.67", "12345,67"),
        ("de-CH", "1’000.50", "1000.50", "1000.50"),
        ("en", "1.234.567", "1234567.00", "1234567.00"),
    ],
)
def test_a_limit_is_typed_and_shown_in_the_viewers_language(administrator, language, typed, kept, shown):
    administrator.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    # One that is lowered, for one that is raised waits for a second administrator.
    limit = ApproverLimitFactory.create(per_request=Money(2_000_000, "EUR"))
    address = f"/admin/credits/approverlimit/{limit.pk}/change/"

    administrator.send(address, user=limit.user_id, currency="EUR", per_request=typed)
    page = administrator.open(address).content.decode()

    limit.refresh_from_db()
    assert limit.per_request == Money(kept, "EUR")
    assert f'value="{shown}"' in page


@pytest.mark.parametrize(("typed", "size"), [("1,000", 1000), ("12", 12)])
def test_the_number_of_cards_is_typed_like_an_amount(proprietor, typed, size):
    proprietor.do(
        "/admin/giftcards/cardbatch/add/", name="May", size=typed, amount="1", amount_currency="EUR", funding="PAID"
    )

    assert CardBatch.objects.get().size == size


@pytest.mark.parametrize("typed", ["1e1", "١٢", "1_0", "1.0", "1,00"])
def test_a_number_of_cards_that_is_none_plans_nothing(proprietor, typed):
    answer = proprietor.send(
        "/admin/giftcards/cardbatch/add/", name="May", size=typed, amount="1", amount_currency="EUR", funding="PAID"
    )

    assert errors_of(answer) == {"size": ["Enter a number such as 1000, in plain figures."]}
    assert not CardBatch.objects.exists()
