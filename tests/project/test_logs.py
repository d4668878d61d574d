import io
import json
import logging
import logging.config

import pytest

from storecredit.settings.logs import logging_settings, mask

KEY = "sc_Ab3dEf6h_" + "k" * 43
UUID = "0192f0c1-7b1e-7cc3-98c4-dc0c0c07398f"


@pytest.fixture
def log_lines():
    """The lines that the program's own logging settings write, as a list of dicts once it is called."""
    logging.config.dictConfig(logging_settings("INFO"))
    stream = io.StringIO()
    for name in (None, "storecredit.requests"):
        [handler] = logging.getLogger(name).handlers[-1:]
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.config.dictConfig(logging_settings("CRITICAL"))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"key {KEY} was used", "key sc_Ab3dEf6h_**** was used"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ****"),
        ("/api/v1/gift_cards/7QX2-AB3D-EF6H-JK8M/redeem", "/api/v1/gift_cards/****/redeem"),
        ("/api/v1/gift_cards/by_number/7qx2ab3def6hjk8m", "/api/v1/gift_cards/by_number/****"),
        ("/api/v1/gift_cards/AB?C'D\"#/balances", "/api/v1/gift_cards/****/balances"),
        ("/api/v1/gift_cards/transactionsABC", "/api/v1/gift_cards/****"),
        ("/api/v1/gift_cards//CODE/x", "/api/v1/gift_cards//****/x"),
        ("/api/v1/stored_credit_accounts/ab-1", "/api/v1/stored_credit_accounts/****"),
        ("/api/v1/credit_accounts/ab-1/redeem", "/api/v1/credit_accounts/****/redeem"),
        (f"/api/v1/gift_cards/transactions/{UUID}", f"/api/v1/gift_cards/transactions/{UUID}"),
        (f"/api/v1/gift_cards/by_id/{UUID}", f"/api/v1/gift_cards/by_id/{UUID}"),
        (f"/api/v1/gift_cards/by_number/{UUID}", "/api/v1/gift_cards/by_number/****"),
        ("/api/v1/gift_cards/by_id/7QX2", "/api/v1/gift_cards/by_id/****"),
        ("/api/v1/checkouts/store-credits/SC113396868144", "/api/v1/checkouts/store-credits/SC113396868144"),
        ("/api/v1/checkouts/store-credits/TILL-0001", "/api/v1/checkouts/store-credits/****"),
        ("/api/v1/checkouts/store-credits/SC113396868144x", "/api/v1/checkouts/store-credits/****"),
        ("the code 7QX2-AB3D-EF6H-JK8M is spent", "the code **** is spent"),
        ("the code 7QX2AB3DEF6HJK8M is spent", "the code **** is spent"),
        ("GET /admin/ledger/customer/?q=ann%40example.com", "GET /admin/ledger/customer/"),
        ("0192f0c1-7b1e-7cc3-98c4-dc0c0c07398f", "0192f0c1-7b1e-7cc3-98c4-dc0c0c07398f"),
        ("CUST-000001 has 25.00 USD", "CUST-000001 has 25.00 USD"),
    ],
)
def test_a_log_line_masks(text, masked):
    assert mask(text) == masked


def test_members_that_are_secret_by_name_are_masked_whole(log_lines):
    logging.getLogger("shop").info(
        "called", extra={"headers": {"x-api-key": "abc", "Cookie": "sessionid=1"}, "body": "{}", "status": 200}
    )

    [line] = log_lines()
    assert line["headers"] == {"x-api-key": "****", "Cookie": "****"}
    assert (line["body"], line["status"], line["event"], line["level"]) == ("****", 200, "called", "info")


def test_the_text_of_an_error_is_masked(log_lines):
    try:
        raise ValueError(f"no client has {KEY}")
    except ValueError:
        logging.getLogger("shop").exception("failed")

    [line] = log_lines()
    assert "ValueError: no client has sc_Ab3dEf6h_****" in line["exception"]
    assert KEY not in json.dumps(line)


def test_a_request_leaves_one_line_with_its_id_and_nothing_of_its_query(client, log_lines):
    response = client.get("/nowhere?code=7QX2AB3DEF6HJK8M", headers={"x-request-id": "till-7:42", "x-api-key": KEY})

    [line] = log_lines()
    assert response.headers["X-Request-Id"] == "till-7:42"
    assert (line["request_id"], line["method"], line["path"], line["status"]) == ("till-7:42", "GET", "/nowhere", 404)
    assert "7QX2" not in json.dumps(line)
    assert KEY not in json.dumps(line)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["gift_cards/{}", "gift_cards/by_number/{}", "gift_cards/{}/redeem", "credit_accounts/{}", "gift_cards/{}/else"],
)
@pytest.mark.parametrize("code", ["7QX2-AB3D", "%3Fa%22b%27", "half%20blank", "ta%09b", "%25%23%2B&=!"])
def test_a_code_in_a_path_is_not_logged_whatever_its_shape(client, log_lines, path, code):
    client.get(f"/api/v1/{path.format(code)}")

    [line] = log_lines()
    assert line["path"] == f"/api/v1/{path.format('****')}"


@pytest.mark.parametrize("offered", ["", "two words", "x" * 129, "caf\u00e9"])
def test_a_request_id_that_is_unfit_to_print_is_replaced(client, offered):
    response = client.get("/healthy-or-not", headers={"x-request-id": offered})

    assert response.headers["X-Request-Id"] != offered
    assert len(response.headers["X-Request-Id"]) == 36
