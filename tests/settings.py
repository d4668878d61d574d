"""
The project's settings with an environment of its own. What differs from production is speed, and where the test
databases lie.
"""

import atexit
import os
import shutil

os.environ.setdefault("SECRET_KEY", "a-secret-for-the-tests-alone-which-guards-nothing-at-all-0123456789")
os.environ.setdefault("CODE_KEYS", "a-key-for-the-tests-alone-which-hides-nothing-at-all")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("HTTPS_ONLY", "false")
os.environ.setdefault("LOG_LEVEL", "CRITICAL")
os.environ.setdefault("EMAIL_URL", "memorymail://")

from storecredit.settings import *  # noqa: F403  the settings read the environment as they are imported
from storecredit.settings import DATABASES
from tests.databases import make_folder_in_memory

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Each test client builds the middleware anew, which would read every static file to be ready for any.
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"].endswith(".sqlite3"):
    # A file, because threads and processes must really wait for each other; the workers of one run share its folder.
    if "TEST_SQLITE_FOLDER" not in os.environ:
        os.environ["TEST_SQLITE_FOLDER"] = str(make_folder_in_memory())
        atexit.register(shutil.rmtree, os.environ["TEST_SQLITE_FOLDER"], ignore_errors=True)
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["TEST_SQLITE_FOLDER"], "tests.sqlite3")}
else:
    DATABASES["default"]["TEST"] = {"NAME": "test_storecredit" + os.environ.get("TEST_DB_SUFFIX", "")}
