from urllib.request import urlopen

from tests.benchmarks.client import HOST
from tests.benchmarks.servers import serve


def test_what_the_api_is_measured_against_answers_on_the_same_server(tmp_path):
    with serve("tests.benchmarks.bare.wsgi", log=tmp_path / "bare.log") as port:
        answer = urlopen(f"http://{HOST}:{port}/api/v1/customers/CUST-1/store-credit?currency=GBP", timeout=20)
        with answer:
            assert (answer.status, b"CUST-1" in answer.read()) == (200, True)
