"""Clients of the pages that have a role without a password. The tests of the sign-in do not use them."""

from collections.abc import Iterator
from contextlib import contextmanager
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
