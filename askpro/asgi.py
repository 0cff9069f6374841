"""The websocket door of our own engine; everything else is served by WSGI (`askpro/wsgi.py`)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "askpro.settings")
django.setup()

from askpro import checks  # noqa: E402
from calls.websocket import application  # noqa: E402

checks.refuse_unsafe_start()
__all__ = ["application"]
