"""
What happened at the demo shop in the last months.

Told customer by customer; it is played in the order of time. Expiries are counted from the day of loading, so that
there is always something about to expire.
"""

from storecredit.backoffice.demo.card_story import CARDS
from storecredit.backoffice.demo.checkout_story import CHECKOUTS
from storecredit.backoffice.demo.request_story import REQUESTS
from storecredit.backoffice.demo.steps import (
    Adjust,
    CaptureHold,
    Issue,
    NightlyJobs,
    PlaceHold,
    Refund,
    ReleaseHold,
    Reverse,
    Spend,
    Step,
    Transfer,
)

_BRITAIN: tuple[Step, ...] = (
    Issue(176.2, "elena.marsh", "50.00 GBP", "PD", "Paid in at the Leeds shop", by="shop"),
    Issue(121.4, "elena.marsh", "15.00 GBP", "DL", "Parcel was nine days late", "ORDER-10211"),
    Spend(96.7, "elena.marsh", "42.50 GBP", "ORDER-10388", name="elena-lamp"),
    Refund(88.1, "elena-lamp", "18.00 GBP", "Lamp shade returned"),
    Issue(40.3, "elena.marsh", "25.00 GBP", "PR", "Spring promotion", expires_in_days=10.2, by="shop"),
    Spend(19.6, "elena.marsh", "12.99 GBP", "ORDER-10952"),
    Issue(9.2, "elena.marsh", "80.00 USD", "GW", "Charged in the wrong currency", "ORDER-10988"),
    Issue(160.8, "brightwater", "1200.00 GBP", "PD", "Deposit for the season", "INV-2207", by="finance"),
    Spend(133.5, "brightwater", "418.20 GBP", "ORDER-10160"),
    Spend(94.9, "brightwater", "307.75 GBP", "ORDER-10401", name="brightwater-linen"),
    Refund(90.2, "brightwater-linen", "61.55 GBP", "Six of thirty sets faulty"),
    Issue(61.3, "brightwater", "90.00 GBP", "DM", "Stained table linen", "ORDER-10401", by="approver"),
    PlaceHold(0.3, "brightwater", "250.00 GBP", "ORDER-11097", ends_days_ago=-6.7),
    Issue(150.1, "oliver.grant", "30.00 GBP", "PR", "Welcome offer", expires_in_days=-35.0, by="shop"),
    Spend(112.6, "oliver.grant", "11.40 GBP", "ORDER-10290"),
    Issue(47.7, "oliver.grant", "10.00 GBP", "GW", "Sorry for the mix-up", by="agent"),
    Issue(118.5, "mohammed.rahman", "75.00 GBP", "RT", "Coat returned without a receipt", "RET-3391"),
    Spend(83.8, "mohammed.rahman", "75.00 GBP", "ORDER-10476"),
    Issue(31.9, "mohammed.rahman", "20.00 GBP", "PR", "Birthday voucher", expires_in_days=39.6, by="shop"),
    Issue(104.3, "priya.nair", "40.00 GBP", "GW", "Goodwill", name="priya-twice"),
    Issue(104.29, "priya.nair", "40.00 GBP", "GW", "Goodwill", name="priya-again"),
    Reverse(103.6, "priya-again", "Entered twice"),
    Spend(72.4, "priya.nair", "16.80 GBP", "ORDER-10560"),
    PlaceHold(58.1, "priya.nair", "20.00 GBP", "ORDER-10634", ends_days_ago=51.1, name="priya-basket"),
    ReleaseHold(57.9, "priya-basket"),
    Issue(139.7, "chloe.bennett", "60.00 GBP", "DM", "Broken on arrival", "ORDER-10144"),
    Issue(128.3, "chloe.bennett", "60.00 GBP", "DM", "Broken on arrival", "ORDER-10187", name="chloe-claim"),
    Reverse(126.0, "chloe-claim", "Same photographs as for ORDER-10144"),
    Issue(84.6, "amara.okafor", "18.50 GBP", "RT", "Scarf returned", "RET-3502"),
    Issue(66.1, "amara.okafor", "12.00 GBP", "PR", "Newsletter voucher", expires_in_days=-2.4, by="shop"),
)

