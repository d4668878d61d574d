"""No code looks a card's code or an account's number up but through what counts the misses of whoever asks."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: How a look-up by a secret can be written here.
_LOOK_UPS = re.compile(
    r"with_digest\(|= _meant_by\(|code_digest(?:__in)?=|\ba\.number = %s|Account\.objects\.(?:filter|get)\(number"
)
#: Where one stands, and what it asks first.
_GUARDED = {
    "giftcards/queries/cards.py": 2,
    "giftcards/queries/codes.py": 1,
    "giftcards/operations/making.py": 1,
    "ledger/queries/lookups.py": 2,
    "ledger/queries/entries.py": 1,
}
#: What no stranger can set off, or what compares a card with itself.
_NOT_FOR_STRANGERS = {
    "giftcards/querysets.py",  # the filter itself
    "giftcards/operations/imports.py",  # a command
    "giftcards/operations/rotation.py",  # a command
    "giftcards/operations/bulk.py",  # generated codes
    "storecredit/backoffice/books/accounts.py",  # for staff to whom the same page lists every number
    "storecredit/backoffice/search.py",  # of accounts, for the same
    "storecredit/backoffice/activity/asking.py",  # for staff whose page lists every entry with its account
    "storecredit/finance/management/commands/report_balance.py",  # a command
    "storecredit/backoffice/finance/finding_words.py",  # of what a finding of the books names by itself
}


def test_every_look_up_of_a_secret_asks_who_is_asking():
    found = {}
    for folder in ("ledger", "giftcards", "storecredit"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" in name or name in _NOT_FOR_STRANGERS:
                continue
            count = len(_LOOK_UPS.findall(path.read_text()))
            if count:
                found[name] = count

    assert found == _GUARDED


def test_every_file_that_looks_a_secret_up_asks_first():
    for name in _GUARDED:
        source = (ROOT / name).read_text()
        assert len(re.findall(r"\blook_up\(|\badmit\(\)", source)) == _GUARDED[name], name
