"""Base paths of stores: the part of a URL before what belongs to the product."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.backends.base_paths import BasePath, BaseRule, is_base, read_base_rules, suggest_bases
from tieback.probes import PROBES

RULES = read_base_rules()
SERVICES = {service for probe in PROBES for service in probe.meta.services}


@each(("rule", "path", "base"), [(rule, *pair) for rule in RULES for pair in rule.match])
def test_examples_have_their_base(rule: BaseRule, path: str, base: str) -> None:
    assert rule.base(path) == base


@each(("rule", "path"), [(rule, path) for rule in RULES for path in rule.avoid])
def test_examples_to_avoid_have_none(rule: BaseRule, path: str) -> None:
    assert rule.base(path) == ""


def test_each_rule_has_examples_a_source_and_a_service_of_a_probe() -> None:
    assert all(rule.match and rule.avoid and rule.source for rule in RULES)
    assert {rule.service for rule in RULES} <= {*SERVICES, ""}


@each(
    ("path", "bases"),
    [
        ("/es/customers/_search", [BasePath("/es", "elasticsearch")]),
        ("/couch/customers/_changes", [BasePath("/couch", "couchdb")]),
        ("/customers/_search", []),
        ("/api/v1/users", []),
        ("/solr/orders/select", [BasePath("/solr")]),
        ("/v1/backend/_search", [BasePath("/v1", "elasticsearch")]),
        ("/es/_search", [BasePath("/es")]),
        ("/minio/photos/a.jpg", [BasePath("/minio")]),
        ("", []),
    ],
)
def test_what_a_path_suggests(path: str, bases: list[BasePath]) -> None:
    assert list(suggest_bases(path)) == bases


@given(st.sampled_from(RULES), st.text(st.sampled_from("abes/_.v1"), max_size=60))
def test_marks_skip_only_paths_that_do_not_match(rule: BaseRule, rest: str) -> None:
    for path in (rest, *(f"/x{mark}/{rest}" for mark in rule.marks), *(f"/x{mark}" for mark in rule.marks)):
        without = rule.compiled.match(path)
        assert (without is not None and is_base(without["base"])) == bool(rule.base(path))


@given(st.text(st.sampled_from("abes/_.%~-{}$solr"), max_size=200))
def test_any_path_gives_plain_bases_that_it_starts_with(path: str) -> None:
    for base in suggest_bases(path):
        assert path.startswith(base.path)
        assert is_base(base.path)


@each("path", ["", "/", "es", "/es/", "/../es", "/.git", "/a b", "/a%2Fb", "/a//b", "/1/2/3/4/5"])
def test_no_base_leaves_the_place(path: str) -> None:
    assert not is_base(path)


@each("piece", ["a/", "/a", "/_", "a", "/es", "/v1"])
@each("rule", RULES)
def test_the_cost_of_hostile_paths_is_linear(rule: BaseRule, piece: str) -> None:
    assert_linear(lambda size: "/" + piece * size, rule.base, 2_400)


@each(
    ("path", "bases"),
    [
        ("/user/delete/people/_search", ["/user"]),
        ("/admin/reset/_cat/indices", []),
        ("/logout/solr/orders/select", []),
        ("/shutdown-now/a/_up", []),
        ("/RESET/people/_search", []),
        # Usual places of a store.
        ("/sync/people/_search", ["/sync"]),
        ("/settings/people/_search", ["/settings"]),
        ("/auth/people/_search", ["/auth"]),
    ],
)
def test_no_url_of_an_app_leads_to_a_path_that_may_act(path: str, bases: list[str]) -> None:
    assert [one.path for one in suggest_bases(path)] == bases
