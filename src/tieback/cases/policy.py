"""Case deadlines, from a policy file that users can edit (``policy.toml``)."""

import tomllib
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import msgspec

from tieback.model.case import CaseState
from tieback.model.errors import InputError

MAX_BYTES = 64 * 1024
_MAX_DAYS = 3660


class LetterDeadlines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Deadlines in letters, in days."""

    answer: int = 30
    urgent: int = 3
    publish: int = 90


class WatchPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Decisions that ``tieback watch`` may make."""

    no_response: bool = True


class RecheckPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When re-checks decide."""

    hours: int = 24
    """Minimum number of hours between the first and the last re-check that find a store closed, until it is fixed."""


class CasePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Deadlines of cases, in days."""

    days: dict[CaseState, int]
    notice: LetterDeadlines = LetterDeadlines()
    watch: WatchPolicy = WatchPolicy()
    recheck: RecheckPolicy = RecheckPolicy()

    def due(self, state: CaseState, today: date) -> date | None:
        """Return the day on which the next action is due in this state; ``None`` if there is none."""
        days = self.days.get(state)
        return None if days is None else today + timedelta(days=days)


def default_policy() -> CasePolicy:
    """Return the built-in policy."""
    text = resources.files("tieback.cases").joinpath("policy.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), CasePolicy)


def load_policy(path: Path | None) -> CasePolicy:
    """Read a policy file; missing days are taken from ``default_policy``.

    Raises:
        InputError: the file cannot be read or is not a policy.
    """
    default = default_policy()
    if path is None:
        return default
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ValueError(f"longer than {MAX_BYTES // 1024} KiB")
        policy = msgspec.convert({"days": {}, **tomllib.loads(raw.decode())}, CasePolicy)
        numbers = (*policy.days.values(), *msgspec.structs.astuple(policy.notice), policy.recheck.hours)
        if any(not 0 <= number <= _MAX_DAYS for number in numbers):
            raise ValueError(f"days, and hours of [recheck], must be 0 to {_MAX_DAYS}")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    except (ValueError, RecursionError) as error:
        why = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise InputError(
            f"not a policy ({why})", where=str(path), advice="Start from the policy that `tieback case policy` prints"
        ) from None
    return msgspec.structs.replace(policy, days=default.days | policy.days)
