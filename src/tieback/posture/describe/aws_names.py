"""Amazon resource names: parsed, or built if an export contains only their parts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

import msgspec

from tieback.posture.describe.interface import DescriptionContext, NotAResourceError


class Arn(msgspec.Struct, frozen=True):
    """A parsed ARN."""

    text: str
    service: str
    region: str
    account: str
    resource: str
    """The part after the account, such as ``db:orders``."""


def parse_arn(text: str) -> Arn | None:
    """The parsed ARN; ``None`` for any other text."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or len(text) > 2048:
        return None
    return Arn(text, parts[2], parts[3], parts[4], parts[5])


def build_arn(about: DescriptionContext, service: str, resource: str, *given: str) -> Arn:
    """The first text that is an ARN; otherwise an ARN built from the known parts.

    Raises:
        UndescribedError: neither is possible.
    """
    for text in (*given, about.key):
        found = parse_arn(text)
        if found is not None and found.service == service:
            return found
    if not about.account or not about.region:
        raise NotAResourceError("no account or region: pass --account and --region")
    partition = "aws-cn" if about.region.startswith("cn-") else "aws-us-gov" if "-gov-" in about.region else "aws"
    return Arn(
        f"arn:{partition}:{service}:{about.region}:{about.account}:{resource}",
        service,
        about.region,
        about.account,
        resource,
    )
