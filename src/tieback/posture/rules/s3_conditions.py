"""Conditions of AWS policies, evaluated for a requester from the Internet.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html and the meaning of "public" in
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html.
"""

import ipaddress
import operator
import re
from datetime import UTC, datetime

from tieback.posture.rules import logic
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.logic import CHOSEN, STORED, Value
from tieback.posture.rules.tree import ConfigNode

_OWNERS = frozenset((
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid",
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpc",
    "aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn", "aws:principalservicename", "aws:principalservicenameslist",
))  # fmt: skip
"""Keys whose fixed values belong to the owner. AWS calls a policy public if a pattern covers the values of others."""
_OF_NETWORKS = frozenset((
    "aws:sourcevpc", "aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:vpcsourceip",
    "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
))  # fmt: skip
"""Keys of a request through a VPC endpoint or an access point, which every AWS customer can have; it need not be
signed.
"""
_OF_SERVICES = frozenset((
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths",
    "aws:principalservicename", "aws:principalservicenameslist",
))  # fmt: skip
"""Keys of a request that a service of AWS makes for a customer."""
_OF_ACCOUNTS = frozenset((
    "aws:principaltag", "aws:username", "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:calledvia",
    "aws:calledviafirst", "aws:calledvialast", "aws:tokenissuetime", "s3:signatureversion", "s3:signatureage",
    "s3:authtype",
))  # fmt: skip
"""Keys of a signed request whose values its sender chooses in an account of its own."""
_CHOSEN = frozenset((
    "aws:securetransport", "aws:referer", "aws:useragent", "s3:prefix", "s3:delimiter", "s3:max-keys", "s3:tlsversion",
    "s3:versionid", "s3:requestobjecttag", "s3:requestobjecttagkeys", "aws:vpcsourceip",
))  # fmt: skip
"""Keys that the requester chooses."""
_FLAGS = frozenset(("aws:viaawsservice", "aws:principalisawsservice"))
"""Keys that are false in every request from outside."""
_TIMES = frozenset(("aws:currenttime", "aws:epochtime"))
_TYPES_OF_ACCOUNTS = ("Account", "User", "AssumedRole", "FederatedUser", "Anonymous")
_BROAD = {4: 8, 6: 32}
"""AWS calls a policy public if it permits an address block with a shorter prefix than this."""
_DATES = {
    "dateequals": operator.eq, "datenotequals": operator.ne, "datelessthan": operator.lt,
    "datelessthanequals": operator.le, "dategreaterthan": operator.gt, "dategreaterthanequals": operator.ge,
    "numericlessthan": operator.lt, "numericlessthanequals": operator.le, "numericgreaterthan": operator.gt,
    "numericgreaterthanequals": operator.ge,
}  # fmt: skip


_PLAIN = re.compile(r"[^*?]+")


def matches_glob(pattern: str, text: str) -> bool:
    """True if a pattern with ``*`` and ``?`` covers a text. Cost: at most the product of their lengths, usually much
    less.
    """
    plain = _PLAIN.match(pattern)
    begin = plain.end() if plain is not None else 0
    if not text.startswith(pattern[:begin]):
        return False
    pattern, text = pattern[begin:], text[begin:]
    at = here = 0
    star = mark = -1
    while here < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, mark = at, here
            at += 1
        elif at < len(pattern) and pattern[at] in {"?", text[here]}:
            at, here = at + 1, here + 1
        elif star >= 0:
            mark += 1
            at, here = star + 1, mark
        else:
            return False
    return all(sign == "*" for sign in pattern[at:])


def conditions_match(condition: ConfigNode, who: Requester, now: datetime) -> Value:
    """Whether all conditions are met: ``True``, ``False``, ``CHOSEN`` by the requester, or ``STORED`` (unknown)."""
    found: Value = True
    for name, keys in condition.items():
        for key, values in keys.items():
            found = logic.logical_and(found, _one(name.lower(), key.lower(), values, who, now))
    return found


