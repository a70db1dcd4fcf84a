"""MongoDB Atlas: clusters and access lists of projects, from its Administration API or ``atlas ... -o json``.

Format: https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/ (``{"results": [...]}``, one object, or the list).
"""

from collections.abc import Iterator

from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.describe.kinds import ResourceTypes
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import describe
from tieback.posture.source import PostureSource


class Atlas:
    """Reads projects of MongoDB Atlas."""

    meta = PostureMeta("atlas", "MongoDB Atlas", "https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/")

    def __init__(self) -> None:
        self._kinds = ResourceTypes()

    def recognises(self, head: bytes) -> bool:
        """True for a project id next to the state of a cluster or an entry of an access list."""
        return b'"groupId"' in head and any(
            mark in head for mark in (b'"stateName"', b'"cidrBlock"', b'"ipAddress"', b'"mongoDBVersion"')
        )

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each cluster and each access list entry."""
        about = DescriptionContext(self.meta.name, source.seen, source.origin.account)
        whole = b'"results"' not in source.head()
        for key, line, value in (("", *one) for one in source.items()) if whole else source.members():
            if key not in {"", "results"} or not isinstance(value, dict):
                continue
            facts = ExportObject(value)
            name = "atlas-access-list" if facts.has("cidrblock", "ipaddress") else "atlas-cluster"
            yield from describe(source, line, self._kinds.by_name(name), facts, about)
