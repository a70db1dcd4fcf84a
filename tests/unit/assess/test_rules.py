import re
from pathlib import Path

from tests.each import each
from tieback.assess.conditions import load_conditions
from tieback.assess.rules import DEFAULT, FindingRule, advice_for, load_rules
from tieback.probes import PROBES

RULES = load_rules()
OF_PACKAGES = {
    "credential-in-app", "superuser-key-in-app", "database-password-in-app", "private-key-in-app", "cleartext-allowed",
    "cleartext-personal-data", "user-authorities-trusted", "service-credential-in-app", "webhook-in-app",
    "client-secret-in-app", "unknown-key-in-app", "limited-key-in-app", "tracking-cookie-in-cleartext",
    "ai-key-in-app", "device-address-in-cleartext", "retired-back-end",
    "special-category-to-third-party", "credential-to-third-party",
}  # fmt: skip
"""Rules about apps; the others are about stores and have a condition."""
OF_ACCOUNTS = {"posture-open-own-store", "posture-account-says-closed", "posture-open-store-in-no-account"}
"""Rules of the join with the owner's accounts."""
METRICS = {
    "AV": "NALP", "AC": "LH", "AT": "NP", "PR": "NLH", "UI": "NPA", "VC": "HLN", "VI": "HLN", "VA": "HLN",
    "SC": "HLN", "SI": "HLN", "SA": "HLN",
}  # fmt: skip
"""Base metrics of CVSS v4.0 in their order, with their values."""


def test_every_rule_has_a_condition_and_every_condition_a_rule() -> None:
    assert set(load_conditions()) | OF_PACKAGES | OF_ACCOUNTS == set(RULES)
    assert not set(load_conditions()) & (OF_PACKAGES | OF_ACCOUNTS)


@each("name", RULES)
def test_a_rule_is_whole(name: str) -> None:
    rule = RULES[name]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert rule.title
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert re.fullmatch(r"CWE-[1-9][0-9]*", rule.cwe)
    assert re.fullmatch(r"MASVS-(AUTH|NETWORK|CRYPTO|STORAGE|PLATFORM|CODE|RESILIENCE|PRIVACY)-[1-4]", rule.masvs)
    assert DEFAULT in rule.advice or "same_as" in rule.advice
    assert all("Check: " in text for key, text in rule.advice.items() if key != "same_as")
    assert set(rule.sources) <= set(rule.advice)
    assert all(page.startswith("https://") for page in rule.sources.values())


@each("name", [name for name, rule in RULES.items() if rule.cvss])
def test_a_vector_has_every_base_metric_in_order(name: str) -> None:
    version, *metrics = RULES[name].cvss.split("/")
    assert version == "CVSS:4.0"
    pairs = [metric.split(":") for metric in metrics]
    assert [key for key, _ in pairs] == list(METRICS)
    assert all(value in METRICS[key] for key, value in pairs)


def test_every_store_that_a_probe_knows_has_advice_of_its_own() -> None:
    products = {product for probe in PROBES for product in probe.meta.products}
    assert products - set(RULES["open-store"].advice) == set()


def test_advice_is_that_of_the_product_else_the_default() -> None:
    rule = FindingRule("T", "CWE-1", "M", {"redis": "set it", DEFAULT: "look"}, sources={"redis": "https://redis.io"})
    other = FindingRule("T", "CWE-1", "M", {"same_as": "rule", "mysql": "mine"})
    third = FindingRule("T", "CWE-1", "M", {"same_as": "rule", "mysql": "mine", DEFAULT: "find out"})
    rules = {"rule": rule, "other": other, "third": third}
    assert advice_for(rule, rules, "redis") == ("set it", "https://redis.io")
    assert advice_for(rule, rules, "kafka") == ("look", "")
    assert advice_for(other, rules, "redis") == ("set it", "https://redis.io")
    assert advice_for(other, rules, "mysql") == ("mine", "")
    assert advice_for(other, rules, "kafka") == ("look", "")
    assert advice_for(third, rules, "redis") == ("set it", "https://redis.io")
    assert advice_for(third, rules, "mysql") == ("mine", "")
    assert advice_for(third, rules, "kafka") == ("find out", "")


def test_the_page_lists_every_rule() -> None:
    page = (Path(__file__).parents[3] / "docs" / "howto" / "reports.md").read_text()
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| (.+? \| .+? \| .+? \| .+?) \|$", page, re.MULTILINE))
    for name, rule in RULES.items():
        severity = rule.severity.value if rule.severity else "as its store"
        if rule.severity_exposed:
            severity += f", {rule.severity_exposed.value} if it is open"
        severity += "".join(f", {one} for `{key}`" for key, one in rule.severities.items())
        assert listed.get(name) == f"{rule.title} | {severity} | {rule.cwe} | {rule.masvs}", name
