"""Kubernetes manifests: the data stores among their containers, and the Services that lead to them.

Source: https://kubernetes.io/docs/reference/kubernetes-api/. A Service in another file can lead to the same container,
so a container without a Service here is not certainly closed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tieback.posture.rules.containers.images import UNKNOWN, store_image
from tieback.posture.rules.containers.policy import ContainerPolicy
from tieback.posture.rules.containers.service import ContainerService, PublishedPort, Variable
from tieback.posture.rules.interface import RulesReaderMeta
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_yaml_documents

_RECOGNISED = tuple(
    re.compile(rf"(?m)^[{{\s]*[\"']?{key}[\"']?\s*:|,\s*\"{key}\"\s*:") for key in ("apiVersion", "kind")
)
"""Keys of an object, at the beginning of a line or in JSON."""
_VARIABLE = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)|\$\{?([A-Za-z_]\w*)\}?")
_PODS = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"}
_INTERNAL = (
    "service.beta.kubernetes.io/aws-load-balancer-internal",
    "service.beta.kubernetes.io/azure-load-balancer-internal",
    "networking.gke.io/load-balancer-type",
    "cloud.google.com/load-balancer-type",
    "service.beta.kubernetes.io/aws-load-balancer-scheme",
)
_PRIVATE_VALUES = {"true", "internal"}
_EMPTY = ConfigNode({}, 0)
_MAX_OBJECTS = 20_000


@dataclass(frozen=True, slots=True)
class _Service:
    """A Service, and how it is reached."""

    name: str
    namespace: str
    selector: Mapping[str, str]
    type: str
    line: int
    ports: tuple[tuple[str, str], ...]
    """Port of the Service (or of the node), and target port: a number or a name."""
    is_internal: bool
    is_restricted: bool
    has_external_ips: bool
    file: str
    """Its file, if several files are read together."""


class Kubernetes:
    """Reads manifests."""

    meta = RulesReaderMeta(
        "kubernetes", "Kubernetes manifests", "https://kubernetes.io/docs/concepts/services-networking/service/"
    )

    def recognises(self, text: RulesText) -> bool:
        """True if the file has objects with an API version and a kind."""
        head = text.text[:200_000]
        return all(pattern.search(head) is not None for pattern in _RECOGNISED)

    def read(self, text: RulesText) -> ContainerPolicy:
        """Read all objects. Raises ``InputError``, also for a template of Helm."""
        return self._policy([text], one_file=True)

    def read_project(self, texts: Sequence[RulesText]) -> ContainerPolicy:
        """Read the manifests of a folder as one state, so that Services are found. Raises as ``read``."""
        return self._policy(texts, one_file=False)

    def _policy(self, texts: Sequence[RulesText], *, one_file: bool) -> ContainerPolicy:
        objects = [(each, text) for text in texts for each in _read(text)][:_MAX_OBJECTS]
        services: dict[tuple[str, str], list[_Service]] = {}
        for each, text in objects:
            if _text(each, "kind") == "Service":
                service = _service(each, "" if one_file else text.path)
                for label in list(service.selector.items())[:1]:
                    services.setdefault(label, []).append(service)
        ingresses = {name for each, _ in objects if _text(each, "kind") == "Ingress" for name in _backends(each)}
        found = [
            replace(container, file="" if one_file else text.path)
            for each, text in objects
            for container in _containers(each, services, ingresses)
        ]
        return ContainerPolicy(texts[0], found)


def _read(text: RulesText) -> Iterator[ConfigNode]:
    if "{{" in text.text:
        raise text.error(text.text.index("{{"), "a manifest, not a template: render it with `helm template`")
    for document in read_yaml_documents(text):
        yield from _objects(document)


def _objects(document: ConfigNode) -> Iterator[ConfigNode]:
    if _text(document, "kind").endswith("List") and document.get("items") is not None:
        yield from (document.get("items") or _EMPTY).each()
    else:
        yield document


def _text(node: ConfigNode, *keys: str) -> str:
    found: ConfigNode | None = node
    for key in keys:
        # Names of labels and annotations contain dots, so each key is looked up by itself.
        found = found.value.get(key) if found is not None and isinstance(found.value, dict) else None
    return found.text if found is not None else ""


def _at(node: ConfigNode, *keys: str) -> ConfigNode:
    found = node
    for key in keys:
        found = found.value.get(key, _EMPTY) if isinstance(found.value, dict) else _EMPTY
    return found


def _each(node: ConfigNode) -> Sequence[ConfigNode]:
    return node.value if isinstance(node.value, list) else ()


def _service(one: ConfigNode, file: str) -> _Service:
    spec = _at(one, "spec")
    annotations = {name: value.text.lower() for name, value in _at(one, "metadata", "annotations").items()}
    ranges = _at(spec, "loadBalancerSourceRanges").texts() if _each(_at(spec, "loadBalancerSourceRanges")) else []
    return _Service(
        _text(one, "metadata", "name"),
        _text(one, "metadata", "namespace"),
        {name: value.text for name, value in _at(spec, "selector").items()},
        _text(spec, "type") or "ClusterIP",
        (_at(spec, "type") if _text(spec, "type") else one).line,
        tuple(
            (_text(port, "port"), _text(port, "targetPort") or _text(port, "port"))
            for port in _each(_at(spec, "ports"))
            if _text(port, "protocol") in {"", "TCP"}
        ),
        any(annotations.get(name) in _PRIVATE_VALUES for name in _INTERNAL),
        bool(ranges) and not {"0.0.0.0/0", "::/0"} & set(ranges),
        bool(_each(_at(spec, "externalIPs"))),
        file,
    )


def _backends(one: ConfigNode) -> Iterator[str]:
    """Names of the Services behind an Ingress."""
    paths = [path for rule in _each(_at(one, "spec", "rules")) for path in _each(_at(rule, "http", "paths"))]
    for backend in (_at(one, "spec", "defaultBackend"), *(_at(path, "backend") for path in paths)):
        yield _text(backend, "service", "name") or _text(backend, "serviceName")


def _containers(
    one: ConfigNode, services: Mapping[tuple[str, str], Sequence[_Service]], ingresses: set[str]
) -> Iterator[ContainerService]:
    """The containers of a workload; ``services`` by the first label that each one selects."""
    kind = _text(one, "kind")
    if kind == "Pod":
        pod, labels = _at(one, "spec"), _at(one, "metadata", "labels")
    elif kind in _PODS:
        pod, labels = _at(one, "spec", "template", "spec"), _at(one, "spec", "template", "metadata", "labels")
    else:
        return
    named = {name: value.text for name, value in labels.items()}
    namespace = _text(one, "metadata", "namespace")
    candidates = (service for label in named.items() for service in services.get(label, ()))
    chosen = [
        service
        for service in candidates
        if service.selector.items() <= named.items()
        and (service.namespace == namespace or not service.namespace or not namespace)
    ]
    for container in _each(_at(pod, "containers")):
        name = f"{kind}/{_text(one, 'metadata', 'name')}/{_text(container, 'name')}"
        yield _container(name, container, pod, chosen, ingresses)


def _container(
    name: str, node: ConfigNode, pod: ConfigNode, services: Sequence[_Service], ingresses: set[str]
) -> ContainerService:
    environment = {}
    for item in _each(_at(node, "env")):
        source = _at(item, "valueFrom")
        value = None if source is not _EMPTY else _text(item, "value")
        is_secret = _at(source, "secretKeyRef") is not _EMPTY
        environment[_text(item, "name")] = Variable(value, item.line, secret=is_secret)
    complete = not _each(_at(node, "envFrom"))
    words = (
        _word(text, line, environment, complete=complete)
        for key in ("command", "args")
        for item in _each(_at(node, key))
        for text, line in _split(item)
    )
    published, inside, certain = _published(node, pod, services, ingresses)
    image = _at(node, "image")
    return ContainerService(
        name,
        image.text,
        image.line or node.line,
        environment,
        complete,
        tuple(words),
        tuple(_text(mount, "mountPath") for mount in _each(_at(node, "volumeMounts"))),
        tuple(published),
        inside,
        certain,
    )


def _split(item: ConfigNode) -> Iterator[tuple[str, int]]:
    """The words of an argument: one, or those of a shell's script."""
    yield from ((word.strip("\"'"), item.line) for word in item.text[:20_000].split()[:1000])


