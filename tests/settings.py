"""The project's settings with an environment of its own; what differs from production here is speed alone."""

import os

os.environ.setdefault("SECRET_KEY", "a-secret-for-the-tests-alone-which-guards-nothing-at-all-0123456789")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")

from storecredit.settings import *  # noqa: E402, F403  the settings read the environment as they are imported

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
