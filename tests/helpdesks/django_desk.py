"""django-helpdesk as a real server: settings, a database and a user, all below one folder, on a port of its own.

`python django_desk.py FOLDER` serves it and prints its port. Nobody here wrote the helpdesk.
"""

from __future__ import annotations

import sys
from pathlib import Path

USER, PASSWORD = "agent", "agent-password-1"

APPS = (
    *(f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions", "sites", "messages")),
    *("django.contrib.admin", "django.contrib.humanize", "django.contrib.staticfiles", "rest_framework", "helpdesk"),
)


def configure(folder: Path) -> None:
    from django.conf import settings

    processors = [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]
    settings.configure(
        SECRET_KEY="only here",
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
        TIME_ZONE="UTC",
        SITE_ID=1,
        ROOT_URLCONF=__name__,
        STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        INSTALLED_APPS=list(APPS),
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": processors},
            }
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "desk.db")}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        HELPDESK_ACTIVATE_API_ENDPOINT=True,
        HELPDESK_TEAMS_MODE_ENABLED=False,
        HELPDESK_PUBLIC_TICKET_QUEUE="orders",
        REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.BasicAuthentication"]},
    )


def fill() -> None:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from helpdesk.models import Queue

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_superuser(USER, "agent@shop.example", PASSWORD)
    Queue.objects.create(title="Orders", slug="orders")


def serve(folder: Path) -> None:
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    configure(folder)
    import django

    django.setup()
    from django.core.wsgi import get_wsgi_application
    from django.urls import include, path

    global urlpatterns  # noqa: PLW0603 - what ROOT_URLCONF is read for
    urlpatterns = [path("helpdesk/", include("helpdesk.urls", namespace="helpdesk"))]
    sys.modules["django_desk"] = sys.modules[__name__]
    fill()

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    print(server.server_port, flush=True)
    server.serve_forever()


urlpatterns: list[object] = []

if __name__ == "__main__":
    serve(Path(sys.argv[1]))
