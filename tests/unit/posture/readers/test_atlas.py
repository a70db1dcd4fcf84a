"""Projects of MongoDB Atlas."""

import json

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import ATLAS_CLUSTER, EXPORTS


def test_cluster_and_access_list(read: Read, settle: Settle) -> None:
    facts = read(EXPORTS["atlas"][1])[0] + read(EXPORTS["atlas-access-list"][1])[0]
    (one,) = settle(facts).values()
    assert (one.public, one.at_rest, one.product, one.backups) == ("yes", "provider_key", "mongodb", "yes")
    assert "access list entry 0.0.0.0/0 allows 0.0.0.0/0 on all ports" in one.path


def test_single_cluster_object(read: Read) -> None:
    assert len(read(json.dumps(ATLAS_CLUSTER))[0]) == 1
