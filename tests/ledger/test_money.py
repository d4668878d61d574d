from decimal import Decimal

import pytest
from moneyed import Money

from ledger.errors import AmountNotExact, AmountTooLarge, CurrencyUnknown
from ledger.money import CURRENCIES, decimals, from_minor, require_open, to_minor
from tests.scenarios import NOW, money


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12.34 GBP", 1234),
        ("12.3 GBP", 1230),
        ("12 GBP", 1200),
        ("12.3400 GBP", 1234),
        ("1.2E+3 GBP", 120000),
        ("0.00 GBP", 0),
        ("0E+999999 GBP", 0),
        ("1E-2 GBP", 1),
        ("0.010000000000000000000000000000000000 GBP", 1),
        ("-0.01 GBP", -1),
        ("12 JPY", 12),
        ("12.0 JPY", 12),
        ("1.234 KWD", 1234),
        ("-1.2 KWD", -1200),
        ("90071992547409.91 GBP", 9007199254740991),
        ("999999999999999999999.99 GBP", 99999999999999999999999),
    ],
)
def test_an_amount_is_so_many_minor_units(text: str, minor: int):
    assert to_minor(money(text)) == minor


@pytest.mark.parametrize(
    "text",
    [
        "12.345 GBP",
        "0.005 GBP",
        "0.001 GBP",
        "-0.009 GBP",
        "12.5 JPY",
        "0.1 JPY",
        "1.2345 KWD",
        "1E-30 GBP",
        "1E-999999 GBP",
        "0.010000000000000000000000000000000001 GBP",
        "0.009999999999999999999999999999999999 GBP",
        "9007199254740991.0000000000000000000001 JPY",
    ],
)
def test_nothing_is_rounded(text: str):
    with pytest.raises(AmountNotExact) as caught:
        to_minor(money(text))

    assert (caught.value.amount, caught.value.currency) == (money(text).amount, text[-3:])


@pytest.mark.parametrize("text", ["1E+21 GBP", "-1E+21 JPY", "1E+999999 GBP", "9E+999999999999999999 KWD"])
def test_what_could_not_be_counted_is_refused_at_once(text: str):
    with pytest.raises(AmountTooLarge):
        to_minor(money(text))


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(amount: str):
    with pytest.raises(AmountNotExact):
        to_minor(Money(Decimal(amount), "GBP"))


@pytest.mark.parametrize(
    ("minor", "text"),
    [(1234, "12.34 GBP"), (-1, "-0.01 GBP"), (0, "0.00 GBP"), (12, "12 JPY"), (1234, "1.234 KWD"), (5, "0.005 KWD")],
)
def test_minor_units_are_an_amount(minor: int, text: str):
    assert from_minor(minor, text[-3:]) == money(text)
    assert str(from_minor(minor, text[-3:]).amount) == text[:-4]


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_every_currency_comes_back_as_it_went(currency: str):
    for minor in (0, 1, -1, 99, 100, 101, 999, 1001, 2**53 - 1):
        assert to_minor(from_minor(minor, currency)) == minor


@pytest.mark.parametrize(
    ("currency", "places"),
    [
        *((code, 0) for code in ["JPY", "KRW", "VND", "CLP", "ISK", "XOF", "XAF", "XPF", "UGX"]),
        *((code, 2) for code in ["GBP", "USD", "EUR", "XCD", "HUF", "IDR", "XCG", "ZWG", "MRU"]),
        *((code, 3) for code in ["KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"]),
    ],
)
def test_a_currency_has_the_decimals_of_the_standard(currency: str, places: int):
    assert decimals(currency) == places


def test_no_currency_has_other_decimals_than_0_2_or_3():
    assert {decimals(currency) for currency in CURRENCIES} == {0, 2, 3}


def test_the_list_has_what_people_pay_with():
    assert {"XOF", "XAF", "XPF", "XCD", "GBP", "EUR", "USD", "JPY", "KWD", "CHF", "XCG", "SLE", "VED"} <= CURRENCIES
    assert 150 < len(CURRENCIES) < 160


@pytest.mark.parametrize(
    "currency",
    [
        *["DEM", "HRK", "ANG", "BGN", "ZWL", "SLL", "VEF", "BYR"],
        *["XAU", "XAG", "XDR", "XTS", "XXX", "XBA", "XSU", "XUA"],
        *["CLF", "CHE", "CHW", "COU", "MXV", "USN", "UYI", "BOV"],
        *["BTC", "gbp", "", "GB", "GBPP", "£"],
    ],
)
def test_the_list_lacks_metals_funds_test_codes_and_what_was_withdrawn(currency: str):
    assert currency not in CURRENCIES
    with pytest.raises(CurrencyUnknown):
        require_open(currency, NOW.date())


@pytest.mark.parametrize(("amount_minor", "text"), [(1, "0.01 DEM"), (1234, "12.34 HRK"), (7, "7 BYR"), (5, "5 XAU")])
def test_amounts_in_currencies_that_are_none_any_more_are_read(amount_minor: int, text: str):
    amount = from_minor(amount_minor, text.split()[1])

    assert (amount, to_minor(amount)) == (money(text), amount_minor)


@pytest.mark.parametrize("currency", ["BTC", "gbp", "", "GB", "GBPP", "£"])
def test_amounts_in_what_never_was_a_currency_are_not(currency: str):
    with pytest.raises(CurrencyUnknown):
        decimals(currency)
    with pytest.raises(CurrencyUnknown):
        from_minor(1, currency)
