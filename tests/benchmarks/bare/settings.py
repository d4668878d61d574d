"""The least that Django REST framework runs on: no database, nobody to know, one middleware."""

SECRET_KEY = "measures-and-guards-nothing"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.benchmarks.bare.urls"
# It says how long an answer is; without that, gunicorn would send it in chunks, which costs more than it.
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
INSTALLED_APPS = ["rest_framework"]
USE_TZ = True
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
