"""Recorded conversations with real servers, from ``tests/recordings``.

The input is one transcript per line, as ``tieback probe --record`` writes it: JSON with the bytes in base64. The labels
are what the official client of the server sees. They are the same for every seed.
"""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from bench.openback.schema import Case, Claim, Split, Topic
from bench.openback.sets.interface import GENERATOR, CaseFile
from bench.recordings import ANY_PASSWORD, FOLDER, NO_PROBE, Truth, default_account, truths
from tieback.model.document import decode
from tieback.scope.transcript import Transcript

_NAME = re.compile(r"^(.+?)(?:-open|-closed|-partial)?-v?\d")
EITHER = {"redis": ["redis", "valkey"]}


def make(seed: int, folder: Path) -> Iterator[CaseFile]:  # noqa: ARG001
    """Every recorded conversation."""
    yield "recordings", list(_cases(folder))


def _cases(folder: Path) -> Iterator[Case]:
    (folder / "recordings").mkdir(parents=True, exist_ok=True)
    with tarfile.open(FOLDER / "conversations.tar.xz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            content = file.read()
            place = f"recordings/{Path(member.name).name}"
            (folder / place).write_bytes(content)
            name, depth, _ = member.name.rsplit(".", 2)
            truth = truths()[name]
            transcript = decode(content.split(b"\n", 1)[0], "transcript", Transcript)
            expected, allowed = claims(truth, transcript.target.passwordless)
            yield Case(
                id=f"conversation-{name}.{depth}",
                topic=Topic.CONVERSATION,
                split=Split.TUNE,
                source="tests/recordings",
                group=f"conversation-{name}",
                input=place,
                expected=expected,
                labellers=(GENERATOR,),
                allowed=allowed,
            )


def product_of(truth: Truth) -> str:
    """The product: as its client sees it, or by the name of the recording."""
    if truth.product not in ("", NO_PROBE):
        return truth.product
    found = _NAME.match(truth.conversation)
    return found[1] if found else truth.conversation


def claims(truth: Truth, accounts: tuple[str, ...]) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Expected and allowed claims; ``accounts``: those that the tool was permitted to try without a password."""
    account = default_account(truth.conversation)
    locked = bool(account) and (account not in accounts or account == ANY_PASSWORD)
    product = product_of(truth)
    expected = [Claim("access", ["closed", "any_user"] if locked else _access(truth))]
    allowed = [Claim("product", name) for name in {product, *EITHER.get(product, ())}]
    if truth.product:
        expected.append(Claim("product", EITHER.get(product, product)))
    if truth.version:
        # A server that refuses clients often hides its version.
        (allowed if locked or truth.access == "closed" else expected).append(Claim("version", truth.version))
    if truth.access != "closed" and not locked:
        expected += [Claim("records", int(truth.records))] if truth.records not in ("", "0") else []
        expected += [Claim("bytes", int(truth.bytes))] if truth.bytes else []
    return tuple(expected), tuple(allowed)


def _access(truth: Truth) -> str | list[str]:
    if truth.access == "closed":
        return "closed"
    values = [truth.access, "any_user"]
    if truth.access == "open" and not truth.records:
        values.append("partial")
    if truth.access == "open" and truth.records == "0":
        values.append("empty")
    return values
