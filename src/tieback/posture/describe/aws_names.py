"""Amazon resource names: parsing, and construction from separate parts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

import msgspec

from tieback.posture.describe.interface import About, UndescribedError


class Arn(msgspec.Struct, frozen=True):
    """A parsed ARN."""

    text: str
    service: str
    region: str
    account: str
    resource: str
    """All behind the account, such as ``db:orders``."""


def parse(text: str) -> Arn | None:
    """An ARN; ``None`` for anything else."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or len(text) > 2048:
        return None
    return Arn(text, parts[2], parts[3], parts[4], parts[5])


def made(about: About, service: str, resource: str, *given: str) -> Arn:
    """The first that is an ARN, else one made of the parts that are known.

    Raises:
        UndescribedError: neither is possible.
    """
    for text in (*given, about.key):
        found = parse(text)
        if found is not None and found.service == service:
            return found
    if not about.account or not about.region:
        raise UndescribedError("no account or region: pass --account and --region")
    partition = "aws-cn" if about.region.startswith("cn-") else "aws-us-gov" if "-gov-" in about.region else "aws"
    return Arn(
        f"arn:{partition}:{service}:{about.region}:{about.account}:{resource}",
        service,
        about.region,
        about.account,
        resource,
    )
