"""The score of own hosts without the rules and entries of lists that one set supports."""

from bench.own_hosts import Row, Score
from bench.own_left_out import Read, Verdict, left_out, rule_of, scored, support, without
from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.makers.words import maker_words
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.network_permission import NetworkPermission


def read(chosen: str, host: str, path: str, label: str = "first") -> Read:
    """A package of a set whose script names one address."""
    endpoint = Endpoint(EndpointKind.URL, f"http://{host}{path}", "http", host, 80, path)
    find = Sighting(endpoint, 1, Party.UNKNOWN, Evidence("assets/www/app.js", 1, "text/url", ""))
    app = App(Platform.ANDROID, "com.acme.fit", "0" * 64, "Fit")
    return Read([Row(f"{chosen}.apk", chosen, host, label)], app, [find], NetworkPermission())


ONE = read("set 1", "garden.duckdns.org", "/saveorder")
TWO = read("set 2", "partner.zapto.org", "/saveorder")
THREE = read("set 3", "partner.zapto.org", "/list")


@each(
    ("reason", "rule"),
    [
        ("acme.de is the domain of the app's bundle identifier", "the domain of the app's bundle identifier"),
        ("acme.de begins with the maker's name", "D begins with the maker's name"),
        ("acmecdn.de is the maker's name, acme, followed by cdn", "the maker's name"),
        ("acme has the name of the app below h.test", "D has the name of the app below D"),
        ("acme.de is a domain that names 3 hosts, which it has", "a domain that names hosts, which it has"),
        ("the only supabase project that the app names, abc", "the only project that the app names"),
        ("h.test: signs of the maker's own server: a, b", "signs of the maker's own server"),
    ],
)
def test_the_rule_of_a_reason(reason: str, rule: str) -> None:
    assert rule_of(reason) == rule


def test_a_rule_counts_if_another_set_supports_it() -> None:
    found = [
        Verdict("set 1", "first", frozenset({"a"})),
        Verdict("set 2", "first", frozenset({"a", "b"})),
        Verdict("set 2", "first", frozenset({"b"})),
        Verdict("set 3", "other", frozenset({"a"})),
        Verdict("set 3", "first", frozenset()),
    ]
    assert scored(found) == Score(4, 3, 1)
    assert scored(found, {"a": {"set 1", "set 2"}, "b": {"set 2"}}) == Score(4, 2, 1)
    assert scored(found, {"a": {"set 1"}, "b": {"set 2"}}) == Score(4, 1, 1)


def test_entries_of_one_set_are_left_out() -> None:
    lists = maker_words()
    where = support([ONE, TWO, THREE])
    assert where["duckdns.org"] == {"set 1"}
    assert where["zapto.org"] == {"set 2", "set 3"}
    assert where["saveorder"] == {"set 1", "set 2"}
    known = lists.personal_hosts
    with without("set 1", where):
        assert known - lists.personal_hosts == {"duckdns.org"}
    with without("set 2", where):
        assert lists.personal_hosts == known
    assert lists.personal_hosts == known


def test_a_host_by_a_list_of_its_own_set_is_not_found() -> None:
    table = left_out([ONE, TWO, THREE], RuleFiles())
    rows = {line.strip("| ").partition(" |")[0]: line for line in table.splitlines() if "| all |" in line}
    assert "3 of 3" in rows["nothing"]
    assert "2 of 3" in rows["entries of lists"]
    assert "3 of 3" in rows["rules"]


def test_a_label_of_another_owner() -> None:
    assert "| 1 |" in left_out([read("set 4", "garden.duckdns.org", "/a", "other")], RuleFiles())
