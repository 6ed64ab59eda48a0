"""Settings. Everything that differs from place to place is an environment variable: docs/operations.md lists them.

Nothing is started here. Where no ``DATABASE_URL`` or ``REDIS_URL`` is set, the addresses are those of the embedded
servers of this checkout, which ``manage.py`` starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from jilin_si.servers.connections import cache_location, celery_url, database, flag, redis_urls
from jilin_si.servers.places import default_places
from jilin_si.servers.secret import secret_key

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
PLACES = default_places()

# ── how this process runs ────────────────────────────────────────────────────────────────────────────────────────
TESTING = flag("JSI_TESTING")
DEMO = flag("DEMO")  # sign-ins of the sample: no second factor, no forced change of password
DEBUG = flag("DEBUG")
# "owner" migrates and runs set jobs and commands; "app" serves requests, under row-level security.
DB_ROLE = env.str("DB_ROLE", default="owner")
HTTPS = flag("HTTPS", default=not (DEBUG or DEMO or TESTING))

SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(PLACES)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
if not DEMO:
    ALLOWED_HOSTS += env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
NODE_MODULES = BASE_DIR / "node_modules"

# ── apps, floor by floor ─────────────────────────────────────────────────────────────────────────────────────────
LINES = ["pension", "unemployment", "medical", "injury", "maternity"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    # floor 1
    "jilin_si.servers",
    "jilin_si.agencies",
    "jilin_si.access",
    "jilin_si.policy",
    "jilin_si.ledger",
    "jilin_si.jobs",
    "jilin_si.web",
    "jilin_si.users",
    # floor 2 to 4, and the sample on top
    "enrollment",
    "collection",
    *LINES,
    "pooling",
    "sample",
    # from elsewhere
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    # both without their own loader set-up: TEMPLATES below does it for the two together
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # ends a sign-in that is idle or too old; every page needs one unless it says otherwise
    "jilin_si.access.sessions.SessionLimitsMiddleware",
    "jilin_si.access.sessions.SignInRequiredMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    # opens the transaction of the request, and the scope in it
    "jilin_si.access.middleware.ScopeMiddleware",
    # who changes a row, for its history
    "jilin_si.access.middleware.HistoryContextMiddleware",
    "jilin_si.access.sessions.DutiesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    # next to the view: conflicts have their own page, nothing is kept by caches
    "jilin_si.web.middleware.PageMiddleware",
]

ROOT_URLCONF = "jilin_si.urls"
WSGI_APPLICATION = "jilin_si.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── templates: components (cotton) and fragments (partials) together ─────────────────────────────────────────────
_file_loaders = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _file_loaders if DEBUG else [("django.template.loaders.cached.Loader", _file_loaders)],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "jilin_si.web.templatetags.jilin",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jilin_si.web.context.shell_context",
            ],
        },
    }
]
COTTON_DIR = "components"  # templates/components/money.html is <c-money>
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# ── database, cache, sessions ────────────────────────────────────────────────────────────────────────────────────
DATABASES = {"default": database(PLACES, DB_ROLE)}
REDIS = redis_urls(PLACES)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": cache_location(REDIS),
        "KEY_PREFIX": "jsi",
        "TIMEOUT": 600,
    }
}
# After how long a count of the desk that reads a whole unit is reckoned again, and how long it may be shown meanwhile;
# its list is always read anew.
DESK_SECONDS = 300
DESK_KEPT_SECONDS = 3600
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # a lost Redis signs nobody out
SESSION_COOKIE_AGE = 10 * 3600  # absolute, seconds
SESSION_IDLE_SECONDS = 30 * 60

# ── who signs in ─────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else [
        "jilin_si.access.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# axes counts failures by name and address, in the database; these hold off who tries many names from one address, and
# one name or one second factor from many
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "20/900s/key"}
ACCOUNT_ADAPTER = "jilin_si.access.signin.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "jilin_si.access.forms.SignInForm",
    "change_password": "jilin_si.access.forms.PasswordForm",
    "reauthenticate": "jilin_si.access.forms.AgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Jilin SI"
MFA_ADAPTER = "jilin_si.access.second_factor.Adapter"
MFA_FORMS = {
    "authenticate": "jilin_si.access.second_factor.CodeForm",
    "reauthenticate": "jilin_si.access.second_factor.CodeAgainForm",
    "activate_totp": "jilin_si.access.second_factor.FirstCodeForm",
}
SECOND_FACTOR = flag("SECOND_FACTOR", default=not (DEMO or TESTING))  # staff must have one
AXES_ENABLED = True
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [
    ["username", "ip_address"]
]  # one address must not lock out an office behind one NAT
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_USERNAME_CALLABLE = "jilin_si.access.signin.name_counted"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login"]  # not kept as they were typed
AXES_LOCKOUT_CALLABLE = "jilin_si.access.signin.locked_out"
CSRF_FAILURE_VIEW = "jilin_si.web.views.form_too_old"

# ── what a browser may do ────────────────────────────────────────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_MOST = 25 * 1024 * 1024  # bytes of one file; each form has a limit of its own below it
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "jilin_si.web.uploads.UnnamedFileUploadHandler",
]
MEDIA_ROOT = PLACES.var / "files"

# ── static files ─────────────────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
STATIC_ROOT = PLACES.var / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "jilin_si.frontend.NodePackagesFinder",
]
# A test's live server finds files where they lie; hashed names would be 404 there.
_static = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if TESTING or DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static},
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    *("jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff", "woff2"),
    *("map", "ttf"),  # large, and hardly ever asked for
]

# ── language and time ────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
# Our own words come before those of the packages: each app's catalogue, in the order of the floors.
LOCALE_PATHS = [
    BASE_DIR / place / "locale"
    for place in (app.replace(".", "/") for app in INSTALLED_APPS)
    if (BASE_DIR / place / "apps.py").is_file()
]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False  # money has its own format: jilin_si/money.py

# ── jobs ─────────────────────────────────────────────────────────────────────────────────────────────────────────
# A task carries keys only and may come twice; the truth is the job_unit row (docs/architecture.md).
CELERY_BROKER_URL = celery_url(REDIS.broker)
CELERY_RESULT_BACKEND = celery_url(REDIS.results)
CELERY_RESULT_EXPIRES = 24 * 3600
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_DEFAULT_QUEUE = "posting"  # what moves money; a report never waits in front of it
CELERY_TASK_ROUTES = {
    "*.tasks.report_*": {"queue": "reports"},
    "web.reckon_desk": {"queue": "reports"},
    "enrollment.roster": {"queue": "reports"},  # somebody waits at the page for it
}
CELERY_QUEUES_SERVED = ("posting", "reports")
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A task of a worker that is gone comes back after visibility_timeout seconds; restore_interval 1 sweeps each 10 s
# instead of each 100. The reconciler in the database is quicker than both.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900, "unacked_restore_interval": 1}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    # sends again what the queue forgot; both look at the database and are nothing where there is nothing to do
    "reconcile": {"task": "jobs.reconcile", "schedule": 12.0, "options": {"expires": 12}},
    "reckon-desk": {"task": "web.reckon_desk", "schedule": 300.0, "options": {"expires": 300}},
    "seal-audit": {"task": "access.seal_audit", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget-old-tries": {"task": "access.forget_old_tries", "schedule": 3600.0, "options": {"expires": 3600}},
    "start-due-months": {"task": "pooling.start_due", "schedule": 60.0, "options": {"expires": 60}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(PLACES.state / "beat")

# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Jilin SI",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": ["jilin_si.policy.api.schema.one_path_a_calculator"],
}

DJANGO_TABLES2_TEMPLATE = "web/table.html"

# ── logs ─────────────────────────────────────────────────────────────────────────────────────────────────────────
LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING" if TESTING else "INFO")
_log_steps: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "logger", "event"], bool_as_flag=False
            )
            if not flag("LOG_JSON")
            else structlog.processors.JSONRenderer(ensure_ascii=False),
            "foreign_pre_chain": _log_steps,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "axes": {
            "level": "ERROR"
        },  # its warnings name what was typed, which may be a password: we write our own
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_log_steps,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

# Where the pages stand, for links in messages and the QR codes of statements.
PUBLIC_ADDRESS = env.str("PUBLIC_ADDRESS", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}")
