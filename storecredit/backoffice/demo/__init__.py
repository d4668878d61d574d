"""The demo shop: what `make run` shows to somebody who tries this out, and what a screenshot needs."""

from storecredit.backoffice.demo.loading import DatabaseNotEmpty, DemoSummary, load_demo
from storecredit.backoffice.demo.logins import ApiAccess, Login, give_api_key, give_logins, name_actors
