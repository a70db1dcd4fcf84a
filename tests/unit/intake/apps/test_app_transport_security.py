from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.app_transport_security import ats_policies
from tieback.intake.apps.cleartext import MAX_POLICIES
from tieback.intake.apps.open import open_app
from tieback.model.cleartext import CleartextPolicy, Limit

NEW = {"DTSDKName": "iphoneos14.4", "MinimumOSVersion": "12.0"}
ALL, LOCAL, MEDIA, OLDER, WEB = Limit.NONE, Limit.LOCAL, Limit.MEDIA, Limit.OLDER_SYSTEMS, Limit.WEB_VIEWS
ARBITRARY = "NSAllowsArbitraryLoads"
IN_WEB, FOR_MEDIA, NETWORK = f"{ARBITRARY}InWebContent", f"{ARBITRARY}ForMedia", "NSAllowsLocalNetworking"


def policies(info: dict[str, Any], **ats: object) -> tuple[CleartextPolicy, ...]:
    return ats_policies({**info, "NSAppTransportSecurity": ats} if ats else info, "Info.plist")


@each(
    ("info", "cleartext", "source"),
    [
        ({"DTSDKName": "iphoneos7.1"}, True, "default (SDK 7.1, without App Transport Security)"),
        ({"DTSDKName": "iphoneos8.4"}, True, "default (SDK 8.4, without App Transport Security)"),
        ({"DTSDKName": "iphoneos9.0"}, False, "default (App Transport Security)"),
        ({"DTSDKName": "iphoneos14.4"}, False, "default (App Transport Security)"),
        ({"DTSDKName": "iphonesimulator8.1"}, True, "default (SDK 8.1, without App Transport Security)"),
        ({"DTSDKName": "watchos2.0"}, False, "default (App Transport Security)"),
        ({"DTSDKName": "macosx10.10"}, True, "default (SDK 10.10, without App Transport Security)"),
        ({"DTPlatformVersion": "5.0"}, True, "default (SDK 5.0, without App Transport Security)"),
        ({"DTPlatformVersion": "9.0", "DTPlatformName": "iphoneos"}, False, "default (App Transport Security)"),
        ({}, None, "default (SDK unknown)"),
        ({"DTSDKName": 7, "DTPlatformVersion": ["x"]}, None, "default (SDK unknown)"),
        ({"DTSDKName": "iphoneos", "DTPlatformVersion": ["x"]}, None, "default (SDK unknown)"),
    ],
)
def test_apps_of_an_older_sdk_have_no_app_transport_security(
    info: dict[str, Any], cleartext: bool | None, source: str
) -> None:
    (rule,) = policies(info)
    assert (rule.domain, rule.cleartext, rule.source, rule.limit) == ("*", cleartext, source, ALL)


def test_settings_of_an_app_without_app_transport_security_have_no_effect() -> None:
    (rule,) = policies({"DTSDKName": "iphoneos8.0"}, NSExceptionDomains={"a.test": {}}, NSAllowsArbitraryLoads=False)
    assert (rule.domain, rule.cleartext) == ("*", True)


@each(
    ("minimum", "ats", "rules"),
    [
        ("12.0", {ARBITRARY: True}, [(ALL, True)]),
        ("12.0", {ARBITRARY: False}, [(ALL, False)]),
        ("12.0", {ARBITRARY: True, IN_WEB: True, NETWORK: True}, [(ALL, False), (WEB, True), (LOCAL, True)]),
        ("12.0", {ARBITRARY: True, FOR_MEDIA: False}, [(ALL, False)]),
        ("8.0", {ARBITRARY: True, FOR_MEDIA: False}, [(ALL, False), (OLDER, True)]),
        ("", {ARBITRARY: True, NETWORK: True}, [(ALL, False), (OLDER, True), (LOCAL, True)]),
        ("12.0", {IN_WEB: True}, [(ALL, False), (WEB, True)]),
        ("12.0", {FOR_MEDIA: True}, [(ALL, False), (MEDIA, True)]),
        ("9.0", {NETWORK: True}, [(ALL, False), (LOCAL, True)]),
    ],
)
def test_narrower_keys_replace_the_one_for_all_loads(
    minimum: str, ats: dict[str, object], rules: list[tuple[Limit, bool]]
) -> None:
    found = policies({**NEW, "MinimumOSVersion": minimum}, **ats)
    assert [(rule.limit, rule.cleartext) for rule in found] == rules
    assert {(rule.domain, rule.source) for rule in found} == {("*", "Info.plist")}


@pytest.mark.parametrize("begin", ["NS", "NSTemporary", "NSThirdParty", "NSTemporaryThirdParty"])
def test_the_earlier_names_of_the_key_count(begin: str) -> None:
    rule = policies(NEW, NSExceptionDomains={"a.test": {f"{begin}ExceptionAllowsInsecureHTTPLoads": True}})[1]
    assert (rule.domain, rule.cleartext) == ("a.test", True)


def test_domains_have_their_own_rules() -> None:
    found = policies(
        NEW,
        NSExceptionDomains={
            "Legacy.test": {"NSExceptionAllowsInsecureHTTPLoads": True, "NSIncludesSubdomains": True},
            "odd.test": 1,
        },
        NSPinnedDomains={"api.test": {"NSPinnedLeafIdentities": [{}, {}], "NSPinnedCAIdentities": [{}]}},
    )
    assert [(rule.domain, rule.cleartext, rule.pins, rule.pins_source) for rule in found] == [
        ("*", False, 0, ""),
        ("legacy.test", True, 0, ""),
        ("api.test", False, 3, "Info.plist"),
    ]


def test_without_an_sdk_only_what_is_allowed_is_known() -> None:
    found = policies({}, NSExceptionDomains={"a.test": {}, "b.test": {"NSExceptionAllowsInsecureHTTPLoads": True}})
    assert [rule.cleartext for rule in found] == [None, None, True]
    assert [rule.cleartext for rule in policies({}, **{ARBITRARY: True})] == [True]


def test_the_binary_names_the_sdk_if_the_property_list_does_not() -> None:
    assert ats_policies({}, "Info.plist", lambda: (8, 4))[0].cleartext is True
    assert ats_policies({}, "Info.plist", lambda: (14, 0))[0].cleartext is False
    assert ats_policies(NEW, "Info.plist", lambda: (8, 4))[0].cleartext is False


def test_settings_that_are_no_dictionary_are_none() -> None:
    assert [rule.cleartext for rule in ats_policies({**NEW, "NSAppTransportSecurity": "x"}, "Info.plist")] == [False]


def test_the_number_of_rules_is_bounded() -> None:
    exceptions = {f"{n}.test": {"a": True} for n in range(3000)}
    assert len(policies(NEW, NSExceptionDomains=exceptions)) == MAX_POLICIES


def test_a_real_app_with_a_new_sdk(apps: Path) -> None:
    with open_app(apps / "UnCrackable-Level1.ipa") as package:
        assert [(rule.cleartext, rule.source) for rule in package.cleartext] == [
            (False, "default (App Transport Security)")
        ]


@settings(max_examples=examples(60), deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["NSAppTransportSecurity", "NSExceptionDomains", "NSPinnedDomains", "NSPinnedLeafIdentities"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_property_list_gives_a_rule(value: object) -> None:
    assert ats_policies({"NSAppTransportSecurity": value}, "Info.plist")[0].domain == "*"
