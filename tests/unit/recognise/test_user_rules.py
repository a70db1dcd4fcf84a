"""What rules of users recognise in apps: beside the built-in rules, and never in their place."""

import base64
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.unit.userrules.test_parse import CREDENTIAL, IDENTIFIER, SDK
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.model.app import App, Platform
from tieback.model.endpoint import EndpointKind, Party
from tieback.model.sighting import Credential, CredentialGrade, Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.user_rules import MAX_HITS, UserRuleExtractor, recognised_texts
from tieback.recognise.whole_app.collect import MAX_SIGHTINGS, AppFinds, merge_finds
from tieback.userrules.folders import RuleFolder, load_rules
from tieback.userrules.model import UserRules

KEY = "acme_q8w3e5r7t2y9u1i4o6p0a8s3d5f7g2h9"
TOKEN = """
[[identifier]]
id = "acme-id"
product = "ACME"
source = "https://docs.acme.test"
anchors = ["acme-app-"]
pattern = 'acme-app-(?P<app>[0-9]{6})'
value = "{app}"
accept = [["acme-app-123456", "acme-id:123456"]]
reject = ["acme-app-1"]
"""
RULES = RuleFiles()


def rules(path: Path, text: str) -> UserRules:
    (path / "rules").mkdir(exist_ok=True)
    (path / "rules" / "a.toml").write_text(text)
    return load_rules([RuleFolder(path / "rules", "option")])


def search(text: str | bytes, added: UserRules | None, file: str = "assets/a.txt") -> AppFinds:
    data = text.encode() if isinstance(text, str) else text
    files = RuleFiles(added)
    pieces = [Artifact(file, (Buffer(file, BufferKind.TEXT, data),))]
    app = App(Platform.ANDROID, "org.other.app", "0" * 64)
    return merge_finds(app, AppSearch(files, dataflow=False).finds(pieces), files)


@pytest.mark.parametrize(
    ("text", "value", "port"),
    [
        ("https://shop.store.acme.test/v1", "acme-store:shop", 443),
        ("http://shop.store.acme.test", "acme-store:shop", 80),
        ("https://shop.store.acme.test:8443/v1", "acme-store:shop", 8443),
        ("host=shop.store.acme.test;", "acme-store:shop", 443),
        ("SHOP.store.ACME.test", "acme-store:shop", 443),
    ],
)
def test_the_host_of_a_resource(tmp_path: Path, text: str, value: str, port: int) -> None:
    found = search(text, rules(tmp_path, IDENTIFIER)).sightings
    [one] = [find for find in found if find.endpoint.kind is EndpointKind.CLOUD]
    assert (one.endpoint.value, one.endpoint.port) == (value, port)
    assert one.evidence.user_rule == "acme-store"


@pytest.mark.parametrize(
    "text",
    [
        "https://store.acme.test/",
        "shop.store.acme.test.evil.example",
        "shop.store.acme.testing",
        "%s.store.acme.test",
        "${tenant}.store.acme.test",
        "https://shop_-.store.acme.test",
    ],
)
def test_texts_that_are_no_host_of_a_resource(tmp_path: Path, text: str) -> None:
    found = search(text, rules(tmp_path, IDENTIFIER)).sightings
    assert [one.endpoint.value for one in found if one.evidence.user_rule] == []


def test_the_path_must_match_if_the_rule_has_one(tmp_path: Path) -> None:
    text = IDENTIFIER.replace("value =", "rest = '/v1/(?P<box>[a-z]+)'\nvalue =").replace("{tenant}", "{tenant}/{box}")
    added = rules(tmp_path, text)
    values = [one.endpoint.value for one in search("https://a.store.acme.test/v1/cats?x", added).sightings]
    assert "acme-store:a/cats" in values
    assert not search("https://a.store.acme.test/v2/cats", added).sightings[0].evidence.user_rule


def test_an_identifier_in_a_text(tmp_path: Path) -> None:
    added = rules(tmp_path, TOKEN)
    found = search('id="acme-app-123456"', added).sightings
    assert [(one.endpoint.value, one.endpoint.host) for one in found] == [("acme-id:123456", "")]
    assert search('id="acme-app-1234567"', added).sightings == ()


def test_a_credential_is_masked_everywhere(tmp_path: Path) -> None:
    found = search(f"key = '{KEY}'", rules(tmp_path, CREDENTIAL))
    [one] = found.credentials
    assert (one.kind, one.grade, one.masked) == ("acme_key", CredentialGrade.NORMAL, "q8***h9 (32)")
    assert one.evidence.user_rule == "acme_key"
    assert KEY[10:20] not in repr(found)


@pytest.mark.parametrize("text", [f"x{KEY}", f"{KEY}9", "acme_" + "a" * 32, "acme_" + "0123456789abcdef" * 2])
def test_parts_of_longer_texts_and_placeholders_are_no_credentials(tmp_path: Path, text: str) -> None:
    assert search(text, rules(tmp_path, CREDENTIAL)).credentials == ()


def test_texts_in_utf_16_are_searched(tmp_path: Path) -> None:
    added = rules(tmp_path, IDENTIFIER + CREDENTIAL)
    found = search(f"https://shop.store.acme.test {KEY}".encode("utf-16-le"), added)
    assert "acme-store:shop" in [one.endpoint.value for one in found.sightings]
    assert [one.kind for one in found.credentials] == ["acme_key"]


