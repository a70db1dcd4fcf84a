"""Hosts without a scheme in C strings of native programs count only beside a web address of the same program."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.endpoints.hosts import EndpointHost, check_host
from tieback.recognise.other_code import native_hosts as module
from tieback.recognise.other_code.native_hosts import MAX_FORMATS, MAX_HOSTS, MAX_NAMES, MAX_RUN, RULE, native_hosts
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

RULES = RuleFiles()
SEARCH = AppSearch(RULES)
API = "https://api.acme.test/v1"
IOS, ANDROID = "Payload/A.app/A", "lib/arm64-v8a/liba.so"


def section(*texts: str, file: str = IOS, base: int = 0) -> Buffer:
    return Buffer(file, BufferKind.NATIVE, b"\0" + b"".join(text.encode() + b"\0" for text in texts), base)


def sightings(*buffers: Buffer) -> list[Sighting]:
    return [one for one in SEARCH.finds([Artifact(buffers[0].file, buffers)]) if isinstance(one, Sighting)]


def hosts(*texts: str, file: str = IOS) -> list[str]:
    """The hosts that this rule finds."""
    return [one.endpoint.host for one in sightings(section(*texts, file=file)) if one.evidence.how == RULE]


@each(
    ("texts", "expected"),
    [
        ((API, "other", "im64.acme.test"), ["im64.acme.test"]),
        (("im64.acme.test", "other", API), ["im64.acme.test"]),
        # Without the domain, as a part of a string, or as another name.
        (("https://api.other.test/", "x", "im64.acme.test"), []),
        ((API, "x", "im64.acme.test is down"), []),
        ((API, "x", "to im64.acme.test"), []),
        ((API, "x", "acme.test", "notacme.test"), []),
        ((API, "x", "IM.acme.test", "im_64.acme.test", "-im.acme.test", ".acme.test"), []),
        ((API, "x", "com.acme.test"), []),
        ((API, "x", "www.acme.test"), []),
        ((API, "x", "a." * 7 + "acme.test"), []),
        ((API, "x", "a" * 300 + ".acme.test"), []),
        # A host that an address has already.
        ((API, "x", "api.acme.test"), []),
        # An address of a message is no contact.
        (("Usage is not kept. See https://docs.acme.test/docs/a.html#b for more", "x", "im64.acme.test"), []),
        # IP addresses beside the string of an address, and not beside other strings.
        (("93.184.216.34", API, "93.184.215.14"), ["93.184.216.34", "93.184.215.14"]),
        ((API, "x", "93.184.215.14"), []),
        ((API, "spare.other.test"), []),
        (("8.8.8.8", API, "4.10.2.1"), []),
        # Neighbours: three or more, and one that counts by itself.
        (("spare.other.test", "im.acme.test", "push.other.test"), []),
        (
            (API, "x", "spare.other.test", "im.acme.test", "93.184.216.34", "x", "late.other.test"),
            ["spare.other.test", "im.acme.test", "93.184.216.34"],
        ),
        ((API, "x", "im.acme.test", "spare.other.test"), ["im.acme.test"]),
        ((API, "x", "a.other.test", "b.other.test", "c.other.test"), []),
        ((API, "x", "im.acme.test", "", "a.other.test", "b.other.test"), ["im.acme.test"]),
    ],
)
def test_hosts_of_a_program(texts: tuple[str, ...], expected: list[str]) -> None:
    assert hosts(*texts) == expected


FORMAT = "http://%@/g/d?crc=%@"
FAR = ("x",) * 20


@each(
    ("texts", "expected"),
    [
        # A name within three strings of a format, on either side, and an address directly beside it.
        (("gate.acme.test", "Host", "93.184.216.34", FORMAT), ["gate.acme.test", "93.184.216.34"]),
        ((FORMAT, "gate.acme.test"), ["gate.acme.test"]),
        (("gate.acme.test", "https://%s:%d/v1"), ["gate.acme.test"]),
        (("gate.acme.test", "https://%1$@/v1"), ["gate.acme.test"]),
        (("gate.acme.test", "a", "b", "c", FORMAT), []),
        (("93.184.216.34", "Host", FORMAT), []),
        # Versions, networks, bundle identifiers, keys, web sites, and parts of other texts.
        (("4.10.2.1", FORMAT, "8.32.1.0"), []),
        (("com.acme.test", FORMAT, "user.name", "org.acme.test"), []),
        (("www.acme.test", FORMAT, "to gate.acme.test", "gate.acme.test/v1"), []),
        # The host is known, or it is only a part of the name, or the format is no address.
        (("gate.acme.test", "https://api.other.test/%@/x"), []),
        (("gate.acme.test", "https://%@.other.test/x"), []),
        (("gate.acme.test", "https://%d/x", "%@/x", "see http://%@/x"), []),
        # The host of a known library can be further away, that of the maker of the device cannot.
        (("gaios.talkingdata.net", *FAR, FORMAT), ["gaios.talkingdata.net"]),
        (("gaios.talkingdata.net", *FAR, *FAR, FORMAT), []),
        (("gaios.talkingdata.net", *FAR), []),
        (("phobos.apple.com", *FAR, FORMAT), []),
    ],
)
def test_hosts_beside_a_format(texts: tuple[str, ...], expected: list[str]) -> None:
    assert hosts(*texts) == expected


def test_hosts_beside_a_format_in_a_library_whose_strings_are_merged_do_not_count() -> None:
    assert hosts("gate.acme.test", FORMAT, "gaios.talkingdata.net", file=ANDROID) == []


def test_most_formats_of_a_section() -> None:
    texts = [text for number in range(MAX_FORMATS + 5) for text in (*FAR, f"a{number}.acme.test", FORMAT)]
    assert len(hosts(*texts)) == MAX_FORMATS


def test_only_the_first_rule_applies_to_libraries_whose_strings_are_merged() -> None:
    texts = ("93.184.216.34", API, "x", "spare.other.test", "im.acme.test", "push.other.test")
    assert hosts(*texts) == ["93.184.216.34", "spare.other.test", "im.acme.test", "push.other.test"]
    assert hosts(*texts, file=ANDROID) == ["im.acme.test"]


def test_an_address_in_another_section_of_the_program_counts() -> None:
    buffers = (section(API), section("x", "im.acme.test", base=0x4000))
    found = next(one for one in sightings(*buffers) if one.evidence.how == RULE)
    assert found.endpoint.value == "https://im.acme.test"
    assert found.evidence == Evidence(IOS, 0x4003, RULE, "im.acme.test")
    again = (*buffers, section("im.acme.test", base=0x8000))
    assert [one.endpoint.host for one in sightings(*again)] == ["api.acme.test", "im.acme.test"]


def test_an_address_of_another_file_does_not_count() -> None:
    pieces = [Artifact(name, (section(text, file=name),)) for name, text in (("a", API), ("b", "im.acme.test"))]
    assert [one.endpoint.host for one in SEARCH.finds(pieces) if isinstance(one, Sighting)] == ["api.acme.test"]


@pytest.mark.parametrize(
    ("kind", "utf16"), [(BufferKind.BINARY, False), (BufferKind.TEXT, False), (BufferKind.NATIVE, True)]
)
def test_other_content_has_no_c_strings(kind: BufferKind, utf16: bool) -> None:
    buffer = section(API, "x", "im.acme.test")
    other = Buffer(buffer.file, kind, buffer.data, utf16=utf16)
    assert not list(native_hosts([other], [sighting(1)], RULES))


def sighting(offset: int | None, host: str = "api.acme.test", file: str = IOS) -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, offset, "test", ""))


def test_the_first_string_of_a_section_can_be_the_end_of_another() -> None:
    data = b"im.acme.test\0x\0push.acme.test\0"
    found = native_hosts([Buffer(IOS, BufferKind.NATIVE, data)], [sighting(None)], RULES)
    assert [one.endpoint.host for one in found] == ["push.acme.test"]


def test_a_string_whose_beginning_is_too_far_away_has_no_neighbours() -> None:
    """Otherwise the first strings of the section count as its neighbours."""
    data = b"93.184.216.34\x0093.184.215.14\0" + b"x" * 400
    for offset in (len(data), len(data) + 300):
        long = data + b"x" * (offset - len(data)) + API.encode() + b"\0"
        assert not list(native_hosts([Buffer(IOS, BufferKind.NATIVE, long)], [sighting(offset)], RULES))
    long = b"\0c.other.test\0" + b"x" * 400 + b"\0im.acme.test\0d.other.test\0"
    found = native_hosts([Buffer(IOS, BufferKind.NATIVE, long)], [sighting(None)], RULES)
    assert [one.endpoint.host for one in found] == ["im.acme.test"]


def test_most_neighbours_and_hosts() -> None:
    texts = [f"a{number}.other.test" for number in range(MAX_RUN + 5)]
    assert hosts(API, "x", "im.acme.test", *texts) == ["im.acme.test", *texts[:MAX_RUN]]
    texts = [f"a{number}.acme.test" for number in range(MAX_NAMES + 5)]
    assert hosts(API, "x", *texts, file=ANDROID) == texts[:MAX_NAMES]


def test_most_hosts_of_a_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_RUN", 2 * MAX_HOSTS)
    texts = [f"a{number}.other.test" for number in range(MAX_HOSTS + 5)]
    assert len(hosts(API, "x", "im.acme.test", *texts)) == MAX_HOSTS


PARTS = st.sampled_from(
    [b"\0", b"\0\0", b".acme.test\0", b"im.acme.test\0", b"93.184.216.34\0", b"https://api.acme.test/\0",
     b"a.other.test\0", b"www.acme.test\0", b"\xff" * 3, b"x" * 260,
     b"http://%@/\0", b"https://%s:%d/x\0"]
)  # fmt: skip


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(PARTS | st.binary(max_size=20), max_size=40).map(b"".join),
    st.lists(st.tuples(st.none() | st.integers(-5, 900), st.sampled_from(["api.acme.test", "x", "1.2.3.4", ""]))),
    st.integers(0, 64),
    st.sampled_from([IOS, ANDROID]),
)
def test_any_bytes_and_sightings_never_raises(
    data: bytes, places: list[tuple[int | None, str]], base: int, file: str
) -> None:
    shown = [sighting(offset, host, file) for offset, host in places]
    found = list(native_hosts([Buffer(file, BufferKind.NATIVE, data, base)], shown, RULES))
    names = [one.endpoint.host for one in found]
    assert len(set(names)) == len(names)
    assert not set(names) & {host for _, host in places}
    for one in found:
        assert isinstance(check_host(one.endpoint.host, RULES), EndpointHost)
        assert one.evidence.offset is not None
        at = one.evidence.offset - base
        assert data[at - 1 :].startswith(b"\0" + one.endpoint.host.encode() + b"\0")


class CountedBytes(bytes):
    """Counts the bytes that searches read."""

    read = 0

    def find(self, *args: object) -> int:
        at = super().find(*args)  # type: ignore[arg-type]
        end = min(len(self), int(str(args[2]))) if len(args) > 2 else len(self)
        type(self).read += (at if at >= 0 else end) - int(str(args[1]))
        return at


@pytest.mark.parametrize(
    "unit",
    [
        b"\0",
        b".acme.test\0",
        b"im.acme.test\0",
        b"x",
        b"https://api.acme.test/v1 ",
        b"93.184.216.34\0",
        b"a.other.test\0",
        b"http://%@/\0",
        b"x\0https://%s/\0",
    ],
    ids=["nuls", "dots", "names", "one string", "no end", "addresses", "hosts", "formats", "formats and others"],
)
def test_a_section_of_many_megabytes_is_read_a_few_times(monkeypatch: pytest.MonkeyPatch, unit: bytes) -> None:
    size = 4 * 1024 * 1024
    data = CountedBytes(b"\0im.acme.test\0" + unit * (size // len(unit)))
    monkeypatch.setattr(CountedBytes, "read", 0)
    shown = [sighting(offset) for offset in range(20, size, size // 2_000)]
    found = list(native_hosts([Buffer(IOS, BufferKind.NATIVE, data)], shown, RULES))
    assert len(found) <= MAX_HOSTS
    # Once for each domain, and at most two long strings for each sighting.
    assert CountedBytes.read <= 3 * size + len(shown) * 5_000


@pytest.mark.parametrize("unit", [b"im.acme.test\0", b"93.184.216.34\0", b"a.other.test\0"])
def test_the_cost_of_neighbours_grows_with_their_number(unit: bytes) -> None:
    def make(count: int) -> tuple[Buffer, list[Sighting]]:
        shown = [sighting(1 + at * len(unit)) for at in range(count)]
        return Buffer(IOS, BufferKind.NATIVE, b"\0" + unit * count), shown

    assert_linear(make, lambda given: list(native_hosts([given[0]], given[1], RULES)), 1_000)
