"""Pages in the language and the time zone of whoever looks, and of nobody else."""

from datetime import date

import pytest
from babel.dates import get_month_names
from django.utils import dateformat
from django.utils.translation import override

from ledger.wording import amount_text
from storecredit.audit.models import Activity
from storecredit.backoffice.models import Preferences
from tests.backoffice.staff import said, text_of
from tests.callers import ApiCaller, given_client
from tests.factories.people import PreferencesFactory
from tests.scenarios import given_credit, given_customer, money

pytestmark = pytest.mark.django_db

OURS = "/admin/preferences/"


def language_of(answer):
    return answer.content.decode().partition('<html lang="')[2].partition('"')[0]


def test_a_person_chooses_a_language_for_themselves_alone(administrator, agent):
    answer = administrator.send(OURS, language="de", time_zone="Europe/Berlin")

    assert said(answer) == ["Seiten werden Ihnen von jetzt an so gezeigt."]
    assert Preferences.objects.values_list("person", "language", "time_zone").get() == (
        administrator.user.pk,
        "de",
        "Europe/Berlin",
    )
    assert language_of(administrator.open("/admin/")) == "de"
    assert language_of(agent.open("/admin/")) == "en"
    assert language_of(administrator.open("/admin/")) == "de"


@pytest.mark.parametrize("page", [OURS, "/admin/my-notices/"])
def test_what_is_saved_as_it_was_is_no_activity(administrator, page):
    form = administrator.open(page).context["form"]
    told = Activity.objects.filter(kind="SETTING_CHANGED")

    answer = administrator.send(page, **{name: form[name].value() for name in form.fields})

    assert (answer.status_code, told.count()) == (302, 0)


@pytest.mark.parametrize(("language", "time_zone"), [("xx", ""), ("", "Europe/Atlantis"), ("de-at", "")])
def test_what_is_not_offered_is_refused(administrator, language, time_zone):
    answer = administrator.send(OURS, language=language, time_zone=time_zone)

    assert answer.status_code == 200
    assert not Preferences.objects.exists()


def test_a_language_and_a_zone_that_are_gone_are_passed_over(administrator):
    PreferencesFactory(person=administrator.user, language="tlh", time_zone="Europe/Atlantis")

    page = administrator.open("/admin/")

    assert language_of(page) == "en"
    assert "Days and times are those of UTC." in text_of(page)


def test_without_a_choice_the_shops_language_counts_and_not_the_browsers(administrator, settings):
    administrator.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"

    assert language_of(administrator.open("/admin/")) == "en"

    settings.DEFAULT_LANGUAGE = "de"
    assert language_of(administrator.open("/admin/")) == "de"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-AT,en;q=0.8", "de"), ("fr,de;q=0.5", "de"), ("en-GB,de", "en"), ("xx", "en"), ("", "en"), (";;q=", "en")],
)
def test_before_the_sign_in_the_browsers_language_counts(client, accepted, language):
    answer = client.get("/admin/login/", headers={"accept-language": accepted})

    assert language_of(answer) == language
    assert "Accept-Language" in answer.headers["Vary"]


def test_amounts_and_moments_read_as_the_persons_language_writes_them(administrator):
    PreferencesFactory(person=administrator.user, language="de", time_zone="Europe/Berlin")
    account = given_credit("1234.50 EUR")

    page = text_of(administrator.open(f"/admin/ledger/account/{account.pk}/change/"))

    assert "€1.234,50" in page
    assert "€1,234.50" not in page


@pytest.mark.parametrize("month", range(1, 13))
def test_each_month_is_called_by_its_name_in_the_persons_language(month):
    day = date(2027, month, 4)

    with override("de"):
        assert dateformat.format(day, "F") == get_month_names(locale="de")[month]


@pytest.mark.parametrize(
    ("language", "pounds", "dollars"),
    [
        ("en", "£12,345.60", "$1.00"),
        ("de", "£12.345,60", "$1,00"),
        ("fr", "£GB\N{NO-BREAK SPACE}12\u202f345,60", "$US\N{NO-BREAK SPACE}1,00"),
        ("pl", "GBP\N{NO-BREAK SPACE}12\N{NO-BREAK SPACE}345,60", "USD\N{NO-BREAK SPACE}1,00"),
    ],
)
def test_a_sign_of_letters_stands_apart_from_its_amount(language, pounds, dollars):
    with override(language):
        assert (amount_text(money("12345.60 GBP")), amount_text(money("1.00 USD"))) == (pounds, dollars)


@pytest.mark.parametrize("language", ["de", "en"])
def test_numbers_are_typed_as_the_page_shows_them_whatever_the_browser_says(proprietor, language):
    PreferencesFactory(person=proprietor.user, language=language)
    proprietor.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr" if language == "en" else "en"
    account = given_credit("5.00 EUR")
    typed = {"de": "1.234,50", "en": "1,234.50"}[language]

    review = proprietor.review(f"/admin/ledger/account/{account.pk}/issue/", amount=typed, reason="GW")

    assert {"de": "€1.234,50", "en": "€1,234.50"}[language] in text_of(review)


def test_the_api_answers_in_english_whoever_asked_before(administrator):
    given_customer(number="CUST-1")
    caller = ApiCaller(given_client().plain)
    PreferencesFactory(person=administrator.user, language="de", time_zone="Asia/Tokyo")
    debits = "/customers/CUST-1/store-credit/debits"
    asked = [
        ("/customers/CUST-999999", None),
        ("/nowhere", None),
        ("/customers?limit=many&colour=red", None),
        ("/customers", "{"),
        ("/customers", {"name": "", "email": "none"}),
        (debits, {"amount": 5, "currency": "EUR", "reasonCode": "nothing"}),
        (debits, {"amount": 1.001, "currency": "EUR"}),
        (debits, {"amount": 7, "currency": "EUR"}),
        ("/gift_cards", {"number": "1", "amount": "1,5"}),
        ("/checkouts", {"currency": "DEM", "items": []}),
    ]

    def ask(accepted: str) -> list[bytes]:
        return [
            bytes(
                caller.get(path, accept_language=accepted).content
                if body is None
                else caller.post(path, body, key=f"{accepted} {place}", accept_language=accepted).content
            )
            for place, (path, body) in enumerate(asked)
        ]

    in_english = ask("en")
    administrator.open("/admin/")
    in_german = ask("de")

    assert in_german == in_english
    assert all(len(answer) > 40 for answer in in_english)
