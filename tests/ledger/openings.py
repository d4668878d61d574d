from ledger.operations import OpeningRow


def opening_rows(count: int) -> list[OpeningRow]:
    """A balance of 1.00 GBP for each of so many customers, SHOP-0 and on."""
    return [OpeningRow(place + 2, f"SHOP-{place}", "", 100, "GBP") for place in range(count)]
