"""The web door: granian serves this application (WSGI; see docs/performance.md for why not ASGI)."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from askpro import checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "askpro.settings")
application = get_wsgi_application()

checks.refuse_unsafe_start()
# What is loaded by now stays. Without this the collector walks over all of it every now and then, and somebody waits.
gc.collect()
gc.freeze()
