"""Conditions of AWS policies, evaluated for a requester from the Internet.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

import ipaddress
import re

from tieback.posture.rules import logic
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.logic import CHOSEN, STORED, Value
from tieback.posture.rules.tree import ConfigNode

_OF_INSIDERS = frozenset((
    "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:principalorgid", "aws:principalorgpaths",
    "aws:sourceorgid",
    "aws:principalaccount", "aws:principalarn", "aws:principaltag", "aws:sourceaccount", "aws:sourcearn",
    "aws:principalservicename", "aws:principalisawsservice", "aws:viaawsservice", "aws:calledvia", "aws:userid",
    "aws:username", "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "aws:multifactorauthpresent",
    "aws:multifactorauthage", "aws:sourceowner",
))  # fmt: skip
"""Condition keys that an external request never has, or never with the owner's value."""
_CHOSEN = frozenset((
    "aws:securetransport", "aws:referer", "aws:useragent", "s3:prefix", "s3:delimiter", "s3:max-keys", "s3:tlsversion",
    "s3:signatureversion", "s3:signatureage", "s3:authtype",
))  # fmt: skip
"""Condition keys that the requester chooses."""
_FLAGS = frozenset(("aws:viaawsservice", "aws:principalisawsservice", "aws:multifactorauthpresent"))


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


def conditions_match(condition: ConfigNode, who: Requester) -> Value:
    """Whether all conditions are met: ``True``, ``False``, ``CHOSEN`` by the requester, or ``STORED`` (unknown)."""
    found: Value = True
    for operator, keys in condition.items():
        for key, values in keys.items():
            found = logic.logical_and(found, _one(operator.lower(), key.lower(), values, who))
    return found


def _one(operator: str, key: str, values: ConfigNode, who: Requester) -> Value:
    for several in ("forallvalues:", "foranyvalue:"):
        operator = operator.removeprefix(several)
    if_exists = operator.endswith("ifexists")
    operator = operator.removesuffix("ifexists")
    negative = "not" in operator
    base = key.partition("/")[0]
    if operator == "null":
        absent = base in _OF_INSIDERS and base not in _FLAGS
        return (values.text == "true") is absent if base in _OF_INSIDERS else STORED
    if base == "aws:sourceip":
        everywhere = any(_everywhere(text) for text in values.texts())
        return everywhere is not negative
    if base in _FLAGS and operator == "bool":
        return values.text == "false"
    if base == "aws:principaltype":
        return (("Anonymous" in values.texts()) is not negative) if who is Requester.ANONYMOUS else STORED
    if base in _OF_INSIDERS:
        if any(text == "*" for text in values.texts()) and who is Requester.ANY_USER and base == "aws:principalarn":
            return not negative
        return True if if_exists and _missing(base, who) else negative
    if base in _CHOSEN or base.startswith("s3:x-amz-"):
        return CHOSEN
    return STORED


def _missing(base: str, who: Requester) -> bool:
    """True if the requester's request does not have such a key at all, so that ``IfExists`` is met."""
    of_accounts = base in {"aws:principalaccount", "aws:principalarn", "aws:userid"}
    return who is Requester.ANONYMOUS or not of_accounts


def _everywhere(text: str) -> bool:
    try:
        return ipaddress.ip_network(text, strict=False).prefixlen <= 1
    except ValueError:
        return False
