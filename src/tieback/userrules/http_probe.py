"""``[[probe]]``: an HTTP probe as data. Its questions are declared GETs, and two proofs decide."""

from typing import Annotated

import msgspec
from msgspec import Meta

from tieback.userrules.expressions import RuleFlaw


class HttpProbeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One ``[[probe]]`` table."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.-]{2,63}$")]
    product: str
    source: str


def check_probe(rule: HttpProbeRule) -> None:
    """Check what the struct cannot say.

    Raises:
        RuleFlaw: a mistake.
    """
    if not rule.product:
        raise RuleFlaw("`product` is empty", "product")
