"""From where a client may call: whatever the dialect, a refusal in its words, and nothing else of the key is told."""

import pytest

from storecredit.api.errors import ApiClientInvalid
from storecredit.api.networks import is_within, parse_networks
from storecredit.api.operations import change_api_client
from tests.callers import ApiCaller, given_client
from tests.factories.api import ApiClientFactory
from tests.scenarios import NOW, nothing_moves

OFFICE = ["192.0.2.0/24", "2001:db8:7::/48"]
ISSUE = {"currency": "GBP", "amount": 1}


@pytest.mark.parametrize(
    ("address", "is_in"),
    [
        ("192.0.2.255", True),
        ("192.0.3.0", False),
        ("::ffff:192.0.2.7", True),
        ("2001:db8:7::1", True),
        ("2001:db8:8::1", False),
        ("", False),
        ("unix:", False),
    ],
)
def test_an_address_is_in_a_network_however_it_is_written(address, is_in):
    assert is_within(address, OFFICE) is is_in


@pytest.mark.parametrize("text", ["192.0.2.7/24", "192.0.2.0/33", "office", "10.0.0", "2001:db8::/129", "1.2.3.4,"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(ValueError, match="is not a network"):
        parse_networks([text])


def test_networks_are_kept_in_their_usual_form_each_once():
    assert parse_networks([" 192.0.2.9", "2001:DB8:0::/32", "192.0.2.9/32"]) == ["192.0.2.9/32", "2001:db8::/32"]
    with pytest.raises(ValueError, match="at most 50"):
        parse_networks(f"10.0.{number}.0/24" for number in range(51))


def test_a_network_of_ipv4_that_is_mapped_into_ipv6_is_kept_as_one_of_ipv4():
    assert parse_networks(["::ffff:10.0.0.0/104", "10.0.0.0/8", "::ffff:192.0.2.7"]) == ["10.0.0.0/8", "192.0.2.7/32"]
    assert parse_networks(["::/0", "::ffff:0:0/96"]) == ["::/0", "0.0.0.0/0"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "networks", [["office"], ["192.0.2.9"], ["::ffff:a00:0/104"], ["10.0.0.0/8", "10.0.0.0/8"], "10.0.0.0/8", [7]]
)
def test_no_client_is_kept_with_what_is_no_network(networks):
    client = ApiClientFactory.create()

    with pytest.raises(ApiClientInvalid) as refused:
        change_api_client(client_id=client.pk, changes={"networks": networks}, now=NOW)

    assert refused.value.detail == "networks"
    client.refresh_from_db()
    assert client.networks == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/customers", "address_not_allowed"),
        ("/balances", "address_not_allowed"),
        ("/gift_cards", "address_not_allowed"),
        ("/checkouts", "forbidden"),
        ("/orders/62cc39d8a9b63c001b21d1ab/actions/create-credits", "SERVICE-4030"),
        ("/reports/cuts", "address_not_allowed"),
    ],
)
def test_every_dialect_refuses_from_elsewhere_in_its_words(path, words):
    caller = ApiCaller(given_client(networks=OFFICE).plain)
    method = "POST" if "actions" in path else "GET"

    refused = caller.send(method, path, b"", content_type="", REMOTE_ADDR="198.51.100.7")

    assert refused.status_code == 403
    assert f'"{words}"' in refused.content.decode()
    assert "192.0.2" not in refused.content.decode()


@pytest.mark.django_db(transaction=True)
def test_what_a_trusted_proxy_says_of_the_address_counts_and_nobody_else_s(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    caller = ApiCaller(given_client(networks=OFFICE).plain)

    def ask(remote: str, forwarded: str) -> int:
        return caller.send(
            "GET", "/customers", content_type="", REMOTE_ADDR=remote, headers={"x-forwarded-for": forwarded}
        ).status_code

    assert ask("10.1.1.1", "198.51.100.7, 192.0.2.9") == 200
    assert ask("10.1.1.1", "192.0.2.9, 198.51.100.7") == 403
    with nothing_moves():
        assert ask("198.51.100.7", "192.0.2.9") == 403
