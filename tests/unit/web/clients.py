"""Clients of the pages that have a role without a password. The tests of the sign-in do not use them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from litestar.testing import TestClient
from litestar.types import ASGIApp

from tieback.pipeline.accounts.roles import Role
from tieback.web.app import build_server
from tieback.web.context import User
from tieback.web.settings import WebSettings


class Changes:
    """The log of changes, in memory."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, str]] = []

    def note(self, user: User, action: str, subject: str) -> None:
        self.lines.append((user.name, action, subject))


class Caller:
    """Who makes the requests of ``same_client``, and the log of changes."""

    def __init__(self) -> None:
        self.user: User | None = None
        self.changes = Changes()

    def note(self, user: User, action: str, subject: str) -> None:
        self.changes.note(user, action, subject)


@cache
def _same_app(workspace: Path) -> tuple[ASGIApp, Caller]:
    caller = Caller()
    settings = WebSettings(workspace=workspace)
    return build_server(settings, identify=lambda _: caller.user, changes=caller), caller


@contextmanager
def same_client(
    workspace: Path, role: Role = Role.ADMIN, changes: Changes | None = None
) -> Iterator[TestClient[ASGIApp]]:
    """As ``client``, but one application for all clients of this path, one after the other: to build it takes long."""
    app, caller = _same_app(workspace)
    caller.user, caller.changes = User(id="u1", name="Ann", role=role), changes or Changes()
    with TestClient(app, base_url="http://127.0.0.1:8484", raise_server_exceptions=False) as made:
        made.headers["Sec-Fetch-Site"] = "same-origin"
        yield made


@contextmanager
def client(
    workspace: Path, role: Role | None = Role.ADMIN, changes: Changes | None = None, **settings: Any
) -> Iterator[TestClient[ASGIApp]]:
    """A client of the pages of a workspace; ``role=None`` for someone who has not signed in."""
    user = User(id="u1", name="Ann", role=role) if role else None
    app = build_server(
        WebSettings(workspace=workspace, **settings), identify=lambda _: user, changes=changes or Changes()
    )
    with TestClient(app, base_url="http://127.0.0.1:8484", raise_server_exceptions=False) as made:
        made.headers["Sec-Fetch-Site"] = "same-origin"
        yield made
