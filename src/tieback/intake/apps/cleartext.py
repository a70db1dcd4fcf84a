"""Transport security that an app declares: Android's network security configuration, Apple's App Transport Security.

Sources: https://developer.android.com/privacy-and-security/security-config (defaults by target SDK: cleartext up to 27,
user authorities up to 23; a configuration replaces ``usesCleartextTraffic``); Apple, Information Property List,
``NSAppTransportSecurity``.
"""

from collections.abc import Iterator
from typing import Any

from tieback.intake.apps.element import MAX_DEPTH, Element
from tieback.intake.apps.printable import printable
from tieback.model.cleartext import CleartextPolicy

MAX_POLICIES = 1000
"""Rules kept of one app."""

MAX_NAME = 253
UNREAD_CONFIG = "the network security configuration that it names cannot be read: transport security is unknown"
"""Problem of a manifest. The defaults of the platform do not apply: they would be a statement about unread content."""
_LAST_CLEARTEXT, _LAST_USER_CAS = 27, 23
_NEWEST = 10_000

type Inherited = tuple[bool, bool, int]
"""Inherited defaults of a configuration: cleartext permitted, user authorities trusted, number of pins."""


def config_reference(manifest: Element) -> str:
    """The file that ``networkSecurityConfig`` names, as in the manifest; empty if it names none."""
    application = manifest.first("application")
    return application.attributes.get("networkSecurityConfig", "") if application else ""


def android_policies(
    manifest: Element, manifest_name: str, config: tuple[Element, str] | None
) -> tuple[CleartextPolicy, ...]:
    """The rules of an Android app; the rule for all other hosts is first.

    Args:
        manifest: root of AndroidManifest.xml.
        manifest_name: its entry in the package.
        config: root and entry of the file that ``networkSecurityConfig`` names; ``None`` if it names none.
    """
    application = manifest.first("application") or Element("application")
    sdk = manifest.first("uses-sdk") or Element("uses-sdk")
    target = _sdk(sdk.attributes.get("targetSdkVersion", sdk.attributes.get("minSdkVersion", "1")))
    cleartext, user_cas = target <= _LAST_CLEARTEXT, target <= _LAST_USER_CAS
    if config is None or config[0].name != "network-security-config":
        stated = application.attributes.get("usesCleartextTraffic", "")
        source = manifest_name if stated else f"default (target SDK {target if target < _NEWEST else 'unknown'})"
        return (CleartextPolicy("*", True, _flag(stated, cleartext), user_cas, 0, source),)
    root, source = config
    base = _settings(root.first("base-config") or Element(""), (cleartext, user_cas, 0))
    overrides = root.first("debug-overrides")
    if overrides is not None and application.attributes.get("debuggable") == "true":
        base = base[0], base[1] or _trusts_user(overrides) is True, base[2]
    out = [CleartextPolicy("*", True, *base, source)]
    stack = [(element, base, 0) for element in reversed(list(root.all("domain-config")))]
    while stack and len(out) < MAX_POLICIES:
        element, inherited, depth = stack.pop()
        settings = _settings(element, inherited)
        for domain in element.all("domain"):
            subdomains = domain.attributes.get("includeSubdomains") == "true"
            out.append(CleartextPolicy(_host(domain.text), subdomains, *settings, source))
        if depth < MAX_DEPTH:
            stack += [(child, settings, depth + 1) for child in reversed(list(element.all("domain-config")))]
    return tuple(out[:MAX_POLICIES])


def ats_policies(info: dict[str, Any], source: str) -> tuple[CleartextPolicy, ...]:
    """The rules of an iOS app, from the values of its ``Info.plist``; the rule for all other hosts is first."""
    ats = info.get("NSAppTransportSecurity")
    if not isinstance(ats, dict):
        return (CleartextPolicy("*", True, False, False, 0, "default (App Transport Security)"),)
    out = [CleartextPolicy("*", True, ats.get("NSAllowsArbitraryLoads") is True, False, 0, source)]
    rules: dict[str, list[Any]] = {}
    for key in ("NSExceptionDomains", "NSPinnedDomains"):
        domains = ats.get(key)
        for domain, rule in domains.items() if isinstance(domains, dict) else ():
            if isinstance(rule, dict):
                rules.setdefault(_host(str(domain)), []).append(rule)
    for domain, parts in rules.items():
        merged = {key: value for part in parts for key, value in part.items()}
        pins = sum(_length(merged.get(key)) for key in ("NSPinnedLeafIdentities", "NSPinnedCAIdentities"))
        allowed = any(
            merged.get(key) is True
            for key in ("NSExceptionAllowsInsecureHTTPLoads", "NSTemporaryExceptionAllowsInsecureHTTPLoads")
        )
        subdomains = merged.get("NSIncludesSubdomains") is True
        out.append(CleartextPolicy(domain, subdomains, allowed, False, pins, source))
    return tuple(out[:MAX_POLICIES])


def _settings(element: Element, inherited: Inherited) -> Inherited:
    cleartext = _flag(element.attributes.get("cleartextTrafficPermitted", ""), inherited[0])
    user_cas = _trusts_user(element)
    pins = element.first("pin-set")
    count = sum(1 for _ in pins.all("pin")) if pins else inherited[2]
    return cleartext, inherited[1] if user_cas is None else user_cas, count


def _trusts_user(element: Element) -> bool | None:
    """True if user authorities are among the trust anchors; ``None`` if no anchors are stated."""
    anchors = element.first("trust-anchors")
    if anchors is None:
        return None
    return any(one.attributes.get("src") == "user" for one in _certificates(anchors))


def _certificates(anchors: Element) -> Iterator[Element]:
    return anchors.all("certificates")


def _flag(stated: str, default: bool) -> bool:
    return {"true": True, "false": False}.get(stated, default)


def _host(text: str) -> str:
    return printable(text.strip().lower(), MAX_NAME)


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


def _sdk(text: str) -> int:
    """A target SDK as a number; a code name counts as a future version."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else _NEWEST
