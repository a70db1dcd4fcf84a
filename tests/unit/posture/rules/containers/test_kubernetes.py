"""Kubernetes manifests: data stores in containers, and the Services of the same file that lead to them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules import reader_for
from tieback.posture.rules.audit import audit_rules
from tieback.posture.rules.containers.kubernetes import Kubernetes
from tieback.posture.rules.folder import parts_of
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.part import RulesPart
from tieback.posture.rules.source import RulesText

READER = Kubernetes()
PATH = "Deployment/db/main"


def deployment(image: str, port: int, *, pod: dict[str, Any] | None = None, **container: Any) -> dict[str, Any]:
    main = {"name": "main", "image": image, "ports": [{"containerPort": port, "name": "data"}], **container}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "db"},
        "spec": {"template": {"metadata": {"labels": {"app": "db", "tier": "data"}},
                              "spec": {"containers": [main], **(pod or {})}}},
    }  # fmt: skip


def service(port: int, type_: str = "", *, target: Any = None, selector: Any = None, **more: Any) -> dict[str, Any]:
    rows = [{"port": port} | ({"targetPort": target} if target is not None else {})]
    spec = {"selector": selector or {"app": "db"}, "ports": rows, **({"type": type_} if type_ else {})}
    annotations = more.pop("annotations", {})
    return {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "db", "annotations": annotations},
        "spec": spec | more,
    }  # fmt: skip


INGRESS = {
    "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "db"},
    "spec": {"rules": [{"http": {"paths": [{"path": "/", "backend": {"service": {"name": "db"}}}]}}]},
}  # fmt: skip


def manifests(*objects: dict[str, Any]) -> str:
    return "\n---\n".join(json.dumps(one, indent=1) for one in objects)


OPEN_ES = [{"name": "xpack.security.enabled", "value": "false"}]
MONGO = ("mongo:7", 27017)
CASES: list[tuple[str, str, str]] = [
    ("a load balancer", manifests(deployment(*MONGO), service(27017, "LoadBalancer")), "rw"),
    ("the Service comes first", manifests(service(27017, "LoadBalancer"), deployment(*MONGO)), "rw"),
    ("another port outside", manifests(deployment(*MONGO), service(80, "LoadBalancer", target=27017)), "rw"),
    ("a named port", manifests(deployment(*MONGO), service(80, "LoadBalancer", target="data")), "rw"),
    ("a node port", manifests(deployment(*MONGO), service(27017, "NodePort")), "r?w?"),
    ("only inside the cluster", manifests(deployment(*MONGO), service(27017)), "--"),
    ("only inside, with its type", manifests(deployment(*MONGO), service(27017, "ClusterIP")), "--"),
    ("no Service in the file", manifests(deployment(*MONGO)), "-?-?"),
    ("a Service of something else", manifests(
        deployment(*MONGO), service(27017, "LoadBalancer", selector={"app": "x"})), "-?-?"),
    ("a Service that selects more", manifests(
        deployment(*MONGO), service(27017, "LoadBalancer", selector={"app": "db", "zone": "a"})), "-?-?"),
    ("a Service of two labels", manifests(
        deployment(*MONGO), service(27017, "LoadBalancer", selector={"app": "db", "tier": "data"})), "rw"),
    ("an unknown type", manifests(deployment(*MONGO), service(27017, "Mesh")), "r?w?"),
    ("another port", manifests(deployment(*MONGO), service(9216, "LoadBalancer")), "-?-?"),
    ("an internal load balancer", manifests(deployment(*MONGO), service(
        27017, "LoadBalancer", annotations={"networking.gke.io/load-balancer-type": "Internal"})), "r?w?"),
    ("a load balancer for some networks", manifests(deployment(*MONGO), service(
        27017, "LoadBalancer", loadBalancerSourceRanges=["203.0.113.0/24"])), "r?w?"),
    ("a load balancer for all networks", manifests(deployment(*MONGO), service(
        27017, "LoadBalancer", loadBalancerSourceRanges=["0.0.0.0/0"])), "rw"),
    ("an external address", manifests(deployment(*MONGO), service(27017, externalIPs=["203.0.113.9"])), "rw"),
    ("a host port", manifests(deployment("redis:7", 6379, ports=[{"containerPort": 6379, "hostPort": 6379}])), "r?w?"),
    ("a host port on loopback", manifests(
        deployment("redis:7", 6379, ports=[{"containerPort": 6379, "hostPort": 6379, "hostIP": "127.0.0.1"}])), "--"),
    ("the network of the node", manifests(deployment("redis:7", 6379, pod={"hostNetwork": True})), "r?w?"),
    ("a password of a secret", manifests(
        deployment("mongo:7", 27017, env=[{"name": "MONGO_INITDB_ROOT_USERNAME", "valueFrom": {
            "secretKeyRef": {"name": "s", "key": "u"}}}]), service(27017, "LoadBalancer")), "--"),
    ("a user of a config map", manifests(
        deployment("mongo:7", 27017, env=[{"name": "MONGO_INITDB_ROOT_USERNAME", "valueFrom": {
            "configMapKeyRef": {"name": "s", "key": "u"}}}]), service(27017, "LoadBalancer")), "-?-?"),
    ("variables of another object", manifests(
        deployment("mongo:7", 27017, envFrom=[{"secretRef": {"name": "s"}}]), service(27017, "LoadBalancer")), "r?w?"),
    ("a password in the arguments", manifests(
        deployment("redis:7", 6379, args=["--requirepass", "$(PASS)"], env=[{"name": "PASS", "value": "x"}]),
        service(6379, "LoadBalancer")), "--"),
    ("a password of a secret in the arguments", manifests(
        deployment("redis:7", 6379, command=["sh", "-c", "exec redis-server --requirepass \"$PASS\""], env=[
            {"name": "PASS", "valueFrom": {"secretKeyRef": {"name": "s", "key": "p"}}}]),
        service(6379, "LoadBalancer")), "--"),
    ("a mounted configuration", manifests(
        deployment("redis:7", 6379, args=["/usr/local/etc/redis/redis.conf"],
                   volumeMounts=[{"name": "c", "mountPath": "/usr/local/etc/redis"}]),
        service(6379, "LoadBalancer")), "r?w?"),
    ("Elasticsearch behind an Ingress", manifests(
        deployment("elasticsearch:8.1.0", 9200, env=OPEN_ES), service(9200), INGRESS), "r?w?"),
    ("MongoDB is not behind an Ingress", manifests(deployment(*MONGO), service(27017), INGRESS), "--"),
    ("a list", json.dumps({"apiVersion": "v1", "kind": "List",
                           "items": [deployment(*MONGO), service(27017, "LoadBalancer")]}), "rw"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_access_by_container(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", PATH) == expected
    assert reader_for(RulesText("db.yaml", text)).meta.name == "kubernetes"


YAML = """\
apiVersion: v1
kind: Service
metadata:
  name: search
