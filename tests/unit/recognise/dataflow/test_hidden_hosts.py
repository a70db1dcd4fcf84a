"""Hosts without a scheme that code decrypts or puts together, and addresses that a library merges of two halves."""

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend
from tieback.recognise.dalvik.decryptors import DecryptedText
from tieback.recognise.dataflow.dex.dex_tables import MalformedDexError
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.dataflow.hosts.bare_hosts import decrypted_hosts, is_below
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.placement import CERTIFICATE
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import AppFinds, merge_finds

HIDDEN = (Path(__file__).parent / "dex" / "hidden.dex").read_bytes()
RULES = RuleFiles()
SEARCH = AppSearch(RULES)
CODE = CodeItem(0, 0, 0)


def found(data: bytes = HIDDEN) -> AppFinds:
    return merge_finds(None, SEARCH.finds([read_dex("classes.dex", data)[0]]))


def hosts(data: bytes, kind: str) -> set[str]:
    return {one.endpoint.host for one in found(data).sightings if one.evidence.how == f"dex-flow/{kind}"}


def test_decrypted_lists_addresses_and_names_below_known_domains_are_hosts() -> None:
    assert hosts(HIDDEN, "decrypted") == {
        "im64.chat.test",  # the app contacts api.chat.test
        "93.184.215.14",
        "s.push.test", "sis.push.test",  # two below one domain
        "spare-push.test",  # in a list of hosts
        "log.merge.test",
    }  # fmt: skip


def test_what_only_main_decrypts_is_no_back_end() -> None:
    assert "try.chat.test" not in {one.endpoint.host for one in found().sightings}


def test_an_item_of_a_decrypted_array_reaches_the_call() -> None:
    assert hosts(HIDDEN, "InetSocketAddress") == {"10.0.0.172"}


def test_a_format_makes_a_host_of_a_domain_if_code_contacts_it() -> None:
    assert hosts(HIDDEN, "format") == {"graph.book.test", "m.book.test"}
    assert [one.value for one in found().not_backends] == ["https://help.book.test"]


def test_a_host_that_a_list_only_permits_can_be_put_together() -> None:
    def formats(text: bytes, name: str) -> set[str]:
        page = Artifact(name, (Buffer(name, BufferKind.TEXT, text),))
        finds = merge_finds(None, SEARCH.finds([read_dex("classes.dex", HIDDEN)[0], page])).sightings
        return {one.endpoint.host for one in finds if one.evidence.how == "dex-flow/format"}

    permits = b'<widget><access origin="https://m.book.test"/></widget>'
    assert formats(permits, "res/xml/config.xml") == {"graph.book.test", "m.book.test"}
    opens = b'<html><a href="https://m.book.test" target="_blank">book</a></html>'
    assert formats(opens, "assets/a.html") == {"graph.book.test"}


def test_an_address_that_code_cuts_is_not_another_one() -> None:
    assert [one.endpoint.value for one in found().sightings if "1042" in one.endpoint.value] == ["app-engine:box-1042"]


def decrypted(*texts: str, field: str = "", shown: frozenset[str] = frozenset()) -> set[str]:
    fields = frozenset((field,) if field else ())
    every = [DecryptedText(text, "La;-><clinit>", 0, CODE, fields=fields) for text in texts]
    return {one.text for one in decrypted_hosts(every, RULES, set(shown))}


def test_one_name_with_dots_is_no_evidence() -> None:
    assert decrypted("report.extra.info", "resp.zip", "service.db", "com.shop.store", "10.0.0.172") == set()
    assert decrypted("api.shop.com", "resp.zip", "shop.com.txt") == set()
    assert decrypted("com.br", "co.uk", "github.io") == set()
    assert decrypted("api.shop.com", shown=frozenset(("www.shop.com",))) == {"api.shop.com"}
    assert decrypted("api.shop.com", shown=frozenset(("api.shop.com",))) == set()


def test_a_list_counts_as_a_whole_or_not_at_all() -> None:
    assert decrypted("spare.net", "93.184.215.14", field="hosts") == {"spare.net", "93.184.215.14"}
    assert decrypted("spare.net", "93.184.215.14", "a message", field="hosts") == {"93.184.215.14"}
    assert decrypted("spare.net", "other.org", field="hosts") == set()


def test_a_text_belongs_to_each_list_that_has_it() -> None:
    first = DecryptedText("a.push.test", "La;-><clinit>", 0, CODE, fields=frozenset(("HOST", "hosts")))
    spare = DecryptedText("spare.test", "La;-><clinit>", 0, CODE, fields=frozenset(("hosts",)))
    assert {one.text for one in decrypted_hosts([first, spare], RULES, {"b.push.test"})} == {
        "a.push.test",
        "spare.test",
    }


def test_only_names_below_a_known_domain_are_put_together() -> None:
    assert is_below("m.book.test", {"graph.book.test"}, RULES)
    assert not is_below("m.book.test", {"graph.notbook.test"}, RULES)
    assert not is_below("book.test", {"graph.book.test"}, RULES)
    assert not is_below("m.book.test {}", {"graph.book.test"}, RULES)


def test_the_fields_of_a_certificate_in_a_text_are_no_back_ends() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])
    point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.ca-shop.com/ca.crl")], None, None, None)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(365))
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .sign(key, hashes.SHA256())
    )
    text = made.public_bytes(serialization.Encoding.PEM).decode()
    finds = DataflowExtractor(EndpointExtractor(RULES), RULES).judge_text(text)
    [one] = finds
    assert isinstance(one, NotBackend)
    assert one.value.startswith("http://crl.ca-shop.com/")
    assert one.reason == CERTIFICATE


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.integers(112, len(HIDDEN) - 4), st.integers(0, 2**32 - 1)), max_size=6))
@example([(885, 1), (1914, 0)])  # the code ends before an address in it
def test_a_damaged_file_never_raises(patches: list[tuple[int, int]]) -> None:
    hurt = bytearray(HIDDEN)
    for place, number in patches:
        struct.pack_into("<I", hurt, place, number)
    try:
        found(bytes(hurt))
    except MalformedDexError:
        return
