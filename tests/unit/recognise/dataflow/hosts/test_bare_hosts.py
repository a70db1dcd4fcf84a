"""Bare host names and addresses count only with evidence from their neighbours."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.dataflow.code import known_code
from tieback.recognise.dataflow.dex.dex_tables import MalformedDexError
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends import uses
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.hosts import bare_hosts
from tieback.recognise.dataflow.hosts.bare_hosts import BareHosts
from tieback.recognise.endpoints.hosts import EndpointHost, check_host
from tieback.recognise.interface import Find
from tieback.recognise.links import OPENED
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parents[1] / "dex"
LISTS = (DEX / "lists.dex").read_bytes()
FILES = (LISTS, *((DEX / f"{name}.dex").read_bytes() for name in ("components", "schemes")))
POOLS = (DEX / "pools.dex").read_bytes()
LINKED = {"go.pool.test", "open.pool.test"}
"""An array of hosts that an unknown call gets."""
RULES = RuleFiles()
SEARCH = AppSearch(RULES)
REPLACING = "s3.cloud.test"
"""It takes the place of another host in an address."""
REPLACING_PATH = "docs.cloud.test"
"""The same with a path behind it."""
CLOCK = "time.clock.test"
"""A time server in a field, which code reads."""
CHANNEL = "grpc.speech.test"
"""A call without a known name gets it with the port 443."""
INSTEAD = "93.184.217.5"
"""A method returns it if it cannot look up a host."""
FIELD = "93.184.217.7"
"""It is in the same field as a host that the app contacts."""
MEMBERS = {"tcp.chat.test", "tcp2.chat.test"}
HOSTS = MEMBERS | {
    "im.eu.chat.test", "spare-push.test", "93.184.215.14", "93.184.216.34", "192.0.43.8", "192.0.43.10",
    REPLACING, REPLACING_PATH, CLOCK, CHANNEL, INSTEAD, FIELD,
}  # fmt: skip


def bare(data: bytes, shown: set[str], left_out: frozenset[str] = frozenset()) -> set[str]:
    return {one.name for one in BareHosts(ConstantUses([DexFile(data)]), RULES).finds(shown, set(left_out))}


def _host(find: Find) -> str:
    return find.endpoint.host if isinstance(find, Sighting) else ""


def test_an_app_shows_its_bare_hosts_and_where_they_are() -> None:
    found = [one for one in SEARCH.finds([read_dex("classes.dex", LISTS)[0]]) if isinstance(one, Sighting)]
    assert {one.endpoint.host for one in found} == HOSTS | {"api.chat.test"}
    evidence = next(one.evidence for one in found if one.endpoint.host == "spare-push.test")
    assert evidence.how == "dex-flow/host"
    assert evidence.context == "Ltest/chat/Servers;-><clinit>: spare-push.test"
    assert evidence.offset is not None
    assert LISTS[evidence.offset :].startswith(b"spare-push.test\0")


def test_the_server_of_a_network_component_of_app_inventor_counts() -> None:
    """Also in a private network, and as the first text of a box whose text it gets; not the text of a label."""
    data = (DEX / "components.dex").read_bytes()
    assert bare(data, set()) == {
        "192.168.50.7", "till.shop.test", "192.168.50.20", "192.168.50.22", "192.168.50.23",
    }  # fmt: skip
    found = [one for one in SEARCH.finds([read_dex("classes.dex", data)[0]]) if isinstance(one, Sighting)]
    assert {one.endpoint.value: one.evidence.context for one in found} == {
        "https://192.168.50.7": "Lappinventor/ai_shop/Till/Screen1;->broker: 192.168.50.7",
        "https://till.shop.test": "Lappinventor/ai_shop/Till/Screen1;->web: till.shop.test",
        "https://192.168.50.20": "Lappinventor/ai_shop/Till/Screen1;->boxes: 192.168.50.20",
        "https://192.168.50.22": "Lappinventor/ai_shop/Till/Screen1;->boxes: 192.168.50.22",
        "https://192.168.50.23": "Lappinventor/ai_shop/Till/Screen1;->address: 192.168.50.23",
    }


def test_a_host_counts_in_an_object_with_a_scheme() -> None:
    """Also if the app opens links of the host itself, and opens others in a browser."""
    data = (DEX / "schemes.dex").read_bytes()
    found = {"api.music-store.test", "live.music-store.test"}
    assert bare(data, set()) == found
    assert bare(data, set(), left_out=frozenset({"api.music-store.test"})) == found


def test_the_proxy_of_a_mobile_network_counts_if_code_may_contact_it() -> None:
    data = (DEX / "gateways.dex").read_bytes()
    assert bare(data, set()) == {"10.0.0.172"}
    assert bare(data.replace(b"http/HttpHost;", b"http/HttpHosu;"), set()) == set()


def test_the_server_of_a_configuration_counts_beside_its_port() -> None:
    data = (DEX / "keyed.dex").read_bytes()
    assert bare(data, set()) == {"93.184.215.40", "vpn.shop.test"}
    assert bare(data.replace(b"server_port", b"server_name"), set()) == {"vpn.shop.test"}


def test_a_host_counts_behind_the_key_of_a_server() -> None:
    """The default value of a setting: not one behind another key or a header, and not the key itself."""
    data = (DEX / "hostkeys.dex").read_bytes()
    others = {"relay.courier.test", "192.168.50.31"}
    assert bare(data, set()) == {"push.courier.test", *others}
    assert bare(data.replace(b"push_host", b"push_hash"), set()) == others


def test_code_completes_a_host_by_replacing_its_placeholder() -> None:
    """With a constant, or what a method stores in a field; nothing if a longer text is replaced."""
    data = (DEX / "hosttemplates.dex").read_bytes()
    domain = {"1.aerial.atlas.test", "2.aerial.atlas.test"}
    assert bare(data, set()) == {*domain, "eu.weather.atlas.test"}
    assert bare(data.replace(b"{region}\0", b"{region]\0"), set()) == domain


def test_without_the_runtime_of_app_inventor_nothing_is_read() -> None:
    data = (DEX / "components.dex").read_bytes().replace(b"youngandroid/runtime", b"youngandroid/runtimf")
    assert bare(data, set()) == set()


@pytest.mark.parametrize("name", ["mail.smtp.host", "mail.host", "mail.imaps.host"])
def test_the_name_of_a_property_of_mail_is_no_host(name: str) -> None:
    assert not bare_hosts.is_bare_host(name, RULES)
    assert bare_hosts.is_bare_host(f"{name}.shop.test", RULES)


def test_without_a_host_of_the_domain_only_lists_of_addresses_count() -> None:
    replacing = {REPLACING, REPLACING_PATH}
    assert bare(LISTS, set()) == {"93.184.215.14", "93.184.216.34", "192.0.43.8", CLOCK, CHANNEL, INSTEAD, *replacing}
    assert bare(LISTS, {"api.example.test"}) == bare(LISTS, set())


@pytest.mark.parametrize("port", [b"\xbc\x01", b"\x4a\x10", b"\x00\x00"])
def test_a_host_counts_with_the_port_of_a_service_only(port: bytes) -> None:
    """And not with another number, such as a limit."""
    assert CHANNEL not in bare(LISTS.replace(b"\x13\x02\xbb\x01", b"\x13\x02" + port), set())
    assert "rows.speech.test" in bare(LISTS.replace(b"\x13\x02\xbc\x01", b"\x13\x02\x50\x00"), set())


@pytest.mark.parametrize("name", ["old.chat.test", "mail.other.test"])
def test_what_is_compared_with_a_host_that_the_app_contacts_is_no_server(name: str) -> None:
    assert name not in bare(LISTS, {"api.chat.test"})


def test_a_url_that_no_code_reads_says_nothing_about_an_address_that_code_contacts() -> None:
    finds = list(SEARCH.finds([read_dex("classes.dex", LISTS)[0]]))
    assert "http://93.184.216.34/log" in {one.value for one in finds if isinstance(one, NotBackend)}
    assert "93.184.216.34" in {_host(one) for one in finds}


def test_a_host_that_the_app_names_and_does_not_contact_counts_for_nothing() -> None:
    found = bare(LISTS, {"api.chat.test"}, frozenset(("im.eu.chat.test",)))
    assert found == bare(LISTS, set()) | MEMBERS | {FIELD}


def test_a_member_of_an_object_counts_only_below_a_domain_that_the_app_contacts() -> None:
    found = next(one for one in SEARCH.finds([read_dex("classes.dex", LISTS)[0]]) if _host(one) == "tcp2.chat.test")
    assert isinstance(found, Sighting)
    assert found.evidence.context == "Ltest/chat/Servers;->objects: tcp2.chat.test"
    assert LISTS[found.evidence.offset :].startswith(b'{"im": {"host": "tcp.chat.test"')
    assert bare(LISTS, {"api.chat.test"}) >= MEMBERS
    assert not bare(LISTS, {"api.shop.test"}) & MEMBERS
    assert "tcp.chat.test" not in bare(LISTS, {"api.chat.test"}, frozenset(("tcp.chat.test",)))


@pytest.mark.parametrize(("limit", "value"), [("_MAX_OBJECTS", 0), ("_MAX_NAMES", 1)])
def test_objects_and_their_names_have_a_limit(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(bare_hosts, limit, value)
    assert "tcp2.chat.test" not in bare(LISTS, {"api.chat.test"})


@pytest.mark.parametrize("unit", ['"a":"', '"a":"' + "a." * 6, '"a":"a' + "-" * 61, '": ', ":    "])
def test_the_cost_of_an_object_grows_with_its_length(unit: str) -> None:
    assert_linear(lambda size: ("{" + unit * size).encode(), lambda raw: list(bare_hosts._QUOTED.finditer(raw)), 2_000)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"93.184.215.14", b"93.184.215.99x"[:13]),
        (b"93.184.216.34", b"not.a.server!"),
    ],
)
def test_one_other_text_in_a_list_of_addresses_is_a_doubt(old: bytes, new: bytes) -> None:
    changed = LISTS.replace(old, new)
    assert "192.0.43.8" not in bare(changed, set()) or new.replace(b".", b"").isdigit()


@pytest.mark.parametrize("text", [b"8.8.8.8", b"8.8.4.4", b"1.1.1.1", b"10.0.0.7", b"4.3.2.1", b"2.5.4.10"])
def test_resolvers_private_addresses_versions_and_identifiers_are_no_servers(text: bytes) -> None:
    assert not BareHosts(ConstantUses([DexFile(LISTS)]), RULES)._is_host(text.decode())


@settings(max_examples=100)
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.integers(112, len(LISTS) - 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=6),
)
def test_a_damaged_file_gives_hosts_or_none(file: bytes, patches: list[tuple[int, bytes]]) -> None:
    data = bytearray(file)
    for place, new in patches:
        at = 112 + place % (len(data) - 112)
        data[at : at + len(new)] = new[: len(data) - at]
    try:
        dex = DexFile(bytes(data))
    except MalformedDexError:
        return
    found = list(BareHosts(ConstantUses([dex]), RULES).finds({"api.chat.test", "x"}, set()))
    assert all(isinstance(check_host(one.name, RULES), EndpointHost) for one in found)


@pytest.mark.parametrize(("module", "limit"), [(known_code, "MAX_UNITS"), (uses, "MAX_STEPS"), (uses, "MAX_CONSTANTS")])
def test_without_a_budget_no_name_is_accepted(monkeypatch: pytest.MonkeyPatch, module: object, limit: str) -> None:
    monkeypatch.setattr(module, limit, 0)
    assert not {name for name in bare(LISTS, {"api.chat.test"}) if name.endswith(".test")}


@each(
    ("address", "expected"),
    [
        ("52.9.15.255", True),
        ("52.9.15.0", False),
        ("52.9.255.255", False),
        ("192.168.1.255", False),
        ("1.2.3.255", False),
        ("239.255.1.255", False),
    ],
)
def test_addresses_at_the_end_of_a_network(address: str, expected: bool) -> None:
    assert bare_hosts.is_bare_host(address, RULES) == expected


def test_all_hosts_of_an_array_count_if_code_contacts_one_of_them() -> None:
    """Not those of an array whose elements are only compared; other arrays of the method say nothing."""
    found = [one for one in SEARCH.finds([read_dex("classes.dex", POOLS)[0]]) if isinstance(one, Sighting)]
    assert {one.endpoint.host for one in found} == {"api-a.pool.test", "api-b.spare.test", *LINKED}


@each("host", ["go.pool.test", "*.go.pool.test", "GO.pool.test"])
def test_hosts_beside_one_whose_links_the_app_opens_are_links(host: str) -> None:
    text = f'<manifest package="test.shop"><data android:scheme="https" android:host="{host}"/></manifest>'
    manifest = Artifact("AndroidManifest.xml", (Buffer("AndroidManifest.xml", BufferKind.MANIFEST, text.encode()),))
    finds = list(SEARCH.finds([manifest, read_dex("classes.dex", POOLS)[0]]))
    assert not LINKED & set(map(_host, finds))
    left = {one.value: one.reason for one in finds if isinstance(one, NotBackend)}
    assert {f"https://{name}" for name in LINKED} <= {value for value, reason in left.items() if reason == OPENED}