def _one(name: str, key: str, values: ConfigNode, who: Requester, now: datetime) -> Value:
    # For all values of a key that is missing, the condition is met.
    if_exists = name.startswith("forallvalues:") or name.endswith("ifexists")
    name = name.removeprefix("forallvalues:").removeprefix("foranyvalue:").removesuffix("ifexists")
    negative = "not" in name
    base = key.partition("/")[0]
    if name == "null":
        return _null(base, who, absent=values.text == "true")
    if base == "aws:sourceip":
        return any(_is_broad(text) for text in values.texts()) is not negative
    if base in _FLAGS:
        return (values.text == "false") is not negative
    if base in _TIMES:
        return _time(name, values, now)
    if base == "aws:principaltype":
        possible = _TYPES_OF_ACCOUNTS if who is Requester.ANY_USER else ("Anonymous",)
        met = [_covers(name, values, one) is not negative for one in possible]
        return True if all(met) else CHOSEN if any(met) else False
    if base in _OF_ACCOUNTS:
        # Without a signature there is no such key: then a positive condition is not met, and a negative one is.
        return CHOSEN if who is Requester.ANY_USER else if_exists or negative
    if base in _OWNERS:
        return _owners(name, base, values, who, if_exists=if_exists)
    if base in _CHOSEN or base.startswith("s3:x-amz-"):
        return CHOSEN
    return STORED


def needs_tags(condition: ConfigNode) -> bool:
    """True if only a request that sends tags can meet the conditions."""
    return any(
        key.lower().partition("/")[0] in {"s3:requestobjecttag", "s3:requestobjecttagkeys"} and _needs_key(name, values)
        for name, keys in condition.items()
        for key, values in keys.items()
    )


def _needs_key(name: str, values: ConfigNode) -> bool:
    name = name.lower()
    if name == "null":
        return values.text == "false"
    return not (name.startswith("forallvalues:") or name.endswith("ifexists") or "not" in name)


def _owners(name: str, base: str, values: ConfigNode, who: Requester, *, if_exists: bool) -> Value:
    """A key whose fixed values belong to the owner."""
    negative = "not" in name
    can_have = base in _OF_NETWORKS or who is Requester.ANY_USER
    if if_exists and (base in _OF_NETWORKS | _OF_SERVICES or _missing(base, who)):
        return True
    covered = can_have and _is_like(name) and any(_is_anybodys(base, text) for text in values.texts())
    return covered is not negative


def _null(base: str, who: Requester, *, absent: bool) -> Value:
    """``Null``: whether the request must have the key, or must not."""
    if base in _FLAGS | _TIMES or base in {"aws:sourceip", "aws:principaltype", "aws:securetransport"}:
        return not absent
    if base in _OF_NETWORKS or base in _CHOSEN or base.startswith("s3:x-amz-"):
        return CHOSEN
    if base in _OF_SERVICES:
        return absent
    if base in {"aws:principalarn", "aws:principalaccount", "aws:userid"}:
        return absent is (who is Requester.ANONYMOUS)
    if base in _OWNERS or base in _OF_ACCOUNTS:
        return CHOSEN if who is Requester.ANY_USER else absent
    return STORED


def _is_like(name: str) -> bool:
    """True if the operator expands ``*`` and ``?``."""
    return name.startswith(("stringlike", "stringnotlike", "arn"))


def _covers(name: str, values: ConfigNode, text: str) -> bool:
    if _is_like(name):
        return any(matches_glob(pattern, text) for pattern in values.texts())
    lower = "ignorecase" in name
    return any((value.lower() == text.lower()) if lower else value == text for value in values.texts())


def _is_anybodys(base: str, pattern: str) -> bool:
    """True if a pattern covers values of other customers."""
    if base in {"aws:principalarn", "aws:sourcearn", "s3:dataaccesspointarn"}:
        parts = pattern.split(":")
        account = parts[4] if len(parts) > 4 else "*" if "*" in pattern else parts[-1]
        # ARNs of buckets have no account: the name of the bucket decides.
        resource = parts[5] if len(parts) > 5 else ""
        return "*" in account or (not account and resource.startswith(("*", "?")))
    if base.endswith("orgpaths"):
        pattern = pattern.partition("/")[0]  # the organisation; below it are its own units
    return "*" in pattern or "?" in pattern if base != "aws:userid" else pattern.startswith(("*", "?"))


def _time(name: str, values: ConfigNode, now: datetime) -> Value:
    compare = _DATES.get(name)
    if compare is None:
        return STORED
    try:
        return any(compare(now, _moment(text)) for text in values.texts())
    except ValueError:
        return STORED


def _moment(text: str) -> datetime:
    if re.fullmatch(r"\d{1,11}", text):
        return datetime.fromtimestamp(int(text), UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _missing(base: str, who: Requester) -> bool:
    """True if the requester's request does not have such a key at all, so that ``IfExists`` is met."""
    of_accounts = base in {"aws:principalaccount", "aws:principalarn", "aws:userid"}
    return who is Requester.ANONYMOUS or not of_accounts


def _is_broad(text: str) -> bool:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return network.prefixlen < _BROAD[network.version] and not network.is_private
