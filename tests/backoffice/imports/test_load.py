"""A hundred thousand lines go through the browser's requests, none of which takes long, in bounded memory."""

import resource
import time

import pytest

from giftcards.models import GiftCard
from giftcards.queries import list_findings
from ledger.queries import list_findings as list_ledger_findings
from storecredit.backoffice.imports.uploads import LARGEST_PIECE_BYTES
from storecredit.backoffice.models import ImportRun
from tests.backoffice.imports.files import UPLOAD, address, intent_of, lines_of, map_columns, start
from tests.backoffice.staff import Staff

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("today")]

MANY = 100_000
MEGABYTES = 100
SECONDS = 30


def megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def test_a_hundred_thousand_cards_come_in_slice_by_slice():
    staff, controller = Staff("Finance"), Staff("Finance", username="controller")
    lines = (f'CARD-{place:06}-{place * 7919 % 9973:04},"$25.00",USD\n' for place in range(MANY))
    content = ("Number,Balance,Currency\n" + "".join(lines)).encode()
    begin = {"kind": "cards", "name": "cards.csv", "size": len(content)}
    staff.client.post(intent_of(staff.open(UPLOAD)), begin, headers={"accept": "application/json"})
    run = ImportRun.objects.get()
    for place in range(-(-len(content) // LARGEST_PIECE_BYTES)):
        piece = content[place * LARGEST_PIECE_BYTES : (place + 1) * LARGEST_PIECE_BYTES]
        url = f"{address(run, 'piece')}?place={place}"
        assert staff.client.post(url, piece, content_type="application/octet-stream").status_code == 200
    before = megabytes()

    map_columns(staff, run)
    checking = slices(staff, run)
    run.refresh_from_db()
    assert (run.state, run.rows, run.faults) == ("CHECKED", MANY, 0)
    start(controller, run, count=MANY, USD=f"{25 * MANY}.00")
    writing = slices(staff, run)

    more = megabytes() - before
    print(
        f"checking: {len(checking)} requests, {sum(checking):.0f} s, longest {max(checking):.1f} s; "
        f"writing: {len(writing)} requests, {sum(writing):.0f} s, longest {max(writing):.1f} s; {more} MB more"
    )
    assert GiftCard.objects.count() == MANY
    assert len(lines_of(staff.open(address(run, "result")))) == MANY + 1
    assert max([*checking, *writing]) < SECONDS
    assert more <= MEGABYTES
    assert [*list_findings(), *list_ledger_findings()] == []


def slices(staff: Staff, run: ImportRun) -> list[float]:
    """How long each request took, until nothing is under way."""
    seconds: list[float] = []
    is_busy = True
    while is_busy:
        started = time.monotonic()
        is_busy = staff.client.post(address(run, "slice"), headers={"accept": "application/json"}).json()["busy"]
        seconds.append(time.monotonic() - started)
    return seconds
