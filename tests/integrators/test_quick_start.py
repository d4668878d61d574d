"""The quick start of the page for integrators works when it is pasted."""

import html
import json
import re
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.integrators.conftest import Shop

BLOCK = re.compile(r'<pre class="run"><code>(.*?)</code></pre>', re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_the_quick_start_works_when_it_is_pasted(shop: Shop, tmp_path: Path) -> None:
    page = urllib.request.urlopen(f"{shop.url}/api/v1/docs/").read().decode()
    script = html.unescape("\n".join(BLOCK.findall(page))).replace("sc_…", shop.key)

    told = subprocess.run(
        ["/bin/sh", "-e"], input=script, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )

    number, first, again, spent, balance, refused = told.stdout.splitlines()
    assert told.stderr == ""
    assert re.fullmatch(r"CUST-\d{6}", number)
    paid = json.loads(first)["data"]
    assert (paid["amount"], paid["balanceAfter"], paid["idempotentReplay"]) == (25, 25, False)
    assert json.loads(again)["data"] == paid | {"idempotentReplay": True}
    assert json.loads(spent)["data"]["amount"] == -12.5
    assert json.loads(balance)["data"]["balances"] == [{"currency": "USD", "balance": 12.5}]
    assert json.loads(refused)["code"] == "insufficient_credit"
    assert list(tmp_path.iterdir()) == []
