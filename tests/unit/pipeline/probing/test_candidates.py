"""The candidates of a run a host at a time are those that all back ends together make, in the same order."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tieback.backends.candidates import build_candidates, merge_candidates
from tieback.backends.probe_hints import ProbeHints, collect_probe_hints
from tieback.model.backend import Backend, Candidate, Route
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.public_key import PublicKey
from tieback.pipeline.probing.candidates import Candidates, ProbeHintIndex, exclude_targets, label_host, target_label

PORTS = {"elasticsearch": (9200, 9201), "mongodb": (27017,), "redis": (6379,)}
HOSTS = ("a.test", "b.test", "shop.s3.amazonaws.com", "10.0.0.1", "::1")


def backend(host: str, port: int, scheme: str, path: str, party: Party, *, reached: bool) -> Backend:
    shown = f"[{host}]" if ":" in host else host
    kind = EndpointKind.URL if scheme.startswith("http") else EndpointKind.CONNECTION_STRING
    endpoint = Endpoint(kind, f"{scheme}://{shown}:{port}{path}", scheme, host, port, path)
    return Backend(endpoint, ("127.0.0.1",) if reached else (), party=party)


BACKENDS = st.lists(
    st.builds(
        backend,
        st.sampled_from(HOSTS),
        st.sampled_from((443, 80, 9200, 27017)),
        st.sampled_from(("https", "http", "mongodb")),
        st.sampled_from(("", "/v1", "/v2")),
        st.sampled_from(list(Party)),
        reached=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.endpoint.value,
)
MORE = st.lists(
    st.builds(
        Candidate,
        st.sampled_from((*HOSTS, "es.a.test")),
        st.sampled_from((443, 9200, 6379)),
        st.sampled_from((None, "redis")),
        st.sampled_from(list(Route)),
        st.just(("https://a.test:443",)),
        st.just("a certificate names it"),
    ),
    max_size=4,
)


@settings(deadline=None)
@given(BACKENDS, MORE)
@example(
    # Whom a certificate names first is merged with what the app names, not with whom else something names.
    [backend("a.test", 443, "mongodb", "", Party.FIRST, reached=True)],
    [
        Candidate("a.test", 443, None, Route.PIVOT, (), "a certificate names it"),
        Candidate("a.test", 443, "redis", Route.NAMED, (), "an SRV record names it"),
    ],
)
def test_a_host_at_a_time_gives_what_all_at_once_gives(backends: list[Backend], more: list[Candidate]) -> None:
    wanted = Candidates(backends, PORTS)
    wanted.add(more)
    every = merge_candidates(build_candidates(backends, PORTS), more)
    assert list(wanted) == every == list(wanted)
    some = [target_label(one) for one in every[::3]]
    assert list(exclude_targets(wanted, frozenset(some))) == [one for one in every if target_label(one) not in some]


@settings(deadline=None)
@given(BACKENDS)
def test_what_goes_along_is_there_when_a_candidate_is_taken(backends: list[Backend]) -> None:
    keys = {one.endpoint.value: (PublicKey("supabase_anon", "k", ("supabase",)),) for one in backends[::2]}
    along = ProbeHintIndex(backends, {}, keys)
    every = build_candidates(backends, PORTS)
    given_along: dict[Candidate, ProbeHints] = {}
    for one in along.attach(every):
        if one in along:
            given_along[one] = along[one]
    assert given_along == collect_probe_hints(every, backends, {}, keys)


def test_the_host_in_a_label_of_a_target() -> None:
    labels = {
        "a.test:9200": "a.test",
        "[::1]:6379": "::1",
        "firestore.googleapis.com:443/shop": "firestore.googleapis.com",
    }
    assert {label: label_host(label) for label in labels} == labels
