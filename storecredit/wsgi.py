import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storecredit.settings.web")
django.setup(set_prefix=False)

from storecredit.api.wsgi import PatientHandler  # noqa: E402  the apps come first

application = PatientHandler()
