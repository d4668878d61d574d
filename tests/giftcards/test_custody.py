"""
After cards were made, used and shown through every door, no code stands in plain in the database, in the statements
sent to it, in any log or in what staff are told of the past.
"""

import base64
import logging
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connection
from django.urls import reverse

from giftcards.models import GiftCard
from giftcards.operations import expire_cards, replace_card, reveal_code, rotate_codes, take_batch_codes
from giftcards.queries import get_batch
from ledger.operations import Why
from storecredit.settings.logs import logging_settings
from tests.backoffice.staff import Staff, step_url
from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_approver, given_policy
from tests.dialects.fabric.calls import BOTH, CREDIT, REQUESTER, act, ask, given_caller, update
from tests.giftcards.cards import given_card, given_redemption
from tests.ledger.commands.running import run
from tests.scenarios import NOW, STAFF, SYSTEM, days

pytestmark = pytest.mark.django_db

NEW_KEY = "the-second-key-of-the-tests-which-hides-nothing-at-all"


@pytest.fixture
def logged(settings) -> Iterator[StringIO]:
    """Everything that is logged at any level, as production formats it, the statements with their values included."""
    written = StringIO()
    said = logging_settings("DEBUG")
    loggers = [logging.getLogger(name) for name in ("", "django", "django.db.backends", "storecredit.requests")]
    levels = [logger.level for logger in loggers]
    handler = logging.StreamHandler(written)
    formatter = dict(said["formatters"]["json"])
    handler.setFormatter(formatter.pop("()")(**formatter))
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    logging.getLogger("storecredit.requests").addHandler(handler)
    connection.force_debug_cursor = True
    yield written
    connection.force_debug_cursor = False
    logging.getLogger().removeHandler(handler)
    logging.getLogger("storecredit.requests").removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def made_by_operations() -> list[str]:
    cards = [given_card(), given_card(code="Shop-Code-0001"), given_card(code="odd#Code!0002"), given_card("0 JPY")]
    given_redemption("5.00 GBP", card=cards[0])
    new = replace_card(card_id=cards[1].id, actor=STAFF, now=NOW, why=Why(note="lost"))
    assert reveal_code(card_id=cards[2].id, actor=STAFF, now=NOW, why=Why(note="asked for it")) == "odd#Code!0002"
    return [*(card.code for card in cards), new.code]


def made_by_commands(folder: Path) -> tuple[list[str], str]:
    """The codes, and all that the commands said and wrote."""
    numbers = [f"OLD-SYSTEM-{place:04}" for place in range(20)]
    file, result = folder / "cards.csv", folder / "result.csv"
    file.write_text("number,balance,currency\n" + "".join(f"{number},1.00,GBP\n" for number in numbers))
    done = [
        run("import_cards", str(file), "--control-total", "20.00", "--result", str(result)),
        run("import_cards", str(file), "--control-total", "20.00", "--json"),
        run("import_cards", str(file), "--control-total", "21.00"),
        run("generate_cards", "--new", "spring", "--count", "20", "--amount", "5", "--currency", "GBP"),
    ]
    assert [each.code for each in done] == [0, 0, 1, 0]
    batch = get_batch(name="spring")
    codes = [code for *_, code in take_batch_codes(batch_id=batch.pk, actor=STAFF, now=NOW, note="for the printer")]
    return [*numbers, *codes], "".join(each.out + each.err for each in done) + result.read_text()


