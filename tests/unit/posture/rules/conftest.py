"""Rules as a table: text, stranger, path and what is expected of reading and writing."""

from collections.abc import Callable

import pytest

from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReader
from tieback.posture.rules.source import RulesText

type Ask = Callable[..., str]


def told(verdict: PathPermissions) -> str:
    """``rw``, ``r-``, ``-w`` or ``--``; ``?`` behind what something decides that the file does not hold."""
    return _sign("r", verdict.read) + _sign("w", verdict.write)


def _sign(letter: str, permit: Permission) -> str:
    return (letter if permit.allowed else "-") + ("" if permit.certain else "?")


@pytest.fixture
def ask() -> Ask:
    """Read a text and ask for one path: ``anonymous`` or ``any-user``."""

    def answer(reader: RulesReader, text: str, who: str, path: str = "/", name: str = "rules") -> str:
        return told(reader.read(RulesText(name, text)).ask(Requester(who), path))

    return answer
