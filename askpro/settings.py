"""The one settings file. Everything that differs between machines comes from the environment.

In production the system checks in ``askpro/checks.py`` refuse to start with a missing or unsafe value.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured

from askpro import logs

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if env.bool("ASKPRO_READ_DOTENV", default=False):
    env.read_env(BASE_DIR / ".env")

# --- What kind of place is this? -------------------------------------------------------------

ENVIRONMENT = env.str("ASKPRO_ENV", default="production")  # production | demo | test
if ENVIRONMENT not in ("production", "demo", "test"):
    # A slip of the pen must not open what only a demo leaves open.
    raise ImproperlyConfigured(
        f"ASKPRO_ENV is {ENVIRONMENT!r}, but must be production, demo or test"
    )
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Keys that encrypt stored credentials: the first one writes, all of them read.
FIELD_KEYS: list[str] = env.list("FIELD_KEYS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if IS_PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")

# --- Applications: floor 1 to 6 --------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "anymail",
    "tenants",
    "integrations",
    "booking",
    "calls",
    "billing",
    "askpro.operations",
    "askpro.compliance",
    "askpro.portal",
]

MIDDLEWARE = [
    "askpro.middleware.RequestLog",
    "askpro.middleware.Doors",  # what follows is for pages alone
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "askpro.middleware.BackOffice",
]

ROOT_URLCONF = "askpro.urls"
WSGI_APPLICATION = "askpro.wsgi.application"
APPEND_SLASH = True

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
        },
    },
]

# --- Database: the application's role cannot bypass row-level security ------------------------

_POOL = {
    "min_size": env.int("DATABASE_POOL_MIN", default=1),
    "max_size": env.int("DATABASE_POOL_MAX", default=8),
    "timeout": 3,  # seconds; a caller is waiting
}
_ENGINE = "django.db.backends.postgresql"
DATABASE_BEHIND_POOLER = env.bool("DATABASE_BEHIND_POOLER", default=False)


def _database(variable: str, *, pool: bool) -> dict[str, object]:
    address = env.str(variable, default="")
    if address and not address.startswith(("postgresql://", "postgres://")):
        raise ImproperlyConfigured(f"{variable} must begin with postgresql://")
    config = dict(env.db_url(variable, default="postgresql://", engine=_ENGINE))
    # As libpq reads it: the folder of a socket stands for the host, with its slashes escaped.
    config["HOST"] = unquote(str(config.get("HOST") or ""))
    options = dict(config.get("OPTIONS") or {})
    options["application_name"] = "askpro"
    # Hot statements are prepared by name (tenants/statements.py); a transaction pooler cannot keep them.
    if not DATABASE_BEHIND_POOLER:
        options["prepare_threshold"] = 5
        # They are planned once. Left to itself, Postgres plans the search of the diary anew each time: a millisecond.
        options["options"] = "-c plan_cache_mode=force_generic_plan"
    if pool:
        options["pool"] = _POOL
    else:
        # One connection per thread of the server, kept: 50 microseconds less in each request than a pool.
        config["CONN_MAX_AGE"] = 600
    config["OPTIONS"] = options
    config["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_BEHIND_POOLER
    return config


DATABASES = {"default": _database("DATABASE_URL", pool=env.bool("DATABASE_POOL", default=False))}
# The owner changes the schema (`migrate --database owner`). Web and worker do not know that there is one.
if not env.bool("ASKPRO_SERVES", default=False):
    DATABASES["owner"] = _database(
        "DATABASE_OWNER_URL" if "DATABASE_OWNER_URL" in env.ENVIRON else "DATABASE_URL", pool=False
    )
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

# --- Redis: doorbell, cache and rate limits; never the truth ----------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "askpro",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_DEFAULT_QUEUE = "default"
# Redelivery comes after the visibility timeout plus interval x throttle; kombu's own values add 100 s.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TIMEZONE = "UTC"

# --- People ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())

# --- Language and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"  # how the back office shows instants; stored is always UTC

# --- Browser security ------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if IS_PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^health$", r"^api/health$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-askpro"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-askpro-csrf"
    if env.bool("BEHIND_TLS_PROXY", default=False):
        # Only behind a proxy that strips this header from what strangers send.
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# A transcript of an hour is far below; Retell's bodies are kilobytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- Static files -------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles" if IS_PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Mail ---------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="AskProAI <termine@askpro.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# The demo and the tests keep mails as files or in memory; production names a real backend.
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    default="django.core.mail.backends.locmem.EmailBackend"
    if ENVIRONMENT == "test"
    else "django.core.mail.backends.filebased.EmailBackend",
)
EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", default=str(BASE_DIR / ".askpro" / "mails"))
EMAIL_TIMEOUT = 10
ANYMAIL = {"RESEND_API_KEY": env.str("RESEND_API_KEY", default="")}

# --- Providers ----------------------------------------------------------------------------------------

RETELL_API_KEY = env.str("RETELL_API_KEY", default="")  # also signs what Retell sends
RETELL_API_KEY_FALLBACKS: list[str] = env.list(
    "RETELL_API_KEY_FALLBACKS", default=[]
)  # during rotation
RETELL_WEBHOOK_SECRET = env.str("RETELL_WEBHOOK_SECRET", default="")  # plain-hex form, if set
RETELL_BASE_URL = env.str("RETELL_BASE_URL", default="https://api.retellai.com")
# What agents speak with, where theirs names no voice of its own; the platform's model where none is named.
RETELL_VOICE_ID = env.str("RETELL_VOICE_ID", default="")
RETELL_MODEL = env.str("RETELL_MODEL", default="")
# The trunk over which German numbers come to the platform.
SIP_TERMINATION_URI = env.str("SIP_TERMINATION_URI", default="")
SIP_USERNAME = env.str("SIP_USERNAME", default="")
SIP_PASSWORD = env.str("SIP_PASSWORD", default="")
SIP_TRANSPORT = env.str("SIP_TRANSPORT", default="TLS")  # TLS | TCP | UDP
# A language model of one's own behind our engine: any endpoint that speaks OpenAI's chat completions. Without it the
# dialogue manager speaks, which needs none.
LLM_BASE_URL = env.str("LLM_BASE_URL", default="")
LLM_API_KEY = env.str("LLM_API_KEY", default="")
LLM_MODEL = env.str("LLM_MODEL", default="")
# Where the platform finds our own dialogue manager (`serve_llm`); behind a proxy the same host.
LLM_WEBSOCKET_URL = env.str(
    "LLM_WEBSOCKET_URL", default=PUBLIC_URL.replace("http", "ws", 1)
).rstrip("/")
# Off: nothing is asked of Cal.com and nothing it sends is heard; every diary stands alone, and catches up when it is on.
CALCOM_ENABLED = env.bool("CALCOM_ENABLED", default=True)
# The keys of Cal.com belong to the businesses and are stored sealed; there is none of the platform.
CALCOM_BASE_URL = env.str("CALCOM_BASE_URL", default="https://api.cal.com/v2")
# Stands for callers without an e-mail address, which Cal.com wants: a box of our own that swallows what comes in.
CALCOM_ATTENDEE_EMAIL = env.str("CALCOM_ATTENDEE_EMAIL", default="ohne-adresse@askpro.example")
# Without its secret a door stays closed (401). The old ones count as well, while a secret is changed.
CALCOM_WEBHOOK_SECRET = env.str("CALCOM_WEBHOOK_SECRET", default="")
CALCOM_WEBHOOK_SECRET_FALLBACKS: list[str] = env.list("CALCOM_WEBHOOK_SECRET_FALLBACKS", default=[])
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_WEBHOOK_SECRET_FALLBACKS: list[str] = env.list("STRIPE_WEBHOOK_SECRET_FALLBACKS", default=[])
RESEND_WEBHOOK_SECRET = env.str("RESEND_WEBHOOK_SECRET", default="")
RESEND_WEBHOOK_SECRET_FALLBACKS: list[str] = env.list("RESEND_WEBHOOK_SECRET_FALLBACKS", default=[])
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
# Here as well: the shared key of a Twilio account that signs with SHA-256.
TWILIO_AUTH_TOKEN_FALLBACKS: list[str] = env.list("TWILIO_AUTH_TOKEN_FALLBACKS", default=[])
STRIPE_API_KEY = env.str("STRIPE_API_KEY", default="")

# --- REST API -----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.api.access.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.api.access.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["tenants.api.wire.Answer"],
    "DEFAULT_PARSER_CLASSES": ["tenants.api.wire.Json"],
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS would tell what the OpenAPI document tells better
    "DEFAULT_SCHEMA_CLASS": "askpro.api.openapi.Schema",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_THROTTLE_CLASSES": ["tenants.api.access.KeyThrottle"],
    "DEFAULT_THROTTLE_RATES": {"api": env.str("API_RATE", default="60/min")},
    "EXCEPTION_HANDLER": "askpro.errors.answer",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AskProAI API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Calls, appointments and customers of one business.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CallStatus": "calls.models.Call.Status",
        "CallOutcome": "calls.models.Call.Outcome",
        "CallbackKind": "calls.models.CallbackRequest.Kind",
        "CallbackStatus": "calls.models.CallbackRequest.Status",
        "CallbackPriority": "calls.models.CallbackRequest.Priority",
        "AppointmentStatus": "booking.api.appointments.STATUSES",
        "WaitingStatus": "booking.api.waiting.WAITING",
        "OfferStatus": "booking.api.waiting.ANSWERS",
        "AppointmentChangeKind": "booking.models.AppointmentChange.Kind",
        "TimeOffKind": "booking.models.TimeOff.Kind",
    },
}

# --- Logs and error tracking --------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = None
logs.configure(level=LOG_LEVEL, json=env.bool("LOG_JSON", default=True))

SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        environment=ENVIRONMENT,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=logs.scrub_event,
    )

SILENCED_SYSTEM_CHECKS: list[str] = []

UNFOLD = {
    "SITE_TITLE": "AskProAI",
    "SITE_HEADER": "AskProAI",
    "SITE_SUBHEADER": "Telefon-Rezeption",
    "SITE_URL": None,
    "ACCOUNT": {"navigation": "askpro.navigation.account"},
    "SITE_ICON": "askpro.navigation.icon",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "askpro.navigation.icon"},
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "STYLES": ["askpro.navigation.style"],
    "DASHBOARD_CALLBACK": "askpro.portal.dashboard.overview",
    "SIDEBAR": {"show_search": False, "navigation": "askpro.navigation.sections"},
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(70.4% .14 182.503)",
            "600": "oklch(52.5% .1 184.704)",
            "700": "oklch(45.5% .09 186.391)",
            "800": "oklch(40% .075 188.216)",
            "900": "oklch(36% .06 188.416)",
            "950": "oklch(27.7% .046 192.524)",
        },
    },
}
