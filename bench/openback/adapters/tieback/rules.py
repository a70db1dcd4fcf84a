"""Rules and configuration files: access to the paths of a case."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.schema import Case, Claim
from bench.rules_cases import reader_of
from tieback.model.errors import InputError
from tieback.posture.rules.interface import Permission, Requester
from tieback.posture.rules.source import RulesText

_WHO = {"anonymous": Requester.ANONYMOUS, "user": Requester.ANY_USER}


def claims(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Sequence[Claim] | None]]:
    """As ``tieback posture rules --kind KIND``; what is not certain is no claim."""
    for case in cases:
        kind = case.input.removeprefix("made/").partition("/")[0]
        text = RulesText(case.input, (folder / case.input).read_text(encoding="utf-8"))
        found = [claim for path in case.ask for claim in _claims(kind, text, path)]
        yield case, found or None


def _claims(kind: str, text: RulesText, path: str) -> Iterator[Claim]:
    known: dict[str, bool | None] = {}
    try:
        permissions = reader_of(kind).read(text)
    except InputError:
        # The product refuses such a file, so nobody has access by it.
        known = {f"{who}_{what}": False for who in _WHO for what in ("read", "write")}
    else:
        for who, requester in _WHO.items():
            asked = permissions.ask(requester, path)
            known |= {f"{who}_read": _certain(asked.read), f"{who}_write": _certain(asked.write)}
    ways = (known["anonymous_read"], known["anonymous_write"])
    known["open"] = True if True in ways else None if None in ways else False
    yield from (Claim(name, value, path) for name, value in known.items() if value is not None)


def _certain(permission: Permission) -> bool | None:
    return permission.allowed if permission.certain else None
