"""From an API to the rest of its block, where the grant says so."""

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from tieback.backends.neighbours import neighbour_candidates
from tieback.model.backend import Backend, Route
from tieback.model.endpoint import Endpoint, EndpointKind, Party

STORES = {"elasticsearch": (9200,), "mongodb": (27017,)}
BLOCK = ip_network("192.0.2.8/30")


def api(host: str, *addresses: str, party: Party = Party.FIRST, scheme: str = "https") -> Backend:
    endpoint = Endpoint(EndpointKind.URL, f"{scheme}://{host}/", scheme, host, 443)
    return Backend(endpoint, addresses, party=party)


def test_neighbour_addresses_are_candidates_with_a_reason() -> None:
    found = list(
        neighbour_candidates([api("api.x.test", "192.0.2.9"), api("www.x.test", "192.0.2.9")], [BLOCK], STORES)
    )
    assert [(one.host, one.port, one.service) for one in found] == [
        ("192.0.2.10", 9200, "elasticsearch"),
        ("192.0.2.10", 27017, "mongodb"),
    ]
    assert found[0].route is Route.PIVOT
    assert found[0].endpoints == ("https://api.x.test/", "https://www.x.test/")
    assert found[0].reason == ("next to the API, in the block 192.0.2.8/30 of the grant; default port of Elasticsearch")


def test_the_address_of_an_api_is_next_to_the_other_apis() -> None:
    apis = [api("api.x.test", "192.0.2.9"), api("www.y.test", "192.0.2.10")]
    found = {one.host: one.endpoints for one in neighbour_candidates(apis, [BLOCK], STORES)}
    assert found == {"192.0.2.9": ("https://www.y.test/",), "192.0.2.10": ("https://api.x.test/",)}


def test_only_first_party_apis_have_neighbours() -> None:
    others = [
        api("api.x.test", "198.51.100.1"),
        api("api.x.test"),
        api("sdk.y.test", "192.0.2.9", party=Party.THIRD),
        api("x.cloudfront.net", "192.0.2.9"),
        api("x.test", "192.0.2.9", scheme="ftp"),
    ]
    assert list(neighbour_candidates(others, [BLOCK], STORES)) == []
    assert list(neighbour_candidates([api("api.x.test", "192.0.2.9")], [], STORES)) == []


@given(st.lists(st.ip_addresses(v=4, network="192.0.2.0/24").map(str), max_size=40))
def test_only_the_block_is_probed_and_each_port_once(addresses: list[str]) -> None:
    block = ip_network("192.0.2.0/24")
    backends = [api(f"a{number}.x.test", address) for number, address in enumerate(addresses)]
    found = [(one.host, one.port) for one in neighbour_candidates(backends, [block, ip_network("10.0.0.0/30")], STORES)]
    assert len(found) == len(set(found)) <= 254 * 2
    assert len(set(addresses)) > 1 or not {host for host, _ in found} & set(addresses)
    assert all(host.startswith("192.0.2.") for host, _ in found)
