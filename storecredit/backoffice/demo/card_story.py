"""What happened to the demo shop's gift cards, card by card."""

from ledger.operations import Funding
from storecredit.backoffice.demo.card_steps import (
    AssignCard,
    BlockCard,
    ExpireCards,
    ExtendCard,
    MakeBatch,
    MakeCard,
    MoveCard,
    RedeemCard,
    RefundCard,
    ReloadCard,
    ReplaceCard,
    RevealCode,
    VoidCard,
)
from storecredit.backoffice.demo.steps import Step

_SOLD: tuple[Step, ...] = (
    MakeCard(143.4, "elena-birthday", "100.00 GBP", "POS-4471", expires_in_days=221, recipient="Elena Marsh"),
    AssignCard(140.2, "elena-birthday", "elena.marsh", "She registered it in her account"),
    RedeemCard(118.9, "elena-birthday", "36.40 GBP", "ORDER-10277"),
    RedeemCard(77.5, "elena-birthday", "24.95 GBP", "ORDER-10512", name="elena-scarf"),
    RefundCard(71.8, "elena-scarf", "24.95 GBP", "Scarf returned unworn"),
    ReloadCard(35.6, "elena-birthday", "50.00 GBP", "POS-5208"),
    RevealCode(21.1, "elena-birthday", "She lost the e-mail with the card; sent again"),
    RedeemCard(8.7, "elena-birthday", "18.25 GBP", "ORDER-10991"),
    MakeCard(96.3, "oma", "75.00 EUR", "POS-4810", expires_in_days=24, recipient="Oma Ingrid"),
    RedeemCard(41.2, "oma", "22.50 EUR", "ORDER-10742"),
    MakeCard(88.0, "hannah-wedding", "250.00 EUR", "POS-4902", expires_in_days=56, of="hannah.schmidt"),
    MakeCard(64.4, "spent", "40.00 USD", "WEB-88120", expires_in_days=300),
    RedeemCard(33.9, "spent", "40.00 USD", "ORDER-10811"),
    MakeCard(12.2, "christmas", "60.00 USD", "WEB-90233", valid_in_days=31, recipient="Theo", expires_in_days=396),
    MakeCard(58.7, "aiko", "10000 JPY", "POS-5017", of="aiko.tanaka", of_them_alone=True),
    RedeemCard(15.3, "aiko", "4200 JPY", "ORDER-10975"),
    MakeCard(45.0, "voucher", "25.00 GBP", note="Prize of the summer raffle", funding=Funding.PROMOTION, whole=True,
             reloadable=False, expires_in_days=82, by="card manager"),
)  # fmt: skip

_TROUBLE: tuple[Step, ...] = (
    MakeCard(104.1, "stolen", "150.00 GBP", "POS-4733", expires_in_days=260),
    RedeemCard(52.4, "stolen", "149.00 GBP", "ORDER-10650", name="stolen-spend"),
    RefundCard(50.0, "stolen-spend", "149.00 GBP", "Bought with a stolen card; the parcel came back"),
    BlockCard(49.9, "stolen", "Reported stolen: police reference 24/7713"),
    MakeCard(81.6, "lost", "80.00 EUR", "POS-4931", expires_in_days=190, of="lea.fontaine"),
    RedeemCard(60.3, "lost", "31.80 EUR", "ORDER-10605"),
    ReplaceCard(26.5, "lost", "Lost on holiday; identity checked", "found"),
    MakeCard(70.8, "bounced", "500.00 USD", "WEB-88311", by="shop"),
    VoidCard(70.1, "bounced", "The payment for it was taken back by the bank"),
    MakeCard(128.0, "late", "30.00 GBP", "POS-4602", expires_in_days=-5),
    RedeemCard(92.2, "late", "12.00 GBP", "ORDER-10420"),
    MakeCard(131.5, "extended", "45.00 EUR", "POS-4588", expires_in_days=9, of="sofia.rossi"),
    ExtendCard(6.4, "extended", 74, "She was in hospital"),
    MakeCard(53.3, "moved", "90.00 USD", "WEB-88790", of="noah.williams"),
    MoveCard(18.0, "moved", "He wants to spend it together with his store credit"),
    MakeCard(30.0, "test", "20.00 USD", note="For trying out the API in test mode", test_mode=True, by="administrator"),
)

_FAIR: tuple[Step, ...] = (
    MakeBatch(57.2, "Spring fair", "15.00 GBP", 24, expires_in_days=33),
    RedeemCard(48.1, "Spring fair 3", "15.00 GBP", "ORDER-10688"),
    RedeemCard(39.4, "Spring fair 7", "9.50 GBP", "ORDER-10759"),
    RedeemCard(27.7, "Spring fair 11", "15.00 GBP", "ORDER-10874"),
    RedeemCard(4.9, "Spring fair 20", "12.75 GBP", "ORDER-11031"),
    BlockCard(25.2, "Spring fair 15", "Label was photographed and posted online"),
)

CARDS: tuple[Step, ...] = (*_SOLD, *_TROUBLE, *_FAIR, ExpireCards(0.6))
