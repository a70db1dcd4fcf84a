"""A store that shows nothing is not known to be empty, if the product hides what a client may not see.

``LISTS_ALL`` has every probe whose product refuses instead of hiding, or that judges no content. A new probe must be in
it, or declare in ``ProbeMeta.hides`` what its servers hide.
"""

import pytest

from tests.each import each
from tieback.assess.exposures import assess_exposures
from tieback.model.figure import Quality, exact
from tieback.model.probe import Access, Container, Entry, Identity, ProbeReport
from tieback.pii.names import NameDetector
from tieback.probes import PROBES
from tieback.probes.interface import Probe, ReportDraft, run_to_report
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.scope.conversation import Connect, Conversation, Target

REFUSES = "refuses a list or a count that the client may not have"
ONLY_ACCESS = "never says that a store is empty: it judges access, or what the server offers"
WHOLE = "its figures are those of the whole server, not of an account"
BY_NAME = "the containers that the app names; names without a list are never called empty"
NO_ROLES = "has no rights within a server that one can enter"
LISTS_ALL = {
    **dict.fromkeys(("mongodb", "postgresql", "couchdb", "couchbase", "arangodb", "solr", "hdfs"), REFUSES),
    **dict.fromkeys(("s3", "gcs", "azure_blob", "firestore", "firebase_rtdb", "firebase_storage"), BY_NAME),
    **dict.fromkeys(("supabase_storage", "sync_gateway", "postgrest", "xano", "rsync"), BY_NAME),
    **dict.fromkeys(("redis", "memcached", "etcd", "zookeeper", "mqtt", "nats", "rabbitmq"), WHOLE),
    **dict.fromkeys(("influxdb", "prometheus", "victoriametrics", "zipkin", "cassandra", "consul"), REFUSES),
    **dict.fromkeys(("meilisearch", "typesense", "qdrant", "rethinkdb", "ignite", "redis_commander"), NO_ROLES),
    **dict.fromkeys(("webdav", "ftp", "directory_listing", "restic_rest", "sqlite_web", "datasette"), NO_ROLES),
    **dict.fromkeys(("algolia", "amqp", "dask", "dask_scheduler", "docker_api", "drda", "flink"), ONLY_ACCESS),
    **dict.fromkeys(("elasticsearch_transport", "flower", "flowise", "gradio", "grafana", "jenkins"), ONLY_ACCESS),
    **dict.fromkeys(("jupyter", "kubernetes", "langflow", "ldap", "marimo", "mcp", "minio_console"), ONLY_ACCESS),
    **dict.fromkeys(("mlflow", "mssql", "n8n", "nats_client", "node_red", "ollama", "open_webui"), ONLY_ACCESS),
    **dict.fromkeys(("openai_compatible", "openwire", "oracle", "prefect", "ray", "rclone_rcd", "smb"), ONLY_ACCESS),
    **dict.fromkeys(("spark", "spring_actuator", "stomp", "streamlit", "triton", "vault", "web"), ONLY_ACCESS),
}
HIDING = [probe for probe in PROBES if probe.meta.hides]


def report_of(probe: Probe, *, sees_all: bool = False) -> ProbeReport:
    """Of a probe that got in and found nothing."""

    def talk(draft: ReportDraft) -> Conversation[None]:
        draft.spoke, draft.product, draft.access = True, "store", Access.OPEN_EMPTY
        draft.sees_all = sees_all
        draft.prove("login", "a synthetic user gets in", Access.ANY_USER)
        yield Connect(False)

    target = Target("127.0.0.1", probe.meta.ports[0])
    return play(run_to_report(probe.meta, target, talk), MemoryPeer(recorded_answers([])), ()).result


def test_each_probe_says_whether_its_product_hides_content() -> None:
    names = [probe.meta.name for probe in PROBES]
    hiding = {probe.meta.name for probe in HIDING}
    assert {name for name in names if name not in LISTS_ALL} == hiding
    assert hiding.isdisjoint(LISTS_ALL)
    assert set(names) >= LISTS_ALL.keys()
    assert {"mysql", "clickhouse", "clickhouse_native", "elasticsearch", "kafka"} <= hiding


@each("probe", HIDING, ids=lambda probe: probe.meta.name)
def test_what_shows_nothing_is_not_called_empty(probe: Probe) -> None:
    report = report_of(probe)
    assert (report.access, report.unlisted, report.entry) == (
        Access.SCHEMA_ONLY,
        (probe.meta.hides,),
        Entry.ANY_USER,
    )
    assert probe.meta.hides in report.problems
    (store,) = assess_exposures([report], {}, NameDetector())
    assert (store.records.value, store.records.quality) == (0, Quality.LOWER_BOUND)
    assert store.unlisted == report.unlisted


@each("probe", PROBES, ids=lambda probe: probe.meta.name)
def test_what_was_listed_as_a_whole_is_empty(probe: Probe) -> None:
    report = report_of(probe, sees_all=True)
    assert (report.access, report.unlisted) == (Access.OPEN_EMPTY, ())


@pytest.mark.parametrize(("unlisted", "quality"), [((), Quality.EXACT), (("more tables",), Quality.LOWER_BOUND)])
def test_the_sum_of_a_part_is_a_lower_bound(unlisted: tuple[str, ...], quality: Quality) -> None:
    people = Container(("people",), "table", records=exact(7, "count"), bytes=exact(70, "size"))
    one = ProbeReport(
        "h:1",
        outcome=report_of(HIDING[0]).outcome,
        access=Access.PARTIAL,
        product="store",
        identity=Identity("store:uuid:1", "vendor_id"),
        containers=(people,),
        unlisted=unlisted,
    )
    (store,) = assess_exposures([one], {}, NameDetector())
    assert (store.records.value, store.records.quality, store.bytes.quality) == (7, quality, quality)