_EUROPE: tuple[Step, ...] = (
    Issue(171.0, "tomas.herrera", "35.00 EUR", "GW", "Wrong size sent"),
    Spend(140.9, "tomas.herrera", "20.00 EUR", "ORDER-10118", name="tomas-shirt"),
    Refund(131.2, "tomas-shirt", "20.00 EUR", "Shirt returned"),
    Issue(55.5, "tomas.herrera", "10.00 EUR", "PR", "Spring promotion", expires_in_days=38.5, by="shop"),
    Spend(12.8, "tomas.herrera", "24.95 EUR", "ORDER-11002"),
    Issue(149.4, "lea.fontaine", "120.00 EUR", "RT", "Armchair returned", "RET-3344"),
    Spend(120.7, "lea.fontaine", "64.00 EUR", "ORDER-10260"),
    PlaceHold(33.3, "lea.fontaine", "40.00 EUR", "ORDER-10820", ends_days_ago=26.3, name="lea-table"),
    CaptureHold(32.1, "lea-table", "36.50 EUR"),
    Issue(165.5, "nordlicht", "2500.00 EUR", "PD", "Prepayment", "RE-2024-118", by="finance"),
    Spend(142.2, "nordlicht", "980.00 EUR", "ORDER-10103"),
    Spend(101.1, "nordlicht", "640.40 EUR", "ORDER-10342"),
    Issue(100.0, "nordlicht", "55.00 EUR", "DL", "Delivered to the wrong depot", "ORDER-10342"),
    Adjust(76.6, "nordlicht", "-14.40 EUR", "VAT charged twice on ORDER-10342 was paid out"),
    Spend(22.4, "nordlicht", "312.00 EUR", "ORDER-10930"),
    Issue(136.8, "sofia.rossi", "25.00 EUR", "PR", "Welcome offer", expires_in_days=79.5, by="shop"),
    Issue(59.9, "sofia.rossi", "45.90 EUR", "RT", "Boots returned", "RET-3561"),
    Spend(37.2, "sofia.rossi", "30.00 EUR", "ORDER-10777"),
    Issue(109.8, "jakub.nowak", "8.00 EUR", "DL", "Two days late", "ORDER-10300"),
    Spend(78.3, "jakub.nowak", "8.00 EUR", "ORDER-10501"),
    Issue(14.4, "jakub.nowak", "15.00 EUR", "GW", "Long wait on the telephone"),
    Issue(98.2, "hannah.schmidt", "200.00 EUR", "PD", "Gift from her parents", by="shop"),
    Spend(80.5, "hannah.schmidt", "59.90 EUR", "ORDER-10489", name="hannah-kettle"),
    Reverse(80.2, "hannah-kettle", "Order cancelled before it was packed", by="agent"),
    Spend(45.6, "hannah.schmidt", "74.00 EUR", "ORDER-10703"),
    PlaceHold(1.2, "hannah.schmidt", "49.00 EUR", "ORDER-11081", ends_days_ago=-1.8),
    Issue(157.3, "victor.lindqvist", "22.00 EUR", "GW", "Goodwill"),
    Transfer(70.0, "victor.lindqvist", "hannah.schmidt", "22.00 EUR", "Accounts joined at the customers' wish"),
)

_ELSEWHERE: tuple[Step, ...] = (
    Issue(168.4, "aiko.tanaka", "8000 JPY", "PD", "Paid in", by="shop"),
    Spend(117.0, "aiko.tanaka", "3480 JPY", "ORDER-10271"),
    Issue(42.8, "aiko.tanaka", "1500 JPY", "PR", "Cherry blossom promotion", expires_in_days=9.4, by="shop"),
    Issue(91.6, "haruto.sato", "2200 JPY", "DM", "Scratched lacquer box", "ORDER-10419"),
    Spend(29.5, "haruto.sato", "1980 JPY", "ORDER-10860"),
    Issue(69.2, "yuki.mori", "5000 JPY", "RT", "Kimono returned", "RET-3588"),
    PlaceHold(24.0, "yuki.mori", "3000 JPY", "ORDER-10915", ends_days_ago=17.0),
    Issue(154.6, "fahad.alsabah", "45.500 KWD", "PD", "Paid in", by="shop"),
    Spend(99.3, "fahad.alsabah", "12.750 KWD", "ORDER-10361"),
    Issue(28.8, "fahad.alsabah", "7.250 KWD", "PR", "Ramadan promotion", expires_in_days=40.9, by="shop"),
    Issue(74.7, "maryam.almutairi", "9.000 KWD", "DL", "Customs delay", "ORDER-10541"),
    Spend(16.2, "maryam.almutairi", "3.125 KWD", "ORDER-10967"),
    Issue(145.2, "noah.williams", "100.00 USD", "PD", "Bought online", by="shop"),
    Spend(124.9, "noah.williams", "38.49 USD", "ORDER-10231", name="noah-boots"),
    Refund(115.5, "noah-boots", "38.49 USD", "Boots returned unworn"),
    Spend(52.2, "noah.williams", "71.20 USD", "ORDER-10655"),
    Issue(20.7, "noah.williams", "15.00 USD", "PR", "Summer promotion", expires_in_days=81.3, by="shop"),
    Issue(87.4, "grace.kim", "42.00 USD", "DM", "Chipped bowls", "ORDER-10443"),
    Spend(49.9, "grace.kim", "42.00 USD", "ORDER-10679"),
    Issue(5.3, "grace.kim", "5.00 USD", "GW", "Thank you for the feedback"),
    Issue(129.6, "ethan.brooks", "20.00 USD", "PR", "Welcome offer", expires_in_days=-36.1, by="shop"),
    Issue(34.1, "ethan.brooks", "64.75 USD", "RT", "Tent returned", "RET-3640"),
    Issue(63.8, "daniel.oconnor", "30.00 USD", "GW", "Wrong colour twice", "ORDER-10598", by="approver"),
    Adjust(62.5, "daniel.oconnor", "5.00 USD", "Shipping was to be given back too"),
    Spend(11.1, "daniel.oconnor", "17.35 USD", "ORDER-11010"),
    Issue(152.9, "kestrel", "750.00 USD", "PD", "Prepayment", "INV-2231", by="finance"),
    Spend(107.7, "kestrel", "288.10 USD", "ORDER-10312"),
    Spend(43.5, "kestrel", "199.99 USD", "ORDER-10726"),
    Issue(3.1, "kestrel", "35.00 USD", "DL", "Pallet late by a week", "ORDER-11044"),
    Issue(30.0, "test.shopper", "100.00 USD", "GW", "For trying out the API in test mode", by="administrator"),
    Spend(29.9, "test.shopper", "12.34 USD", "TEST-1"),
)

# Month by month, and last night: what expired or timed out by then has been booked.
_JOBS: tuple[Step, ...] = tuple(NightlyJobs(days) for days in (120.5, 90.5, 60.5, 30.5, 16.5, 0.5))

_ALL: tuple[Step, ...] = (*_BRITAIN, *_EUROPE, *_ELSEWHERE, *CARDS, *REQUESTS, *CHECKOUTS, *_JOBS)
STORY: tuple[Step, ...] = tuple(sorted(_ALL, key=lambda step: step.days_ago, reverse=True))
