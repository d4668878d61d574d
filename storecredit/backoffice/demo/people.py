"""Who shops at the demo shop. Nobody: the names are made up, and the addresses and numbers are reserved for that."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A customer; `handle` is how the story calls them."""

    handle: str
    first_name: str
    last_name: str
    phone: str = ""
    company: bool = False
    test_mode: bool = False
    #: What becomes of them after their history: `banned`, `archived`, `inactive`.
    status: str = ""

    @property
    def email(self) -> str:
        if self.company:
            return f"accounts@{self.handle}.example"
        return f"{self.handle}@example.com"


def _home(line1: str, city: str, postal_code: str, country: str) -> dict[str, str]:
    return {"line1": line1, "city": city, "postal_code": postal_code, "country": country}


#: Where those live who have something sent: streets that are nowhere.
HOMES = {
    "priya.nair": _home("12 Example Crescent", "Leeds", "LS1 1XX", "GB"),
    "hannah.schmidt": _home("Musterweg 7", "Hamburg", "20095", "DE"),
    "sofia.rossi": _home("Via Esempio 3", "Torino", "10121", "IT"),
    "chloe.bennett": _home("4 Example Row", "Bristol", "BS1 1XX", "GB"),
    "noah.williams": _home("500 Example Avenue", "Portland", "97201", "US"),
}


#: In the order of their numbers: the first is CUST-000001.
PEOPLE = (
    Person("elena.marsh", "Elena", "Marsh", "+44 7700 900114"),
    Person("tomas.herrera", "Tomás", "Herrera"),
    Person("aiko.tanaka", "Aiko", "Tanaka"),
    Person("fahad.alsabah", "Fahad", "Al-Sabah"),
    Person("brightwater", "", "Brightwater Hotels Ltd", "+44 20 7946 0321", company=True),
    Person("noah.williams", "Noah", "Williams", "+1 202 555 0143"),
    Person("lea.fontaine", "Léa", "Fontaine"),
    Person("oliver.grant", "Oliver", "Grant", "+44 7700 900358"),
    Person("nordlicht", "", "Nordlicht Möbel GmbH", company=True),
    Person("grace.kim", "Grace", "Kim", "+1 312 555 0188"),
    Person("mohammed.rahman", "Mohammed", "Rahman", "+44 7700 900771"),
    Person("sofia.rossi", "Sofia", "Rossi"),
    Person("haruto.sato", "Haruto", "Sato"),
    Person("priya.nair", "Priya", "Nair", "+44 7700 900206"),
    Person("ethan.brooks", "Ethan", "Brooks", "+1 415 555 0117"),
    Person("maryam.almutairi", "Maryam", "Al-Mutairi"),
    Person("jakub.nowak", "Jakub", "Nowak"),
    Person("chloe.bennett", "Chloe", "Bennett", "+44 7700 900642", status="banned"),
    Person("daniel.oconnor", "Daniel", "O'Connor", "+1 617 555 0162"),
    Person("hannah.schmidt", "Hannah", "Schmidt"),
    Person("kestrel", "", "Kestrel Outfitters Inc.", "+1 503 555 0135", company=True),
    Person("yuki.mori", "Yuki", "Mori"),
    Person("victor.lindqvist", "Victor", "Lindqvist", status="archived"),
    Person("amara.okafor", "Amara", "Okafor", "+44 7700 900489", status="inactive"),
    Person("isabel.costa", "Isabel", "Costa"),
    Person("test.shopper", "Test", "Shopper", test_mode=True),
)
