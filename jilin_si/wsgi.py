"""The web application. It serves as ``jsi_app``, under row-level security, and refuses to serve as the owner."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jilin_si.settings")
os.environ.setdefault("DB_ROLE", "app")

from django.core.wsgi import get_wsgi_application

from jilin_si.servers.serving import guarded, refuse_to_serve_as_owner

_application = get_wsgi_application()
refuse_to_serve_as_owner()
application = guarded(_application)
