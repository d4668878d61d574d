"""What was bought at the demo shop with store credit, here and at the vendor."""

from storecredit.backoffice.demo.checkout_steps import (
    CancelFrozen,
    Checkout,
    LetVendorSign,
    PlaceOrder,
    RefundItems,
    SendItems,
    SetAsideAtVendor,
    VendorSays,
)
from storecredit.backoffice.demo.steps import Issue, Step

_HERE: tuple[Step, ...] = (
    Checkout(
        12.6,
        "priya.nair",
        (("LINEN-SHEET", 2, "24.50 GBP"), ("PILLOW-DOWN", 1, "31.00 GBP")),
        "5.00 GBP",
        "75.00 GBP",
        "sheets",
    ),
    PlaceOrder(12.59, "sheets"),
    SendItems(11.8, "sheets"),
    RefundItems(6.3, "sheets", "77.50 GBP", "Sheets too short, pillow kept as a present"),
    Checkout(7.4, "hannah.schmidt", (("KETTLE-COPPER", 1, "20.00 EUR"),), "20.00 EUR", name="kettle"),
    PlaceOrder(7.39, "kettle"),
    Checkout(4.7, "sofia.rossi", (("APRON-BLUE", 2, "12.50 EUR"),), "15.00 EUR", "10.00 EUR", "aprons"),
    PlaceOrder(4.69, "aprons"),
    SendItems(3.9, "aprons", units=1),
    Issue(8.3, "chloe.bennett", "10.00 GBP", "DM", "Bowl cracked", "ORDER-10960"),
    Checkout(2.8, "chloe.bennett", (("BOWL-OAK", 1, "10.00 GBP"),), "10.00 GBP", name="bowl"),
    PlaceOrder(2.79, "bowl"),
    CancelFrozen(1.9, "bowl", "chloe.bennett", "GBP"),
    Checkout(0.012, "noah.williams", (("TENT-2P", 1, "64.00 USD"),), "10.00 USD"),
)

_AT_VENDOR: tuple[Step, ...] = (
    LetVendorSign(29.0, "Shop's webhook"),
    VendorSays(9.2, "order.accepted", "245558830336", "oliver.grant", "12.00 GBP"),
    VendorSays(
        8.1,
        "order.charge.refund.complete",
        "",
        more=(
            ("id", "refund-61"),
            ("orderId", "245558830336"),
            ("sourceId", "source-245558830336"),
            ("amount", 4.0),
            ("currency", "GBP"),
        ),
    ),
    VendorSays(2.2, "order.accepted", "245558830911", "grace.kim", "40.00 USD"),
    VendorSays(1.4, "order.accepted", "245558831207", more=(("currency", "EUR"),)),
    VendorSays(1.1, "fulfillment.created", "245558830336"),
    SetAsideAtVendor(0.02, "daniel.oconnor", "15.00 USD", "session-8841"),
)

CHECKOUTS: tuple[Step, ...] = (*_HERE, *_AT_VENDOR)
