"""The accounts of a ledger, with a clock that tests move."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.unit.pipeline.accounts.fast import FAST
from tieback.pipeline.accounts.limits import SignInLimits
from tieback.pipeline.accounts.links import first_admin_link, use_link
from tieback.pipeline.accounts.passwords import Passwords
from tieback.pipeline.accounts.secret_box import SecretBox
from tieback.pipeline.accounts.service import AccountService, Client, Identity
from tieback.pipeline.accounts.sessions import session_user
from tieback.pipeline.accounts.sign_in import sign_in
from tieback.storage.ledger.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = Client("192.0.2.1", "Firefox")
PASSWORD = "correct horse battery"


class Clock:
    """Seconds since 1970; a test moves it."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger file without rows; a copy is opened faster than a new one is made."""
    path = tmp_path_factory.mktemp("accounts") / "ledger.db"
    Ledger.open(path).close()
    return path


@pytest.fixture
def service(empty_ledger: Path, tmp_path: Path, clock: Clock) -> Iterator[AccountService]:
    shutil.copy(empty_ledger, tmp_path / "ledger.db")
    ledger = Ledger.open(tmp_path / "ledger.db")
    yield AccountService(
        ledger.accounts,
        passwords=Passwords(FAST),
        limits=SignInLimits(clock),
        box=SecretBox(b"k" * 32, "second factor"),
        clock=clock,
    )
    ledger.close()


@pytest.fixture
def admin(service: AccountService) -> Identity:
    """The first administrator, signed in."""
    link = first_admin_link(service)
    assert link is not None
    assert use_link(service, link.rpartition("/")[2], "root", PASSWORD, HERE) is not None
    return signed_in(service, "root")


def signed_in(service: AccountService, name: str, password: str = PASSWORD) -> Identity:
    found = session_user(service, sign_in(service, name, password, HERE).secret)
    assert found is not None
    return found
