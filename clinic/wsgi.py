import os

from django.core.wsgi import get_wsgi_application

from clinic.checks import refuse_to_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

application = get_wsgi_application()
refuse_to_start()