def _word(text: str, line: int, environment: Mapping[str, Variable], *, complete: bool) -> Variable:
    secret = False

    def value(found: re.Match[str]) -> str:
        nonlocal secret
        variable = environment.get(found[1] or found[2])
        if variable is None:
            return "" if complete else UNKNOWN
        secret = secret or variable.secret
        return UNKNOWN if variable.value is None else variable.value

    filled = _VARIABLE.sub(value, text)
    if filled and not filled.strip(UNKNOWN):
        return Variable(None, line, secret=secret)
    return Variable(filled.replace(UNKNOWN, "…") if secret else filled, line)


def _published(
    node: ConfigNode, pod: ConfigNode, services: Sequence[_Service], ingresses: set[str]
) -> tuple[list[PublishedPort], str, bool]:
    """Ports that are reachable from outside the cluster; otherwise why there are none, and whether that is certain."""
    image = store_image(_text(node, "image"))
    named = {_text(port, "name"): _text(port, "containerPort") for port in _each(_at(node, "ports"))}
    found: list[PublishedPort] = []
    # Whether the network of the nodes is reachable is not in the file.
    if _text(pod, "hostNetwork") == "true" and image is not None:
        line = _at(pod, "hostNetwork").line
        found += [PublishedPort(port, str(port), "", line, "hostNetwork: true", certain=False) for port in image.ports]
    for port in _each(_at(node, "ports")):
        outside, number = _text(port, "hostPort"), _number(_text(port, "containerPort"))
        if outside:
            how = f"hostPort: {outside}"
            found.append(PublishedPort(number, outside, _text(port, "hostIP"), port.line, how, certain=False))
    inside = []
    for service in services:
        for outside, target in service.ports:
            port_number = _number(named.get(target, target))
            how = f"Service {service.name}, {service.type}"
            if service.type in {"NodePort", "LoadBalancer"} or service.has_external_ips:
                certain = not service.is_internal and not service.is_restricted and service.type != "NodePort"
                found.append(
                    PublishedPort(port_number, outside, "", service.line, how, file=service.file, certain=certain)
                )
            elif service.name in ingresses and image is not None and image.web:
                found.append(
                    PublishedPort(port_number, "", "", service.line, f"{how}, behind an Ingress", certain=False)
                )
            elif service.type in {"ClusterIP", "ExternalName"}:
                inside.append(service.name)
            else:
                found.append(
                    PublishedPort(port_number, outside, "", service.line, how, file=service.file, certain=False)
                )
    if inside and not found:
        return [], f"Service {inside[0]} is reachable only inside the cluster", True
    return found, "no Service of this file leads to it", False


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None
