"""Transport security that an Android app declares: its network security configuration and its manifest.

Source: https://developer.android.com/privacy-and-security/security-config (defaults by target SDK: cleartext up to 27,
user authorities up to 23; a configuration replaces ``usesCleartextTraffic``; a setting that it does not state has the
default).
"""

from collections.abc import Callable, Iterator

import msgspec

from tieback.intake.apps.element import MAX_DEPTH, Element
from tieback.intake.apps.printable import printable
from tieback.intake.apps.problems import PackageProblems
from tieback.model.cleartext import CleartextPolicy
from tieback.model.sighting import UnreadKind

MAX_POLICIES = 1000
"""Rules kept of one app."""

MAX_NAME = 253
UNREAD_CONFIG = "the network security configuration that it names cannot be read: transport security is unknown"
"""Problem of a manifest. The defaults of the platform do not apply: they would be a statement about unread content."""
_LAST_CLEARTEXT, _LAST_USER_CAS = 27, 23
_NEWEST = 10_000
_FLAGS = {"true": True, "false": False}


class Settings(msgspec.Struct, frozen=True):
    """The settings that apply at one place of a configuration, each with the entry or default that it comes from."""

    cleartext: tuple[bool, str]
    user_cas: tuple[bool, str]
    pins: tuple[int, str]

    def rule(self, domain: str, subdomains: bool) -> CleartextPolicy:
        """The rule for a domain."""
        return CleartextPolicy(
            domain,
            subdomains,
            self.cleartext[0],
            self.user_cas[0],
            self.pins[0],
            self.cleartext[1],
            cas_source=self.user_cas[1],
            pins_source=self.pins[1],
        )


def config_reference(manifest: Element) -> str:
    """The file that ``networkSecurityConfig`` names, as in the manifest; empty if it names none."""
    application = manifest.first("application")
    return application.attributes.get("networkSecurityConfig", "") if application else ""


def declared_policies(
    manifest: Element,
    source: str,
    resource_xml: Callable[[str], tuple[Element, str] | None],
    problems: PackageProblems,
) -> tuple[CleartextPolicy, ...]:
    """The rules of an app by its manifest and the file that it names; none, and a problem, if that file cannot be read.

    Args:
        manifest: the manifest.
        source: entry of the manifest.
        resource_xml: reads an XML resource by its reference, with the name of its entry.
        problems: receives the problem.
    """
    reference = config_reference(manifest)
    config = resource_xml(reference) if reference else None
    if reference and config is None:
        problems.note(UNREAD_CONFIG, source, UnreadKind.UNREADABLE)
        return ()
    return android_policies(manifest, source, config)


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
    default = f"default (target SDK {target if target < _NEWEST else 'unknown'})"
    settings = Settings((target <= _LAST_CLEARTEXT, default), (target <= _LAST_USER_CAS, default), (0, ""))
    if config is None or config[0].name != "network-security-config":
        stated = _FLAGS.get(application.attributes.get("usesCleartextTraffic", ""))
        if stated is not None:
            settings = msgspec.structs.replace(settings, cleartext=(stated, manifest_name))
        return (settings.rule("*", True),)
    root, source = config
    base = _settings(root.first("base-config") or Element(""), settings, source)
    overrides = root.first("debug-overrides")
    debuggable = application.attributes.get("debuggable") == "true"
    if overrides is not None and debuggable and not base.user_cas[0] and _trusts_user(overrides):
        base = msgspec.structs.replace(base, user_cas=(True, source))
    out = [base.rule("*", True)]
    stack = [(element, base, 0) for element in reversed(list(root.all("domain-config")))]
    while stack and len(out) < MAX_POLICIES:
        element, inherited, depth = stack.pop()
        settings = _settings(element, inherited, source)
        for domain in element.all("domain"):
            subdomains = domain.attributes.get("includeSubdomains") == "true"
            out.append(settings.rule(host_name(domain.text), subdomains))
        if depth < MAX_DEPTH:
            stack += [(child, settings, depth + 1) for child in reversed(list(element.all("domain-config")))]
    return tuple(out[:MAX_POLICIES])


def _settings(element: Element, inherited: Settings, source: str) -> Settings:
    cleartext = _FLAGS.get(element.attributes.get("cleartextTrafficPermitted", ""))
    user_cas = _trusts_user(element)
    pins = element.first("pin-set")
    return Settings(
        inherited.cleartext if cleartext is None else (cleartext, source),
        inherited.user_cas if user_cas is None else (user_cas, source),
        (sum(1 for _ in pins.all("pin")), source) if pins else inherited.pins,
    )


def _trusts_user(element: Element) -> bool | None:
    """True if user authorities are among the trust anchors; ``None`` if no anchors are stated."""
    anchors = element.first("trust-anchors")
    if anchors is None:
        return None
    return any(one.attributes.get("src") == "user" for one in _certificates(anchors))


def _certificates(anchors: Element) -> Iterator[Element]:
    return anchors.all("certificates")


def host_name(text: str) -> str:
    """A domain as rules write it: lower case, printable."""
    return printable(text.strip().lower(), MAX_NAME)


def _sdk(text: str) -> int:
    """A target SDK as a number; a code name counts as a future version."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else _NEWEST
