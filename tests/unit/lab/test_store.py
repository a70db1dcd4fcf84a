"""A store of the lab's own has a name in .test and an address of its own."""

from tieback.lab.store import Holding, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access


def test_what_follows_from_its_name() -> None:
    held = (Holding(("a",), "sessions", 2), Holding(("b",), "sessions", 3))
    store = lab_store("etcd-open", ServerProgram.ETCD, 120, 2379, StoreState.OPEN, Access.OPEN, holdings=held)
    assert (store.host, store.address, store.product) == ("etcd-open.lab.test", "127.77.0.120", "etcd")
    assert store.records == 5


def test_indistinguishable_product_has_the_name_that_the_probe_reports() -> None:
    store = lab_store("x", ServerProgram.SLAPD, 1, 389, StoreState.PROTECTED, Access.AUTH_REQUIRED, product="ldap")
    assert store.product == "ldap"
