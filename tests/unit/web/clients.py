"""Clients of the pages that have a role without a password. The tests of the sign-in do not use them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from litestar.testing import TestClient
from litestar.types import ASGIApp

from tieback.pipeline.accounts.roles import Role
from tieback.web import app as application
from tieback.web.context import User
from tieback.web.hosts import own_names
from tieback.web.protection import protected
from tieback.web.settings import WebSettings


class Changes:
    """The log of changes, in memory."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, str]] = []

    def note(self, user: User, action: str, subject: str) -> None:
        self.lines.append((user.name, action, subject))


class _Shared:
    """An application for one client after the other: to build it takes long.

    Its settings, user and log of changes are those of the client that has it. It stands in for the settings, too.
    """

    def __init__(self) -> None:
        self.current = WebSettings(workspace=Path("unused"))
        self.user: User | None = None
        self.changes = Changes()
        self.app = application.build_app(cast("WebSettings", self), identify=lambda _: self.user, changes=self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)

    def note(self, user: User, action: str, subject: str) -> None:
        self.changes.note(user, action, subject)


_FREE: dict[tuple[object, object], list[_Shared]] = {}
"""Applications that no client has at the moment, by the routes and templates that they were built with."""


@contextmanager
def client(
    workspace: Path, role: Role | None = Role.ADMIN, changes: Changes | None = None, **settings: Any
) -> Iterator[TestClient[ASGIApp]]:
    """A client of the pages of a workspace; ``role=None`` for someone who has not signed in."""
    assert "sign_in" not in settings, "the provider is a part of the application"
    free = _FREE.setdefault((application.routes, vars(application)["environment"]), [])
    shared = free.pop() if free else _Shared()
    current = shared.current = WebSettings(workspace=workspace, **settings)
    shared.user = User(id="u1", name="Ann", role=role) if role else None
    shared.changes = changes or Changes()
    app = protected(shared.app, own_names(current.public_url), current.trusted_proxies)
    try:
        with TestClient(app, base_url="http://127.0.0.1:8484", raise_server_exceptions=False) as made:
            made.headers["Sec-Fetch-Site"] = "same-origin"
            yield made
    finally:
        free.append(shared)
