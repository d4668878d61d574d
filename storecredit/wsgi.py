import os

import django

# A deployment that names the plain settings for its commands means these for its server.
if os.environ.get("DJANGO_SETTINGS_MODULE", "storecredit.settings") == "storecredit.settings":
    os.environ["DJANGO_SETTINGS_MODULE"] = "storecredit.settings.web"
django.setup(set_prefix=False)

from storecredit.api.wsgi import PatientHandler  # noqa: E402  the apps come first

application = PatientHandler()
