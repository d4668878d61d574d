"""Files that tests import, and how far they bring them."""

from storecredit.backoffice.models import ImportRun
from tests.backoffice.imports.files import (
    go_on,
    map_columns,
    upload,
)
from tests.backoffice.staff import Staff, text_of

BALANCES = "Customer Number,Balance,Currency,Reference\nSHOP-1,25.00,GBP,old-1\nSHOP-2,5.00,GBP,old-2\n"


CARDS = "number,balance,currency\nAAAA-1111,25.00,GBP\nBBBB-2222,5.00,GBP\n"


SHOPIFY = (
    "Id,Last Characters,Code,Customer Name,Email,Recipient Name,Recipient Email,Order Name,Date Issued,Send At,"
    "Expires On,Initial Balance,Current Balance,Currency,Expired?,Enabled?,Note,Message\n"
    "1,3rqb,abcd-efgh-3rqb,,,,,,,,2099-12-31,100.00,$85.00,USD,false,true,,\n"
)


def checked(staff: Staff, kind: str, content: str | bytes, **choices: str) -> ImportRun:
    run = upload(staff, kind, content)
    sent = map_columns(staff, run, **choices)
    assert sent.status_code == 302, text_of(sent)
    return go_on(staff, run)
