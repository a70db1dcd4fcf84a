from collections.abc import Callable
from pathlib import Path

from tests.each import each
from tieback.intake.apps.cleartext import MAX_POLICIES, android_policies
from tieback.intake.apps.element import Element, read_text_xml
from tieback.intake.apps.open import open_app

type Build = Callable[..., bytes]
CONFIG = """<network-security-config>
  <base-config cleartextTrafficPermitted="false">
    <trust-anchors><certificates src="system"/></trust-anchors>
  </base-config>
  <domain-config cleartextTrafficPermitted="true">
    <domain includeSubdomains="true">Legacy.test</domain><domain>db.test</domain>
    <domain-config>
      <domain>inner.legacy.test</domain>
      <trust-anchors><certificates src="user"/></trust-anchors>
      <pin-set><pin digest="SHA-256">a=</pin><pin digest="SHA-256">b=</pin></pin-set>
    </domain-config>
  </domain-config>
  <debug-overrides><trust-anchors><certificates src="user"/></trust-anchors></debug-overrides>
</network-security-config>"""


def manifest(target: str = "34", **application: str) -> Element:
    sdk = Element("uses-sdk", {"targetSdkVersion": target})
    return Element("manifest", {}, [sdk, Element("application", application)])


@each(
    ("root", "cleartext", "user_cas"),
    [
        (manifest("34"), False, False),
        (manifest("27"), True, False),
        (manifest("23"), True, True),
        (manifest("34", usesCleartextTraffic="true"), True, False),
        (manifest("23", usesCleartextTraffic="false"), False, True),
        (manifest("Baklava"), False, False),
        (Element("manifest"), True, True),
    ],
    ids=["34", "27", "23", "34 with cleartext", "23 without", "code name", "says nothing"],
)
def test_without_a_configuration_the_platform_decides(root: Element, cleartext: bool, user_cas: bool) -> None:
    (rule,) = android_policies(root, "AndroidManifest.xml", None)
    assert (rule.domain, rule.cleartext, rule.user_cas, rule.pins) == ("*", cleartext, user_cas, 0)


def test_rules_of_domains_inherit() -> None:
    config = read_text_xml(CONFIG.encode()), "res/xml/net.xml"
    rules = android_policies(manifest(usesCleartextTraffic="true"), "m", config)
    assert [(r.domain, r.include_subdomains, r.cleartext, r.user_cas, r.pins) for r in rules] == [
        ("*", True, False, False, 0),
        ("legacy.test", True, True, False, 0),
        ("db.test", False, True, False, 0),
        ("inner.legacy.test", False, True, True, 2),
    ]
    assert {rule.source for rule in rules} == {"res/xml/net.xml"}
    debuggable = android_policies(manifest(debuggable="true"), "m", config)
    assert debuggable[0].user_cas


def sources(root: Element, config: str = "") -> list[tuple[str, str, str]]:
    parsed = (read_text_xml(config.encode()), "res/xml/net.xml") if config else None
    rules = android_policies(root, "AndroidManifest.xml", parsed)
    return [(rule.source, rule.cas_source, rule.pins_source) for rule in rules]


def test_every_setting_names_what_it_comes_from() -> None:
    default = "default (target SDK 34)"
    assert sources(manifest()) == [(default, default, "")]
    assert sources(manifest(usesCleartextTraffic="true")) == [("AndroidManifest.xml", default, "")]
    config = """<network-security-config><domain-config>
      <domain>a.test</domain><pin-set><pin>a=</pin></pin-set></domain-config><domain-config
      cleartextTrafficPermitted="true"><domain>b.test</domain></domain-config></network-security-config>"""
    # The configuration replaces ``usesCleartextTraffic``; what it does not state has the default.
    assert sources(manifest(usesCleartextTraffic="true"), config) == [
        (default, default, ""),
        (default, default, "res/xml/net.xml"),
        ("res/xml/net.xml", default, ""),
    ]


def test_the_number_of_rules_is_bounded() -> None:
    domains = [Element("domain", text=f"{n}.test") for n in range(3000)]
    config = Element("network-security-config", {}, [Element("domain-config", {}, domains)])
    assert len(android_policies(manifest(), "m", (config, "c"))) == MAX_POLICIES


def test_real_apps_declare_their_cleartext_policy(apps: Path) -> None:
    found = {}
    for name in ("InsecureBankv2.apk", "AndroGoat.apk", "bitrise-release-unsigned.aab", "UnCrackable-Level1.ipa"):
        with open_app(apps / name) as package:
            found[name] = package.cleartext
    assert found["InsecureBankv2.apk"][0].cleartext
    assert any(rule.source == "res/4u.xml" for rule in found["AndroGoat.apk"])
    assert not found["bitrise-release-unsigned.aab"][0].cleartext
    assert found["UnCrackable-Level1.ipa"]
