"""A resource of a cloud account, as the account describes it: what is public, encrypted, logged, and by whose word.

Every statement has three values at least. What a source does not say, or could not collect, stays ``unknown``; it never
turns into a pass.
"""

from enum import StrEnum

import msgspec


class Answer(StrEnum):
    """Answer to a yes-or-no question."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, value: bool | None) -> "Answer":
        """From a flag; ``None`` is unknown."""
        return cls.UNKNOWN if value is None else cls.YES if value else cls.NO


class AtRest(StrEnum):
    """Encryption at rest, and the owner of the key."""

    NONE = "none"
    PROVIDER_KEY = "provider_key"
    CUSTOMER_KEY = "customer_key"
    ENCRYPTED = "encrypted"
    """Encrypted; whose key it is, is not told."""
    UNKNOWN = "unknown"


class ResourceKind(StrEnum):
    """Kind of resource; each kind is counted separately."""

    DATABASE = "database"
    """A hosted database, warehouse, cache or search service."""
    BUCKET = "bucket"
    """Object storage."""
    SNAPSHOT = "snapshot"
    """A backup that stands on its own."""
    HOST = "host"
    """A machine with an address: no hosted database, but one may run on it."""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Host and port of a resource."""

    host: str
    """Lower-case name."""
    port: int | None = None

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


class Resource(msgspec.Struct, frozen=True, omit_defaults=True):
    """A resource according to one source, or according to all sources after they were merged."""

    key: str
    """The provider's own full name of it: an ARN, an ARM id in lower case, a full resource name. Equal keys are one."""
    provider: str
    """``aws``, ``azure``, ``gcp`` or ``mongodb-atlas``."""
    kind: ResourceKind
    account: str = ""
    """Account, subscription or project."""
    region: str = ""
    service: str = ""
    """As the provider names it, such as ``rds``."""
    product: str = ""
    """As a probe of ours is named, such as ``postgresql``; empty where the source does not tell."""
    engine: str = ""
    """In the provider's words, with its version where told."""
    name: str = ""
    """The short name that people know it by."""
    endpoints: tuple[Place, ...] = ()
    addresses: tuple[str, ...] = ()
    """Canonical public addresses that are its own."""
    cloud: tuple[str, ...] = ()
    """As an endpoint of an app spells it, such as ``s3:shop-data``."""
    listens: int | None = None
    """The port that it serves on."""
    flag: Answer = Answer.UNKNOWN
    """Whether its own switch makes it public: a public address, public network access, no block of public access."""
    route: Answer = Answer.UNKNOWN
    """Whether the Internet has a way to its network."""
    port: Answer = Answer.UNKNOWN
    """Whether firewall rules, policies or access lists let everybody through to what it serves."""
    path: tuple[str, ...] = ()
    """What lets the Internet in or keeps it out, each thing by its name."""
    at_rest: AtRest = AtRest.UNKNOWN
    key_id: str = ""
    in_transit: Answer = Answer.UNKNOWN
    """Whether it insists on TLS."""
    authentication: Answer = Answer.UNKNOWN
    """Whether it asks who connects."""
    backups: Answer = Answer.UNKNOWN
    backups_encrypted: Answer = Answer.UNKNOWN
    backups_public: Answer = Answer.UNKNOWN
    """Whether everybody may restore one; for a snapshot, whether everybody may restore it."""
    logging: Answer = Answer.UNKNOWN
    needs: tuple[str, ...] = ()
    """Ids of what decides about it: security groups, networks, keys."""
    subnets: tuple[str, ...] = ()
    part: str = ""
    """The member of a cluster that a statement is about; empty for the whole."""
    source: str = ""
    """Which tool or export says so."""
    seen: str = ""
    """When that was seen, ISO 8601 UTC."""
    sources: tuple[str, ...] = ()
    """Of a settled resource: every source with its day."""
    problems: tuple[str, ...] = ()
    planned: bool = False
    """It stands in code alone (a template), not in an account yet."""

    @property
    def public(self) -> Answer:
        """Whether the Internet reaches it: flag, route and port all say so. One no is enough for no."""
        steps = (self.flag, self.route, self.port)
        if Answer.NO in steps:
            return Answer.NO
        return Answer.UNKNOWN if Answer.UNKNOWN in steps else Answer.YES

    @property
    def label(self) -> str:
        """Name for people."""
        return self.name or self.key


class DependencyKind(StrEnum):
    """What decides about resources."""

    FIREWALL = "firewall"
    """Rules that let traffic through: a security group, the firewall rules of a server, an access list."""
    ROUTES = "routes"
    """A route table."""
    KEY = "key"
    """An encryption key."""
    MEMBER = "member"
    """A member of a cluster: what is said of it is said of the cluster."""
    ACL = "acl"
    """A list of a network that lets traffic through or not, whatever the groups say."""
    FRONT = "front"
    """A load balancer, a listener, a group of targets, or a target: what may stand in front of a store."""
    INTERFACE = "interface"
    """A network interface that a service made for a store."""
    BLOCK = "block"
    """A switch of the whole account that blocks public access."""


class Opening(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ports that a firewall opens to the Internet."""

    low: int
    high: int
    source: str
    """The net, such as ``0.0.0.0/0``."""


class Dependency(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that decides about resources, and is described apart from them."""

    id: str
    """What resources need it by: id of a group, of a network for its route tables, of a key."""
    kind: DependencyKind
    name: str
    """For people, such as ``security group sg-1 (web)``; of a member the key of its whole."""
    account: str = ""
    openings: tuple[Opening, ...] = ()
    """Of a firewall: what everybody may reach; empty where it admits nobody from the Internet."""
    subnets: tuple[str, ...] = ()
    """Of a route table: those that it is bound to."""
    main: bool = False
    """Of a route table or list: whether it holds for every subnet that no other one is bound to."""
    answer: Answer = Answer.UNKNOWN
    """Of a route table: whether it leads to the Internet; of a key: whether it is the customer's own; of a block:
    whether it is on; of a load balancer: whether it faces the Internet."""
    needs: tuple[str, ...] = ()
    """Ids of what decides about it in turn: of a listener the groups of targets, of these the load balancers."""
    network: str = ""
    """Of a group of targets and an interface: where it is."""
    endpoints: tuple[Place, ...] = ()
    """Of a load balancer: what it answers as."""
    source: str = ""
    seen: str = ""
