"""
The settings, read once from the environment. What a process that answers HTTP has besides is in `web`; what a test
has is in `tests.settings`.
"""

import warnings
from datetime import timedelta
from zoneinfo import available_timezones

from moneyed import CURRENCIES

from storecredit.settings.api import API_DIALECTS as API_DIALECTS
from storecredit.settings.api import REST_FRAMEWORK as REST_FRAMEWORK
from storecredit.settings.api import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from storecredit.settings.databases import BIG_TABLES as BIG_TABLES
from storecredit.settings.databases import database, make_folder_for, replica_database
from storecredit.settings.environment import BASE_DIR as BASE_DIR
from storecredit.settings.environment import (
    count,
    env,
    flag,
    networks,
    one_of,
    refuse_weak_production,
    required,
    required_list,
)
from storecredit.settings.headers import STRICT
from storecredit.settings.languages import LANGUAGES as LANGUAGES
from storecredit.settings.languages import LOCALE_DIR
from storecredit.settings.layouts import datev_client, xero_tax_rate
from storecredit.settings.logs import LOG_LEVELS, configure_structlog, logging_settings
from storecredit.settings.mail import mail_settings, sender, site_url
from storecredit.settings.retention import read_days
from storecredit.settings.sealing import seal_file, seal_key, seal_mailbox, seal_public_keys
from storecredit.settings.signing_in import PROOF_LASTS as PROOF_LASTS
from storecredit.settings.signing_in import library_settings, openid_providers
from storecredit.settings.unfold import UNFOLD as UNFOLD

# What the environment says

DEBUG = flag("DEBUG", default=False)
HTTPS_ONLY = flag("HTTPS_ONLY", default=True)
SECOND_FACTOR = flag("SECOND_FACTOR", default=HTTPS_ONLY)
SECRET_KEY = required("SECRET_KEY")
# Newest first: the first one writes, all of them read.
CODE_KEYS = required_list("CODE_KEYS")
ALLOWED_HOSTS = required_list("ALLOWED_HOSTS")
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
# What customers read on paper and in mails.
SHOP_NAME = env.str("SHOP_NAME", default="").strip() or "Store credit"
TIME_ZONE = one_of("TIME_ZONE", {"UTC", *available_timezones()}, default="UTC")
DEFAULT_LANGUAGE = one_of("DEFAULT_LANGUAGE", dict(LANGUAGES), default="en")
DEFAULT_CURRENCY = one_of("DEFAULT_CURRENCY", CURRENCIES, default="USD")
LOG_LEVEL = one_of("LOG_LEVEL", LOG_LEVELS, default="INFO")
REDIS_URL = env.str("REDIS_URL", default="")
# How many days is kept what nothing depends on.
RETENTION_DAYS = read_days(env.str("RETENTION_DAYS", default=""))

if HTTPS_ONLY:
    refuse_weak_production(debug=DEBUG, secret_key=SECRET_KEY, code_keys=CODE_KEYS, allowed_hosts=ALLOWED_HOSTS)

# The program

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "storecredit.backoffice.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "django_filters",
    "djmoney",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "storecredit.audit",
    "ledger",
    "giftcards",
    "storecredit.credits",
    "storecredit.checkouts",
    "storecredit.finance",
    "storecredit.api",
    "storecredit.backoffice",
]
MIDDLEWARE = [
    # First, because a load balancer asks by address and over plain HTTP, which the ones below refuse.
    "storecredit.health.HealthMiddleware",
    "storecredit.request_log.RequestLogMiddleware",
    "storecredit.api.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "storecredit.intake.middleware.BodyMiddleware",
    "storecredit.api.middleware.ApiRouteMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "storecredit.content_policy.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "storecredit.backoffice.cards.looking.PersonLookerMiddleware",
    "storecredit.backoffice.kit.viewers.ViewerMiddleware",
    "storecredit.error_pages.RefusedMethodMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "storecredit.backoffice.access.signed_out.SignedOutMiddleware",
    "storecredit.backoffice.access.signing_in.middleware.SignInMiddleware",
]
ROOT_URLCONF = "storecredit.urls"
WSGI_APPLICATION = "storecredit.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"listing": "storecredit.backoffice.kit.listing"},
        },
    }
]
USE_TZ = True
USE_I18N = True
# What the program itself speaks: the API, commands and logs. Pages are shown in the language of whoever looks.
LANGUAGE_CODE = "en"
LOCALE_PATHS = [LOCALE_DIR]
FORMAT_MODULE_PATH = ["storecredit.settings.formats"]

# Where things are kept

DATABASES = {
    "default": database(env.str("DATABASE_URL", default="") or f"sqlite:///{BASE_DIR / 'var' / 'storecredit.sqlite3'}")
}
make_folder_for(DATABASES["default"])
if env.str("REPLICA_URL", default=""):
    DATABASES["replica"] = replica_database(env.str("REPLICA_URL"))
    DATABASE_ROUTERS = ["storecredit.replica.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Without a build step the files are served from where the packages keep them, and nobody misses the folder.
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()
warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "storecredit.static_files.StaticFilesStorage"},
}

# Who may come in

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
# The login form of the admin's theme does not carry the page that was asked for.
LOGIN_REDIRECT_URL = "admin:index"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "too_many_logins.html"
AXES_CLIENT_IP_CALLABLE = "storecredit.logins.login_address"
AXES_HANDLER = "storecredit.logins.LoginHandler"
# Of wrong passwords in that time: an office shares one address, and strangers may guess at a name from many.
LOGIN_NAMES_PER_ADDRESS = count("LOGIN_NAMES_PER_ADDRESS", default=10)
LOGIN_FAILURES_PER_ADDRESS = count("LOGIN_FAILURES_PER_ADDRESS", default=30)
LOGIN_FAILURES_PER_NAME = count("LOGIN_FAILURES_PER_NAME", default=10)
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# How long the link of an invitation lets somebody in who has not chosen a password.
PASSWORD_RESET_TIMEOUT = int(timedelta(days=3).total_seconds())
globals().update(library_settings(issuer=SHOP_NAME, is_https=HTTPS_ONLY))
SOCIALACCOUNT_PROVIDERS = openid_providers()

# Mail

MAIL_GOES_OUT = bool(env.str("EMAIL_URL", default="").strip())
DEFAULT_FROM_EMAIL = SERVER_EMAIL = sender(ALLOWED_HOSTS)
SITE_URL = site_url(ALLOWED_HOSTS, is_https=HTTPS_ONLY)
globals().update(mail_settings())

# What seals the books

SEAL_KEY = seal_key()
SEAL_PUBLIC_KEYS = seal_public_keys()
SEAL_FILE = seal_file()
SEAL_TO = seal_mailbox(mail_goes_out=MAIL_GOES_OUT)

# What files for accounting programs say

DATEV = datev_client()
XERO_TAX_RATE = xero_tax_rate()

# What browsers are told

SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS_ONLY
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": STRICT}

# Logs

configure_structlog()
LOGGING = logging_settings(LOG_LEVEL)