spec:
  type: LoadBalancer
  selector:
    app: es
  ports:
    - port: 9200
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: es}
spec:
  template:
    metadata: {labels: {app: es}}
    spec:
      containers:
        - name: es
          image: docker.elastic.co/elasticsearch/elasticsearch:8.11.0
          env:
            - name: xpack.security.enabled
              value: "false"
"""


def test_the_answer_names_the_service_and_the_line_of_the_setting() -> None:
    policy = READER.read(RulesText("es.yaml", YAML))
    assert list(policy.paths()) == ["StatefulSet/es/es"]
    permit = policy.ask(Requester.ANONYMOUS, "StatefulSet/es/es").write
    assert (permit.line, permit.certain) == (23, True)
    assert permit.rule.endswith("Service search, LoadBalancer; xpack.security.enabled=false")


def test_the_manifests_of_a_folder_are_one_state(tmp_path: Path) -> None:
    service_, workload = YAML.split("---\n")
    (tmp_path / "service.yaml").write_text(service_)
    (tmp_path / "statefulset.yaml").write_text(workload)
    (tmp_path / "settings.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n")
    (tmp_path / "redis.conf").write_text("protected-mode yes\n")
    manifests, other = parts_of(tmp_path)
    assert other == tmp_path / "redis.conf"
    assert isinstance(manifests, RulesPart)
    (answer,) = audit_rules(manifests, [Requester.ANONYMOUS])
    assert (answer.read, answer.certain, answer.path) == (True, True, "StatefulSet/es/es")
    assert (Path(answer.file).name, answer.line) == ("statefulset.yaml", 12)


def test_a_template_of_helm_is_an_error_with_advice() -> None:
    with pytest.raises(InputError, match="helm template"):
        READER.read(RulesText("x.yaml", YAML.replace("9200", "{{ .Values.port }}")))


def test_a_pod_and_several_containers() -> None:
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "web", "image": "nginx"}, {"name": "cache", "image": "memcached"}]},
    }  # fmt: skip
    assert list(READER.read(RulesText("p.json", json.dumps(pod))).paths()) == ["Pod/p/cache"]


@pytest.mark.parametrize("text", ["apiVersion: v1\nkind: ConfigMap\n", "apiVersion: v1\nkind: List\nitems: 7\n", "[]"])
def test_a_file_without_data_stores_is_an_error_not_a_closed_one(text: str) -> None:
    with pytest.raises(InputError, match="no container in it is a known data store"):
        READER.read(RulesText("x.yaml", text))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 99_999)
    | st.sampled_from(["mongo", "$(A)", "LoadBalancer", "db", "\0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "value", "port", "app", "containers"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from([case[1] for case in CASES[:20]]), st.integers(0, 1000), VALUES)
def test_a_damaged_manifest_never_raises_another_error(text: str, at: int, junk: Any) -> None:
    lines = text.split("\n")
    lines[at % len(lines)] = json.dumps(junk)
    try:
        policy = READER.read(RulesText("x.yaml", "\n".join(lines)))
    except InputError:
        return
    for path in policy.paths():
        assert isinstance(policy.ask(Requester.ANONYMOUS, path).read.allowed, bool)
