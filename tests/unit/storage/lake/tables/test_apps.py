from collections.abc import Iterable
from itertools import chain, combinations
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.app import App, Platform, Signer
from tieback.model.cleartext import CleartextPolicy
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.public_key import PublicKey
from tieback.model.sighting import (
    AppDocument,
    Credential,
    CredentialGrade,
    Evidence,
    NotBackend,
    Problem,
    Sighting,
    UnreadCode,
    UnreadKind,
)
from tieback.model.unit import Unit
from tieback.storage.lake.lake import Lake, part_name
from tieback.storage.lake.tables.apps import (
    app_credentials,
    app_endpoints,
    app_policies,
    app_tables,
    apps_of,
    container_names,
    endpoints_with_parties,
    keys_table,
    public_keys,
    read_app_documents,
)

text = st.text(max_size=8)
big = st.integers(0, 2**63 - 1)
evidences = st.builds(
    Evidence, file=text, offset=st.none() | big, how=text, context=text, chain=st.lists(text, max_size=3).map(tuple)
)
endpoints = st.builds(
    Endpoint,
    kind=st.sampled_from(EndpointKind),
    value=text,
    scheme=text,
    host=text,
    port=st.none() | st.integers(1, 65535),
    path=text,
    service=st.none() | text,
)
documents = st.builds(
    AppDocument,
    path=text,
    app=st.none()
    | st.builds(
        App,
        platform=st.sampled_from(Platform),
        bundle_id=text,
        sha256=text,
        name=text,
        version_name=text,
        version_code=text,
        min_sdk=text,
        target_sdk=text,
        signer=st.none() | st.builds(Signer, sha256=text, subject=text, scheme=text),
        vendor=text,
    ),
    sightings=st.lists(
        st.builds(
            Sighting,
            endpoint=endpoints,
            count=big,
            party=st.sampled_from(Party),
            evidence=evidences,
            owner=text,
            party_reason=text,
            names=st.lists(text, max_size=3).map(tuple),
        ),
        max_size=4,
    ).map(tuple),
    credentials=st.lists(
        st.builds(
            Credential,
            kind=text,
            masked=text,
            endpoint=text,
            evidence=evidences,
            grade=st.sampled_from(CredentialGrade),
            fingerprint=text,
            claims=st.dictionaries(text, text, max_size=2),
        ),
        max_size=3,
    ).map(tuple),
    not_backends=st.lists(st.builds(NotBackend, value=text, reason=text), max_size=3).map(tuple),
    problems=st.lists(st.builds(Problem, what=text, where=text), max_size=3).map(tuple),
    unread=st.lists(st.builds(UnreadCode, kind=st.sampled_from(UnreadKind), what=text, where=text), max_size=2).map(
        tuple
    ),
    keys=st.lists(
        st.builds(PublicKey, kind=text, value=text, services=st.lists(text, max_size=2).map(tuple), endpoint=text),
        max_size=3,
    ).map(tuple),
)


def unit(number: int) -> Unit:
    return Unit(f"{number:064x}", "v1", f"{number}.apk", 1)


def keep(lake: Lake, *batch: tuple[Unit, AppDocument]) -> None:
    units = [unit for unit, _ in batch]
    lake.publish(part_name(units), app_tables(batch), units)


