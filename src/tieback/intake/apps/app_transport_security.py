"""App Transport Security (ATS): which connections without TLS an app for Apple's systems may open.

Sources, Apple, Information Property List:

- ``NSAppTransportSecurity``: an app that is linked against an SDK before iOS 9, tvOS 9, watchOS 2 or macOS 10.11 has no
  ATS, on every version of the system (also in "Cocoa Keys", archived documentation).
- ``NSAllowsArbitraryLoadsInWebContent``, ``NSAllowsArbitraryLoadsForMedia``, ``NSAllowsLocalNetworking``: from iOS 10,
  watchOS 3 and macOS 10.12 on, ATS ignores ``NSAllowsArbitraryLoads`` if one of them is present, with any value. Each
  lifts ATS only for web views, for media of AV Foundation, or for unqualified names, ``.local`` names and IP addresses.
- App Transport Security Technote of 2015, archived: the keys for domains of third parties.
- ``NSExceptionDomains``: rules of domains, which the global keys do not change.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from tieback.intake.apps.cleartext import MAX_POLICIES, host_name
from tieback.model.cleartext import UNREAD_INFO, CleartextPolicy, Limit
from tieback.model.lazy_pattern import lazy_pattern

UNKNOWN_SDK = "default (SDK unknown)"
"""Source of a rule of which it is not known whether ATS applies."""

_NARROW = {
    "NSAllowsArbitraryLoadsInWebContent": Limit.WEB_VIEWS,
    "NSAllowsArbitraryLoadsForMedia": Limit.MEDIA,
    "NSAllowsLocalNetworking": Limit.LOCAL,
}
_ALLOWS = (
    "NSExceptionAllowsInsecureHTTPLoads", "NSTemporaryExceptionAllowsInsecureHTTPLoads",
    "NSThirdPartyExceptionAllowsInsecureHTTPLoads", "NSTemporaryThirdPartyExceptionAllowsInsecureHTTPLoads",
)  # fmt: skip
"""The key, and its names in the first release of iOS 9, which apps still have."""
_PINS = ("NSPinnedLeafIdentities", "NSPinnedCAIdentities")
_SDK = lazy_pattern(r"(?P<system>[a-z]{1,20})(?P<version>\d{1,3}(?:\.\d{1,3})?)")

type Version = tuple[int, int]


class _System(msgspec.Struct, frozen=True):
    """First versions of a system with ATS, and with keys that replace ``NSAllowsArbitraryLoads``."""

    first: Version
    narrow: Version


_IOS = _System((9, 0), (10, 0))
_SYSTEMS = {
    "watchos": _System((2, 0), (3, 0)),
    "watchsimulator": _System((2, 0), (3, 0)),
    "macosx": _System((10, 11), (10, 12)),
    "xros": _System((1, 0), (1, 0)),
    "xrsimulator": _System((1, 0), (1, 0)),
}


def undecided_policy() -> CleartextPolicy:
    """The rule of an app whose ``Info.plist`` is missing or cannot be read: nothing about it is known."""
    return CleartextPolicy("*", True, None, False, None, UNREAD_INFO)


def ats_policies(
    info: dict[str, Any], source: str, binary_sdk: Callable[[], Version | None] = lambda: None
) -> tuple[CleartextPolicy, ...]:
    """The rules of an app, from the values of its ``Info.plist``; the rule for all other hosts is first.

    Args:
        info: the values.
        source: entry of ``Info.plist``.
        binary_sdk: the SDK that the app's binary names, if ``Info.plist`` names none.
    """
    system, sdk = _sdk(info)
    sdk = sdk or binary_sdk()
    if sdk is not None and sdk < system.first:
        words = f"default (SDK {sdk[0]}.{sdk[1]}, without App Transport Security)"
        return (CleartextPolicy("*", True, True, False, 0, words),)
    blocked = False if sdk is not None else None
    ats = info.get("NSAppTransportSecurity")
    if not isinstance(ats, dict):
        words = "default (App Transport Security)" if sdk is not None else UNKNOWN_SDK
        return (CleartextPolicy("*", True, blocked, False, 0, words),)
    out = [*_global_rules(ats, source, blocked, older=_version(info.get("MinimumOSVersion"), (0, 0)) < system.narrow)]
    rules: dict[str, list[Any]] = {}
    for key in ("NSExceptionDomains", "NSPinnedDomains"):
        domains = ats.get(key)
        for domain, rule in domains.items() if isinstance(domains, dict) else ():
            if isinstance(rule, dict):
                rules.setdefault(host_name(str(domain)), []).append(rule)
    for domain, parts in rules.items():
        merged = {key: value for part in parts for key, value in part.items()}
        pins = sum(_length(merged.get(key)) for key in _PINS)
        allowed = True if any(merged.get(key) is True for key in _ALLOWS) else blocked
        subdomains = merged.get("NSIncludesSubdomains") is True
        out.append(
            CleartextPolicy(domain, subdomains, allowed, False, pins, source, pins_source=source if pins else "")
        )
    return tuple(out[:MAX_POLICIES])


def _global_rules(ats: dict[str, Any], source: str, blocked: bool | None, *, older: bool) -> Iterator[CleartextPolicy]:
    """The rules for hosts without one of their own; ``older``: systems that read only ``NSAllowsArbitraryLoads``."""
    arbitrary = ats.get("NSAllowsArbitraryLoads") is True
    narrow = [limit for key, limit in _NARROW.items() if key in ats]
    yield CleartextPolicy("*", True, True if arbitrary and not narrow else blocked, False, 0, source)
    if arbitrary and narrow and older:
        yield CleartextPolicy("*", True, True, False, 0, source, limit=Limit.OLDER_SYSTEMS)
    for key, limit in _NARROW.items():
        if ats.get(key) is True:
            yield CleartextPolicy("*", True, True, False, 0, source, limit=limit)


def _sdk(info: dict[str, Any]) -> tuple[_System, Version | None]:
    """The system, and the version of the SDK that the app was linked against; ``None`` if none is named."""
    named = _SDK.match(str(info.get("DTSDKName", "")))
    system = named["system"] if named else str(info.get("DTPlatformName", ""))
    version = _version(named["version"] if named else info.get("DTPlatformVersion"), None)
    return _SYSTEMS.get(system, _IOS), version


def _version[T](text: object, default: T) -> Version | T:
    found = re.match(r"(\d{1,3})(?:\.(\d{1,3}))?", text) if isinstance(text, str) else None
    return (int(found[1]), int(found[2] or 0)) if found else default


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0
