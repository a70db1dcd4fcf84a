"""A resource of a cloud account as the account describes it: public, encrypted, logged, with the source.

Every statement has at least three values. What a source does not contain, or could not collect, stays ``unknown``; it
never becomes a pass.
"""

from enum import StrEnum

import msgspec


class TriState(StrEnum):
    """Answer to a yes-or-no question."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, value: bool | None) -> "TriState":
        """From a boolean; ``None`` is unknown."""
        return cls.UNKNOWN if value is None else cls.YES if value else cls.NO


class AtRest(StrEnum):
    """Encryption at rest, and the owner of the key."""

    NONE = "none"
    PROVIDER_KEY = "provider_key"
    CUSTOMER_KEY = "customer_key"
    ENCRYPTED = "encrypted"
    """Encrypted, with an unknown key."""
    UNKNOWN = "unknown"


class ResourceKind(StrEnum):
    """Kind of resource; each kind is counted separately."""

    DATABASE = "database"
    """A hosted database, warehouse, cache or search service."""
    BUCKET = "bucket"
    """Object storage."""
    SNAPSHOT = "snapshot"
    """A backup that exists independently."""
    HOST = "host"
    """A machine with an address: not a hosted database, but one may run on it."""


class ServiceAddress(msgspec.Struct, frozen=True, omit_defaults=True):
    """Host and port of a resource."""

    host: str
    """Lower-case name."""
    port: int | None = None

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


class Resource(msgspec.Struct, frozen=True, omit_defaults=True):
    """A resource according to one source, or according to all sources after they were merged."""

    key: str
    """The provider's full name: an ARN, an ARM ID in lower case, a full resource name. Equal keys are one resource."""
    provider: str
    """``aws``, ``azure``, ``gcp`` or ``mongodb-atlas``."""
    kind: ResourceKind
    account: str = ""
    """Account, subscription or project."""
    region: str = ""
    service: str = ""
    """Name used by the provider, such as ``rds``."""
    product: str = ""
    """Name of our matching probe, such as ``postgresql``; empty if unknown."""
    engine: str = ""
    """The provider's engine name, with its version if known."""
    name: str = ""
    """Short display name."""
    endpoints: tuple[ServiceAddress, ...] = ()
    addresses: tuple[str, ...] = ()
    """Its own canonical public addresses."""
    cloud: tuple[str, ...] = ()
    """Spelled like endpoints of apps, such as ``s3:shop-data``."""
    listens: int | None = None
    """The port of the service."""
    flag: TriState = TriState.UNKNOWN
    """Whether its own switch makes it public: public address, public network access, no public access block."""
    route: TriState = TriState.UNKNOWN
    """Whether there is a route from the Internet to its network."""
    port: TriState = TriState.UNKNOWN
    """Whether firewall rules, policies or access lists allow everyone to reach the service."""
    path: tuple[str, ...] = ()
    """The names of everything that allows or blocks access from the Internet."""
    at_rest: AtRest = AtRest.UNKNOWN
    key_id: str = ""
    in_transit: TriState = TriState.UNKNOWN
    """Whether TLS is enforced."""
    authentication: TriState = TriState.UNKNOWN
    """Whether authentication is required."""
    backups: TriState = TriState.UNKNOWN
    backups_encrypted: TriState = TriState.UNKNOWN
    backups_public: TriState = TriState.UNKNOWN
    """Whether anyone may restore a backup; for a snapshot, whether anyone may restore it."""
    logging: TriState = TriState.UNKNOWN
    needs: tuple[str, ...] = ()
    """IDs of what it depends on: security groups, networks, keys."""
    subnets: tuple[str, ...] = ()
    part: str = ""
    """The cluster member that a statement is about; empty for the whole cluster."""
    source: str = ""
    """The exporting tool or format."""
    seen: str = ""
    """Time of the observation, ISO 8601 UTC."""
    sources: tuple[str, ...] = ()
    """For a merged resource: every source with its date."""
    problems: tuple[str, ...] = ()
    planned: bool = False
    """Exists only in code (a template), not yet in an account."""

    @property
    def public(self) -> TriState:
        """Whether it is reachable from the Internet: flag, route and port must all be yes. A single no means no."""
        steps = (self.flag, self.route, self.port)
        if TriState.NO in steps:
            return TriState.NO
        return TriState.UNKNOWN if TriState.UNKNOWN in steps else TriState.YES

    @property
    def label(self) -> str:
        """Display name."""
        return self.name or self.key


class DependencyKind(StrEnum):
    """Type of a dependency of resources."""

    FIREWALL = "firewall"
    """Rules that allow traffic: a security group, firewall rules of a server, an access list."""
    ROUTES = "routes"
    """A route table."""
    KEY = "key"
    """An encryption key."""
    MEMBER = "member"
    """A member of a cluster: statements about it apply to the cluster."""
    ACL = "acl"
    """A network ACL that allows or blocks traffic, regardless of the groups."""
    FRONT = "front"
    """A load balancer, a listener, a target group, or a target: what can be in front of a store."""
    INTERFACE = "interface"
    """A network interface that a service created for a store."""
    BLOCK = "block"
    """An account-wide switch that blocks public access."""


class OpenPorts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ports that a firewall opens to the Internet."""

    low: int
    high: int
    source: str
    """The network, such as ``0.0.0.0/0``."""


class Dependency(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that resources depend on, described separately."""

    id: str
    """The ID that resources refer to: of a group, of a network (for its route tables), of a key."""
    kind: DependencyKind
    name: str
    """Display name, such as ``security group sg-1 (web)``; for a member, the key of the cluster."""
    account: str = ""
    openings: tuple[OpenPorts, ...] = ()
    """For a firewall: what everyone may reach; empty if it allows nothing from the Internet."""
    subnets: tuple[str, ...] = ()
    """For a route table: the subnets associated with it."""
    main: bool = False
    """For a route table or list: true if it applies to every subnet without its own."""
    answer: TriState = TriState.UNKNOWN
    """For a route table: whether it leads to the Internet. For a key: whether it belongs to the customer. For a block:
    whether it is active. For a load balancer: whether it faces the Internet."""
    needs: tuple[str, ...] = ()
    """IDs of its own dependencies: for a listener the target groups, for these the load balancers."""
    network: str = ""
    """For a target group or an interface: its network."""
    endpoints: tuple[ServiceAddress, ...] = ()
    """For a load balancer: its host names and ports."""
    source: str = ""
    seen: str = ""