@given(documents=st.lists(documents, max_size=4))
@settings(max_examples=examples(50), deadline=None)
def test_documents_come_back_as_they_went(
    documents: list[AppDocument], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    batch = [(unit(number), document) for number, document in enumerate(documents)]
    keep(lake, *batch)
    read = list(read_app_documents(lake, [unit for unit, _ in batch]))
    assert sorted(read) == [(unit.key, document) for unit, document in batch]


def endpoint(value: str) -> Endpoint:
    return Endpoint(EndpointKind.URL, value, "https", value, 443)


def document(path: str, *values: str) -> AppDocument:
    return AppDocument(
        path=path,
        app=None,
        sightings=tuple(
            Sighting(endpoint(value), 1, Party.FIRST, Evidence("classes.dex", place, "dex-string/url"))
            for place, value in enumerate(values)
        ),
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    keep(lake, (unit(0), document("a.apk", "b.test", "a.test")), (unit(1), document("b.apk", "a.test")))
    keep(lake, (unit(2), document("c.apk", "c.test")), (unit(3), document("empty.apk")))
    return lake


@pytest.mark.parametrize(
    ("numbers", "paths"),
    [
        ([0, 1, 2, 3], ["a.apk", "b.apk", "c.apk", "empty.apk"]),
        ([3], ["empty.apk"]),
        ([2, 2, 9], ["c.apk"]),
        ([], []),
    ],
)
def test_only_requested_documents_are_read(numbers: list[int], paths: list[str], lake: Lake) -> None:
    assert sorted(read.path for _, read in read_app_documents(lake, map(unit, numbers))) == paths


def test_each_endpoint_comes_once(lake: Lake) -> None:
    assert list(distinct_endpoints(lake, [unit(0), unit(1)])) == [endpoint("a.test"), endpoint("b.test")]
    assert [found.value for found in distinct_endpoints(lake, [unit(2), unit(3)])] == ["c.test"]


def test_each_app_leads_to_its_endpoints(lake: Lake) -> None:
    rows = [(row.app_sha256, row.endpoint, row.offset) for row in app_endpoints(lake, [unit(0), unit(1)])]
    assert rows == [(unit(0).key, "a.test", 1), (unit(1).key, "a.test", 0), (unit(0).key, "b.test", 0)]


def test_another_version_of_the_analysis_is_not_mixed_in(lake: Lake) -> None:
    newer = msgspec.structs.replace(unit(0), version="v2")
    keep(lake, (newer, document("a.apk", "new.test")))
    assert [found.value for found in distinct_endpoints(lake, [newer])] == ["new.test"]


def test_a_hundred_thousand_keys(lake: Lake) -> None:
    assert len(list(distinct_endpoints(lake, map(unit, range(100_000))))) == 3


def distinct_endpoints(lake: Lake, units: Iterable[Unit]) -> list[Endpoint]:
    return [found for found, _ in endpoints_with_parties(lake, units)]


def cloud(value: str, *names: str, host: str = "a.test", party: Party = Party.FIRST) -> Sighting:
    found = Endpoint(EndpointKind.CLOUD, value, "https", host, 443, service=value.partition(":")[0])
    return Sighting(found, 1, party, Evidence("classes.dex", 1, "dex-string/cloud-host"), names=names)


def test_containers_of_an_endpoint_are_gathered_over_apps(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    first = AppDocument("a.apk", None, sightings=(cloud("s3:a", "b", "a"), cloud("hasura:x")))
    other = AppDocument("b.apk", None, sightings=(cloud("s3:a", "c"),))
    keep(lake, (unit(0), first), (unit(1), other))
    assert container_names(lake, [unit(0), unit(1)]) == {"s3:a": ("a", "b", "c")}
    assert container_names(lake, [unit(1)]) == {"s3:a": ("c",)}


def test_key_applies_only_to_endpoints_of_its_app(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    anon = PublicKey("supabase_anon", "made-up", ("supabase",), "supabase:a")
    parse = PublicKey("parse", "made-up-too", ("parse",))
    first = AppDocument(
        "a.apk",
        None,
        sightings=(cloud("supabase:a"), cloud("back4app:b"), cloud("x:c", party=Party.THIRD)),
        keys=(anon, parse),
    )
    other = AppDocument("b.apk", None, sightings=(cloud("back4app:other"),))
    keep(lake, (unit(0), first), (unit(1), other))
    found = public_keys(lake, [unit(0), unit(1)])
    assert found == {"supabase:a": (parse, anon), "back4app:b": (parse,)}


def test_parts_of_a_project_have_its_keys(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    anon = PublicKey("supabase_anon", "made-up", ("supabase", "supabase-storage"), "supabase:a")
    named = ("supabase:a", "supabase-storage:a", "supabase-storage:b", "supabasex:a", "s3:a")
    keep(lake, (unit(0), AppDocument("a.apk", None, sightings=tuple(map(cloud, named)), keys=(anon,))))
    assert public_keys(lake, [unit(0)]) == {"supabase:a": (anon,), "supabase-storage:a": (anon,)}


def test_of_two_endpoints_with_one_value_the_one_with_a_host_comes(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    first = AppDocument("a.apk", None, sightings=(cloud("s3:a", host=""),))
    other = AppDocument("b.apk", None, sightings=(cloud("s3:a", host="a.s3.test"),))
    keep(lake, (unit(0), first), (unit(1), other))
    assert [one.host for one in distinct_endpoints(lake, [unit(0), unit(1)])] == ["a.s3.test"]


def test_selected_endpoints_only(lake: Lake) -> None:
    rows = [(row.app_sha256, row.endpoint) for row in app_endpoints(lake, [unit(0), unit(1)], {"b.test", "z.test"})]
    assert rows == [(unit(0).key, "b.test")]
    assert list(app_endpoints(lake, [unit(0)], ())) == []


def test_an_endpoint_is_first_party_if_it_is_that_of_one_app(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    parties = (Party.PLATFORM, Party.THIRD, Party.UNKNOWN, Party.FIRST)
    for number, party in enumerate(parties):
        keep(lake, (unit(number), AppDocument("x.apk", None, sightings=(cloud("s3:a", party=party),))))
    for some in chain.from_iterable(combinations(range(4), size) for size in range(1, 5)):
        units = [unit(number) for number in some]
        assert [party for _, party in endpoints_with_parties(lake, units)] == [parties[max(some)]]


def test_what_packages_declare_is_found_without_their_sightings(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    app = App(Platform.ANDROID, "org.one", unit(0).key, vendor="One")
    secret = Credential(
        "aws_key", "AK…12", "", Evidence("a.json", 1, "json/credential"), grade=CredentialGrade.SUPERUSER
    )
    rule = CleartextPolicy("*", include_subdomains=True, cleartext=True, user_cas=False, pins=0, source="manifest")
    keep(
        lake,
        (unit(0), AppDocument("a.apk", app, credentials=(secret,), cleartext=(rule, rule))),
        (unit(1), AppDocument("b.apk", None)),
        (unit(2), AppDocument("c.apk", app, credentials=(secret,), cleartext=(rule,))),
    )
    units = [unit(0), unit(1)]
    assert list(app_credentials(lake, units)) == [(unit(0).key, secret)]
    assert list(app_policies(lake, keys_table(units))) == [(unit(0).key, rule)] * 2
    assert list(apps_of(lake, units, {unit(0).key, unit(1).key, unit(2).key})) == [(unit(0).key, app)]