def test_files_of_a_batch_are_searched(tmp_path: Path) -> None:
    files = RuleFiles(rules(tmp_path, CREDENTIAL))
    contents = (b"nothing", b'"%s"' % KEY.encode())

    def opened(file: str, content: bytes) -> Artifact:
        return Artifact(file, (Buffer(file, BufferKind.TEXT, content),))

    finds = list(AppSearch(files, dataflow=False).finds([ArtifactBatch(("a.xml", "b.xml"), contents, opened)]))
    assert [(one.kind, one.evidence.file) for one in finds if isinstance(one, Credential)] == [("acme_key", "b.xml")]


def test_a_rule_adds_a_resource_and_leaves_the_url(tmp_path: Path) -> None:
    text = "http://es.store.acme.test:9200/orders"
    without, with_rule = search(text, None), search(text, rules(tmp_path, IDENTIFIER))
    values = [one.endpoint.value for one in with_rule.sightings]
    assert values == [*(one.endpoint.value for one in without.sightings), "acme-store:es"]
    assert with_rule.sightings[0] == without.sightings[0]


def test_a_rule_takes_no_credential_away_and_does_not_lower_its_grade(tmp_path: Path) -> None:
    secret = "sk_live_" + "q8w3e5r7t2y9u1i4o6p0a8s3"
    text = CREDENTIAL.replace("acme_(?P<secret>[a-z0-9]{32})", "(?P<secret>sk_live_[a-z0-9]{24})")
    text = text.replace('"acme_"', '"sk_live_"') + 'grade = "public"\n'
    without, with_rule = search(secret, None), search(secret, rules(tmp_path, text))
    assert without.credentials
    assert with_rule.credentials == without.credentials


def test_a_generic_credential_stays_beside_that_of_a_rule(tmp_path: Path) -> None:
    text = f'api_secret = "{KEY}"'
    without, with_rule = search(text, None), search(text, rules(tmp_path, CREDENTIAL))
    assert without.credentials
    assert [one for one in without.credentials if one not in with_rule.credentials] == []
    assert len(with_rule.credentials) == len(without.credentials) + 1


def test_a_flood_of_a_rule_does_not_take_the_place_of_built_in_finds(tmp_path: Path) -> None:
    flood = "\n".join(f'k = "acme-app-{n}"' for n in range(100_000, 100_000 + MAX_SIGHTINGS + 100))
    text = f"{flood}\nk = 'mongodb://db.other.test:27017/x'"
    found = search(text, rules(tmp_path, TOKEN))
    assert "mongodb://db.other.test:27017/x" in [one.endpoint.value for one in found.sightings]


def test_the_hits_of_one_buffer_are_bounded(tmp_path: Path) -> None:
    extractor = UserRuleExtractor(rules(tmp_path, CREDENTIAL), RULES)
    data = b"acme_ " * (MAX_HITS + 5)
    finds = list(extractor.extract(Artifact("a", (Buffer("a", BufferKind.TEXT, data),))))
    assert [type(one).__name__ for one in finds] == ["Problem"]


def test_a_host_of_a_third_party_counts_only_if_nothing_else_is_known(tmp_path: Path) -> None:
    added = rules(tmp_path, SDK)
    [one] = search("https://eu.ads.acme.test/x", added).sightings
    assert (one.party, one.owner) == (Party.THIRD, "ACME Ads")
    assert "your rule acme-ads" in one.party_reason
    files = RuleFiles(added)
    own = App(Platform.ANDROID, "test.acme.shop", "0" * 64, name="Acme")
    text = b"https://eu.ads.acme.test/x"
    pieces = [Artifact("a.txt", (Buffer("a.txt", BufferKind.TEXT, text),))]
    [first] = merge_finds(own, AppSearch(files, dataflow=False).finds(pieces), files).sightings
    assert first.party is Party.FIRST


def test_a_value_is_short_and_printable(tmp_path: Path) -> None:
    text = IDENTIFIER.replace("value =", "rest = '(?P<all>/.*)'\nvalue =").replace('"{tenant}"', '"{all}"')
    added = rules(tmp_path, text)
    [rule] = added.identifiers
    assert recognised_texts(rule, "https://a.store.acme.test/" + "x" * 300, RULES) == ()
    assert recognised_texts(rule, "https://a.store.acme.test/ok", RULES) == ("acme-store:/ok",)


def test_rules_for_other_stages_do_not_start_the_extractor(tmp_path: Path) -> None:
    assert AppSearch(RuleFiles(rules(tmp_path, SDK)))._added is None
    assert isinstance(search("https://eu.ads.acme.test/x", rules(tmp_path, SDK)).sightings[0], Sighting)


@pytest.mark.parametrize(
    "encode",
    [
        lambda url: base64.b64encode(url.encode()).decode(),
        lambda url: quote(url, safe=""),
        lambda url: url[::-1],
    ],
    ids=["base64", "percent", "reversed"],
)
def test_a_url_that_the_app_encodes_gives_its_resource_too(tmp_path: Path, encode: Callable[[str], str]) -> None:
    text = f'k = "{encode("https://shop.store.acme.test/v1/items")}"'
    found = {one.endpoint.value: one for one in search(text, rules(tmp_path, IDENTIFIER), "assets/a.txt").sightings}
    assert found["acme-store:shop"].evidence.user_rule == "acme-store"
    assert found["acme-store:shop"].count == 1
    assert [value for value in found if value.startswith("acme-store:")] == ["acme-store:shop"]
    assert "https://shop.store.acme.test/v1/items" in found
