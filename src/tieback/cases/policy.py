"""Case deadlines, from a policy file that users can edit (``policy.toml``)."""

import tomllib
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import msgspec

from tieback.model.case import CaseState, LetterDates
from tieback.model.errors import InputError, UsageError, file_fault

MAX_BYTES = 64 * 1024
_MAX_DAYS = 3660


class LetterDeadlines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Deadlines in letters, in days. ``urgent`` ones are for stores of severity critical."""

    acknowledge: int = 7
    acknowledge_urgent: int = 1
    answer: int = 30
    urgent: int = 3
    share: int = 45
    share_urgent: int = 7
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

    def letter_dates(
        self, today: date, *, urgent: bool, close: date | None = None, before: LetterDates | None = None
    ) -> LetterDates:
        """Return the dates of a letter to a vendor, in this order: acknowledge, close, share, publish.

        Args:
            today: date of the letter.
            urgent: true for stores of severity critical.
            close: by when access must be closed; default: from this policy.
            before: dates of an earlier letter; its promises are kept.

        Raises:
            UsageError: ``close`` leaves no day for the acknowledgement.
        """
        notice = self.notice
        if close is not None and close < today + timedelta(days=2):
            raise UsageError(
                "too early: the letter also requests an acknowledgement before it",
                where=f"--due {close}",
                advice=f"Choose {today + timedelta(days=2)} or later",
            )
        close = close or today + timedelta(days=max(2, notice.urgent if urgent else notice.answer))
        first = max(1, notice.acknowledge_urgent if urgent else notice.acknowledge)
        share = max(close, today + timedelta(days=notice.share_urgent if urgent else notice.share))
        publish = today + timedelta(days=notice.publish)
        if before is not None:
            share, publish = max(share, before.share), max(publish, before.publish)
        acknowledge = min(today + timedelta(days=first), close - timedelta(days=1))
        return LetterDates(acknowledge, close, share, max(publish, share))

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
        raise InputError(
            f"not a policy ({file_fault(error)})",
            where=str(path),
            advice="Start from the policy that `tieback case policy` prints",
        ) from None
    return msgspec.structs.replace(policy, days=default.days | policy.days)
