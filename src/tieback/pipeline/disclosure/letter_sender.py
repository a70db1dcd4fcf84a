"""The sender of letters: from a file of the user, or from the grant of the last run that had one."""

import tomllib
from pathlib import Path

import msgspec

from tieback.cases.letters.facts import Sender
from tieback.model.errors import InputError, UsageError, file_fault
from tieback.pipeline.disclosure.cases import CaseService
from tieback.scope.grant import parse_grant

MAX_SENDER = 64 * 1024


def sender_of(work: CaseService, path: Path | None) -> Sender:
    """The sender: from a file, or from the grant of the last run that had one.

    Raises:
        UsageError: none of these names a sender.
        InputError: the file is invalid.
    """
    if path is not None:
        try:
            with path.open("rb") as opened:
                raw = opened.read(MAX_SENDER + 1)
            if len(raw) > MAX_SENDER:
                raise ValueError("longer than 64 KiB")
            return msgspec.convert(tomllib.loads(raw.decode()), Sender)
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"invalid sender file ({file_fault(error)})",
                where=str(path),
                advice='Write organisation = "…" and email = "…"; docs/howto/letters.md lists the optional keys',
            ) from None
    text = work.newest_grant()
    if text is None:
        raise UsageError(
            "missing sender", where="--sender", advice='Pass a TOML file with organisation = "…" and email = "…"'
        )
    grant = parse_grant(text, "the grant of the last run")
    return Sender(grant.authorised_by, grant.contact)
