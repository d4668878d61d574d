"""What finance of former days did not know."""

from collections.abc import Generator

from django.db import connection

from ledger.operations import Ending
from storecredit.finance.models import Correction
from storecredit.finance.operations import ask_correction
from tests.factories.people import UserFactory
from tests.factories.periods import CorrectionFactory, party_of
from tests.ledger.attacks import lot_of
from tests.scenarios import NOW, days, given_credit
from tests.upgrades.stories import before


@before("finance", "0005")
def a_correction_of_an_expiry_is_one_that_was_taken_back_until_it_is_known_again() -> Generator[None, None, None]:
    lot = lot_of(given_credit("20.00 GBP", expires_at=days(400)))
    asked = ask_correction(
        party=party_of(UserFactory.create()), now=NOW, note="Typed wrong", lot_id=lot.pk, ending=Ending(days(500))
    )
    other = CorrectionFactory.create()

    yield

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, kind, status FROM finance_correction ORDER BY id")
        assert cursor.fetchall() == [(asked.pk, "ADJUST", "CANCELED"), (other.pk, "ADJUST", "PENDING")]

    yield

    known = Correction.objects.get(pk=asked.pk)
    assert (known.kind, known.status, known.lot, known.expires_at) == ("EXPIRY", "PENDING", lot, days(500))
    assert (known.amount_minor, known.decided_by, known.decided_at) == (0, None, None)
