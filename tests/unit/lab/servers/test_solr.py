"""A password for Solr is kept as Solr keeps it."""

from base64 import b64decode

from tieback.lab.login import Login
from tieback.lab.servers.solr import security

# From Solr's reference guide, "Basic Authentication Plugin": the password is SolrRocks.
KNOWN = "IV0EHq1OnNrj6gvRCwvFwTrZ1+z1oBbnQdiVC3otuq0= Ndd7LKvVBAaZIF0QAVi1ekCfAJXr1GGfLtRUXhgrF8c="


def test_the_password_of_the_guide() -> None:
    found = security(Login("solr", "SolrRocks"), b64decode(KNOWN.split()[1]))
    authentication = found["authentication"]
    assert isinstance(authentication, dict)
    assert authentication["credentials"] == {"solr": KNOWN}
    assert authentication["blockUnknown"] is True
