"""What was asked for at the demo shop above what its agents may issue, and what became of it."""

from storecredit.backoffice.demo.request_steps import Approve, AskFor, AskTwo, Fail, LetApprove, LetIssue, Reject
from storecredit.backoffice.demo.steps import Step

_MAY: tuple[Step, ...] = (
    LetIssue(30.5, "agent", ("100.00 GBP", "100.00 EUR", "120.00 USD")),
    LetApprove(
        30.4,
        "approver",
        (("300.00 GBP", "1000.00 GBP"), ("300.00 EUR", "1000.00 EUR"), ("300.00 USD", "1000.00 USD")),
    ),
    LetApprove(30.3, "administrator", (("2000.00 GBP", "5000.00 GBP"), ("2000.00 EUR", "5000.00 EUR"))),
    # Who approves what a colleague asks of the books, within limits, too.
    LetApprove(30.25, "finance 2", (("300.00 GBP", "1000.00 GBP"), ("300.00 EUR", "1000.00 EUR"))),
    AskTwo(30.2, "500.00 GBP"),
)

_DECIDED: tuple[Step, ...] = (
    AskFor(20.4, "120.00 GBP", "GW", "Kitchen delivered late twice", "ORDER-10940", "oliver.grant", name="kitchen"),
    Approve(19.8, "kitchen", "Checked with the carrier"),
    AskFor(17.3, "140.00 EUR", "GW", "For the jury of the photo prize", terms={"recipient_name": "Jury"}, name="jury"),
    Approve(16.8, "jury"),
    AskFor(14.2, "250.00 USD", "DM", "Sofa scratched", "ORDER-10598", "daniel.oconnor", name="sofa"),
    Reject(13.9, "sofa", "The photographs show another sofa"),
    AskFor(8.1, "110.00 GBP", "DM", "Vase broken on arrival", "ORDER-10971", "chloe.bennett", name="vase"),
    Fail(7.9, "vase", "The customer is being looked into"),
)

_WAITING: tuple[Step, ...] = (
    AskFor(3.3, "150.00 GBP", "DM", "Table top cracked", "ORDER-11012", "priya.nair", name="table"),
    AskFor(1.2, "35.00 USD", "DL", "Pallet late by a week", "ORDER-11044", "kestrel", name="pallet"),
    AskFor(
        0.9,
        "180.00 EUR",
        "GW",
        "Present for the winner of the customers' vote",
        terms={"recipient_name": "Marta Vidal", "recipient_email": "marta.vidal@example.com"},
        name="vote",
    ),
    AskFor(0.4, "900.00 GBP", "DM", "A season's bath towels lost their colour", "ORDER-11080", "brightwater"),
    AskFor(0.2, "130.00 EUR", "RT", "Wardrobe returned", "RET-3688", card="oma"),
)

REQUESTS: tuple[Step, ...] = (*_MAY, *_DECIDED, *_WAITING)