def made_by_programs() -> list[str]:
    caller = ApiCaller(given_client().plain)
    own = {"amount": "10", "currency": "GBP", "number": "TILL-CODE-0001"}
    answers = [
        caller.post("/gift_cards", {"amount": "10", "currency": "GBP"}, key="a"),
        caller.post("/gift_cards", {"amount": "10", "currency": "GBP"}, key="a"),
        caller.post("/gift_cards", own, key="b"),
        caller.post("/gift_cards", own, key="c"),
    ]
    assert [answer.status_code // 100 for answer in answers] == [2, 2, 2, 4]
    codes = [answer.json()["data"]["number"] for answer in answers[:3]]
    for code in codes:
        redeeming = {"type": "REDEEMING", "amount": "-1.00", "client_id": f"sale {code[-4:]}"}
        for answer in (
            caller.get(f"/gift_cards/by_number/{code}"),
            caller.post(f"/gift_cards/{code}/transactions", redeeming),
            caller.get(f"/gift_cards/{code}/balances"),
            caller.get("/gift_cards"),
            caller.post(f"/gift_cards/{code}/block", {"reason": "lost"}),
            caller.get(f"/gift_cards/{code}x"),
        ):
            assert answer.status_code < 500
    return codes


def made_by_credits() -> list[str]:
    """Numbers that stood in requests for credit, and those of the cards that were made for them."""
    asking, turning = given_caller(REQUESTER), given_caller(BOTH, given_approver("bob"))
    deciding = given_caller(BOTH, given_approver("carol"))
    numbers = ["CREDIT-NEXT-0001", "odd+Credit=0002", "CREDIT-LAST-0003"]
    shown = []
    for place, number in enumerate([*numbers, None]):
        credit = CREDIT | ({"attributes": {"giftCardNumber": number}} if number else {})
        asked = [ask(asking, credit, key=f"credit {place}") for _ in range(2)]
        credit_id = asked[0].json()["credits"][0]["creditId"]
        other = {"giftCardNumber": f"CREDIT-MEAN-{place:04}"}
        answers = [update(turning, credit_id, "PENDING", attributes=other, key=f"change {place}") for _ in range(2)]
        if number != numbers[0]:
            answers += [update(deciding, credit_id, "CONFIRMED", key=f"confirm {place}") for _ in range(2)]
        assert {answer.status_code for answer in [*asked, *answers]} == {200}
        shown += [answer.json()["attributes"]["giftCardNumber"] for answer in answers]
        act(deciding, "list-credits")
    given_policy(auto="50.00")
    at_once = [ask(asking, CREDIT, key="at once") for _ in range(2)]
    assert at_once[0].json() == at_once[1].json()
    return [*numbers, *shown, at_once[0].json()["credits"][0]["attributes"]["giftCardNumber"]]


def made_by_staff(cards: list[str]) -> list[str]:
    staff = Staff("Card manager")
    answer = staff.do(
        step_url(GiftCard.objects.filter(last_four="0002").order_by("pk")[0], "reveal"), why="Lost the e-mail"
    )
    shown = re.findall(r'id="card-code">([^<]+)<', answer.content.decode())
    assert len(shown) == 1
    staff.open(reverse("admin:giftcards_giftcard_changelist"), q=cards[0])
    staff.open(reverse("admin:index"))
    return shown


def test_no_code_stands_in_plain_anywhere(logged, tmp_path, time_machine, settings):
    time_machine.move_to(NOW, tick=False)
    codes = made_by_operations()
    from_commands, said = made_by_commands(tmp_path)
    codes += from_commands + made_by_programs() + made_by_credits() + made_by_staff(codes)
    settings.CODE_KEYS = [NEW_KEY, *project.CODE_KEYS]
    assert rotate_codes().sealed == GiftCard.objects.count()
    expire_cards(actor=SYSTEM, now=days(1))

    places = {"the database": _dump(), "the logs": logged.getvalue(), "the commands' output": said}

    assert len(codes) > 60
    assert GiftCard.objects.count() == 51
    for name, text in places.items():
        assert len(text) > 500
        assert [code for code in codes if _stands_in(code, text)] == [], name


def test_the_search_of_this_test_finds_what_it_looks_for():
    for text in ("x ABCD-1234-EFGH y", "abcd1234efgh", b"ABCD1234EFGH".hex(), "QUJDRDEyMzRFRkdI"):
        assert _stands_in("abcd-1234-efgh", text)
    assert not _stands_in("abcd-1234-efgh", "****EFGH")


def _stands_in(code: str, text: str) -> bool:
    """As it was given, in its normal form, in hex or in Base64; case and hyphens do not matter."""
    bare = code.replace("-", "")
    haystack = text.upper().replace("-", "")
    forms = {code.upper().replace("-", ""), bare.encode().hex().upper(), bare.upper().encode().hex().upper()}
    return any(form in haystack for form in forms) or base64.b64encode(bare.upper().encode()).decode() in text


def _dump() -> str:
    """Every value of every table: texts and JSON as they are, bytes as text and as hex."""
    values: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                values += [_text(value) for value in row]
    return "\n".join(values)


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1") + bytes(value).hex()
    return str(value)
