import json
import os
import runpy
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.project.processes import PRODUCTION, ROOT, environment, run_python


def load(**differences: str | None) -> dict[str, Any]:
    """The settings as a process in production's environment would have them, with differences."""
    with mock.patch.dict(os.environ, environment(**differences), clear=True):
        return runpy.run_path(str(ROOT / "storecredit" / "settings" / "__init__.py"))


def load_for_web(**differences: str | None) -> dict[str, Any]:
    """The databases of a process that answers HTTP."""
    program = "import json, storecredit.settings.web as web; print(json.dumps(web.DATABASES, default=str))"
    done = run_python("-c", program, cwd=ROOT, **differences)
    assert done.returncode == 0, done.stderr
    databases: dict[str, Any] = json.loads(done.stdout)
    return databases


@pytest.mark.parametrize(
    ("differences", "sentence"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set."),
        ({"SECRET_KEY": " "}, "SECRET_KEY is not set."),
        ({"SECRET_KEY": PRODUCTION["SECRET_KEY"][:49]}, "SECRET_KEY is weak: it needs at least 50 random characters."),
        ({"SECRET_KEY": "ab" * 40}, "SECRET_KEY is weak"),
        ({"SECRET_KEY": "django-insecure-" + PRODUCTION["SECRET_KEY"]}, "SECRET_KEY is weak"),
        ({"CODE_KEYS": None}, "CODE_KEYS is not set."),
        ({"CODE_KEYS": ","}, "CODE_KEYS holds no value."),
        (
            {"CODE_KEYS": PRODUCTION["CODE_KEYS"] + ",q7Rk2Wd9Lx4Vn6Tb1Zs8Mh3Fp5Jc0G"},
            "CODE_KEYS is weak: each key needs",
        ),
        ({"CODE_KEYS": PRODUCTION["SECRET_KEY"]}, "CODE_KEYS repeats a secret"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set."),
        ({"ALLOWED_HOSTS": "credit.example.com,*"}, "ALLOWED_HOSTS holds '*'"),
        ({"DEBUG": "true"}, "DEBUG is on"),
        ({"DEBUG": "maybe"}, "DEBUG is true or false, not 'maybe'."),
        ({"HTTPS_ONLY": "flase"}, "HTTPS_ONLY is true or false, not 'flase'."),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE holds 'Mars/Olympus', which is not known."),
        ({"DEFAULT_CURRENCY": "usd"}, "DEFAULT_CURRENCY holds 'usd', which is not known."),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL holds 'LOUD', which is not known."),
        ({"TRUSTED_PROXIES": "10.0.0.1,the-balancer"}, "TRUSTED_PROXIES holds 'the-balancer'"),
        ({"DATABASE_URL": "mysql://shop@localhost/shop"}, "take sqlite:/// and postgres:// addresses alone"),
        ({"DATABASE_URL": "postgres://h/d?prepare_threshold=often"}, "prepare_threshold is a number of uses or 'none'"),
    ],
)
def test_production_refuses_to_start_with(differences, sentence):
    with pytest.raises(ImproperlyConfigured) as refusal:
        load(**differences)

    assert sentence in str(refusal.value)


def test_a_refusal_stops_the_process_and_never_prints_the_secret_it_refuses():
    done = run_python("-c", "import storecredit.settings", SECRET_KEY="correct-horse-battery-staple", DEBUG="true")

    assert done.returncode != 0
    assert "Refusing to start in production" in done.stderr
    assert "correct-horse" not in done.stdout + done.stderr


def test_plain_http_takes_a_debugger_and_any_host():
    settings = load(HTTPS_ONLY="false", DEBUG="true", ALLOWED_HOSTS="*")

    assert (settings["DEBUG"], settings["ALLOWED_HOSTS"]) == (True, ["*"])
    assert (settings["SECURE_SSL_REDIRECT"], settings["SECURE_HSTS_SECONDS"]) == (False, 0)
    assert (settings["SESSION_COOKIE_SECURE"], settings["CSRF_COOKIE_SECURE"]) == (False, False)


@pytest.mark.parametrize("nothing", [None, ""])
def test_three_variables_are_enough_to_start_production(nothing):
    settings = load(DATABASE_URL=nothing, REPLICA_URL=nothing, TRUSTED_PROXIES=nothing, HTTPS_ONLY=nothing)

    assert settings["DATABASES"]["default"]["NAME"].endswith("/var/storecredit.sqlite3")
    assert settings["CACHES"]["default"]["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache"
    assert (settings["DEBUG"], settings["HTTPS_ONLY"]) == (False, True)
    assert (settings["TIME_ZONE"], settings["DEFAULT_CURRENCY"]) == ("UTC", "USD")


def test_the_deployment_check_finds_nothing_to_say():
    done = run_python(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", DJANGO_SETTINGS_MODULE="storecredit.settings.web"
    )

    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), done.stderr


POSTGRESQL = "postgres://shop:secret@db.example.com:5433/credit"


def test_a_request_on_postgresql_is_cut_off_and_a_command_is_not():
    command = load(DATABASE_URL=POSTGRESQL)["DATABASES"]["default"]
    request = load_for_web(DATABASE_URL=POSTGRESQL)["default"]

    assert (command["HOST"], command["PORT"], command["NAME"]) == ("db.example.com", 5433, "credit")
    assert command["OPTIONS"] == {
        "server_side_binding": True,
        "prepare_threshold": 2,
        "options": "-c enable_seqscan=off -c jit=off",
    }
    assert request["OPTIONS"] == {
        "server_side_binding": True,
        "prepare_threshold": 2,
        "options": "-c lock_timeout=2000 -c statement_timeout=15000 -c enable_seqscan=off -c jit=off",
        "connect_timeout": 3,
        "tcp_user_timeout": 10_000,
        "pool": {"min_size": 1, "max_size": 4, "timeout": 5, "max_lifetime": 600, "reconnect_timeout": 0.5},
    }
    assert command["ENGINE"] == request["ENGINE"] == "storecredit.engines.postgresql"
    assert "CONN_MAX_AGE" not in {**command, **request}


@pytest.mark.parametrize("many", ["0", "-1", "four", "1.5", "100000"])
def test_the_number_of_connections_is_a_number(many):
    done = run_python("-c", "import storecredit.settings.web", WEB_CONNECTIONS=many)

    assert f"WEB_CONNECTIONS is a whole number from 1 to 10000, not {many!r}." in done.stderr


def test_each_process_holds_as_many_connections_as_it_is_told():
    assert load_for_web(DATABASE_URL=POSTGRESQL, WEB_CONNECTIONS="9")["default"]["OPTIONS"]["pool"]["max_size"] == 9


def test_the_address_of_the_database_adds_settings_of_the_session_which_win_over_ours():
    address = f"{POSTGRESQL}?options=-c%20search_path%3Dcredit%20-c%20lock_timeout%3D9000&sslmode=verify-full"

    options = load_for_web(DATABASE_URL=address)["default"]["OPTIONS"]

    assert options["options"] == (
        "-c lock_timeout=2000 -c statement_timeout=15000 -c enable_seqscan=off -c jit=off "
        "-c search_path=credit -c lock_timeout=9000"
    )
    assert options["sslmode"] == "verify-full"


def test_the_address_of_a_pooler_can_switch_prepared_statements_and_settings_of_the_session_off():
    address = f"{POSTGRESQL}?prepare_threshold=none&options=none"

    options = load_for_web(DATABASE_URL=address)["default"]["OPTIONS"]

    assert options["prepare_threshold"] is None
    assert "options" not in options


def test_sqlite_keeps_the_promises_that_the_books_need():
    assert load()["DATABASES"]["default"]["OPTIONS"] == {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
        "PRAGMA foreign_keys=ON;PRAGMA recursive_triggers=ON",
    }


@pytest.mark.parametrize("address", ["sqlite:///:memory:", POSTGRESQL])
def test_no_view_runs_inside_a_transaction_of_its_own(address):
    assert "ATOMIC_REQUESTS" not in load(DATABASE_URL=address)["DATABASES"]["default"]


def test_redis_and_a_replica_are_used_when_they_are_named():
    settings = load(
        REDIS_URL="redis://cache.example.com:6379/1", REPLICA_URL="postgres://reader@replica.example.com/credit"
    )

    assert settings["CACHES"]["default"] == {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://cache.example.com:6379/1",
    }
    assert settings["DATABASES"]["replica"]["HOST"] == "replica.example.com"
    assert settings["DATABASE_ROUTERS"] == ["storecredit.replica.ReplicaRouter"]


@pytest.mark.parametrize("named", [None, "storecredit.settings", "storecredit.settings.web"])
def test_the_server_runs_on_the_settings_for_http_also_where_commands_name_the_plain_ones(named):
    program = "import storecredit.wsgi; from django.conf import settings; print(settings.SETTINGS_MODULE)"

    done = run_python("-c", program, cwd=ROOT, DJANGO_SETTINGS_MODULE=named)

    assert done.stdout.split() == ["storecredit.settings.web"], done.stderr
