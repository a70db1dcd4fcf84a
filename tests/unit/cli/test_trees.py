"""Trees for people: guesses are marked, text of strangers moves no cursor, long lists are cut and say so."""

import pytest
from msgspec.structs import replace

from tieback.backends.addresses import shipped_snapshot
from tieback.cli.trees import SHOWN, print_attribution, print_backend, print_backend_lines
from tieback.model.backend import Attribution
from tieback.pipeline.graph.views import AppLink, BackendLine, BackendView
from tieback.pipeline.mapping.attribution import HostAttribution


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "150")


def known(*statements: Attribution) -> HostAttribution:
    return HostAttribution("a.test", ("203.0.113.7",), (), "", "", "", "", "", "", "", {}, statements, (), "hosts")


def test_guesses_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    told = known(Attribution("owner", "a.test", "because", 0.45), Attribution("provider", "P", "because", 0.9))
    view = BackendView("a.test", told, "first", (), 0, (), 0, (), ())
    print_backend(replace(view, probed=True))
    assert "stores: none found" in capsys.readouterr().out
    print_backend(view)
    lines = capsys.readouterr().out.splitlines()
    assert "├── stores: not probed, so it is not known if one is open" in lines
    assert "├── owner: a.test  0.45 ? because" in lines
    assert "├── provider: P  0.90 because" in lines


def test_a_cloud_resource_has_the_host_that_a_grant_must_cover(capsys: pytest.CaptureFixture[str]) -> None:
    told = replace(known(), host="firebasestorage.googleapis.com")
    print_backend(BackendView("firebase-storage:shop.appspot.com", told, "first", (), 0, (), 0, (), ()))
    line = "├── host: firebasestorage.googleapis.com, which a grant must cover to probe it"
    assert line in capsys.readouterr().out.splitlines()
    print_backend(BackendView("a.test", known(), "first", (), 0, (), 0, (), ()))
    assert "host:" not in capsys.readouterr().out


def test_the_data_used_is_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    data = shipped_snapshot()
    print_backend(BackendView("a.test", replace(known(), data=(data,)), "first", (), 0, (), 0, (), ()))
    out = capsys.readouterr().out
    assert out.endswith(f"\n{data.cited}\n\n")
    assert "\ufffd" not in out


def test_long_lists_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    apps = tuple(
        AppLink(f"{n:064}", f"org.app{n}", "", "", "https://a.test", "first", "f", None, "x", 0.9) for n in range(50)
    )
    print_backend(BackendView("a.test", known(), "first", (), 0, apps, 1234, (), ()))
    out = capsys.readouterr().out
    assert "1,234 apps" in out
    assert f"{1234 - SHOWN:,} more with --format json" in out
    assert "org.app39" in out
    assert "org.app40" not in out


def test_hostile_markup_is_printed_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_backend_lines([BackendLine("[red]a.test[/red]", 1, 1, (), "[b]P", "", "", "first", (), ())])
    assert "[red]a.test[/red]" in capsys.readouterr().out


def test_hostile_escape_sequences_are_removed(capsys: pytest.CaptureFixture[str]) -> None:
    print_backend_lines([BackendLine("a\x1b[2J\u202e.test", 1, 1, (), "", "", "", "first", (), ())])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_nothing_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    print_attribution(known())
    assert "nothing is known about this host" in capsys.readouterr().out


def test_columns_without_facts_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    line = BackendLine("es.shop.test", 1, 2, (), "Example Cloud", "", "", "unknown", (), ())
    print_backend_lines([line])
    words = ["back", "end", "apps", "provider", "owner", "es.shop.test", "2", "Example", "Cloud", "unknown"]
    assert capsys.readouterr().out.split() == words
    print_backend_lines([line, replace(line, host="db.shop.test", access=("open_empty",))])
    said = capsys.readouterr().out
    assert said.splitlines()[0].split() == ["back", "end", "apps", "provider", "owner", "stores"]
    assert "open, empty" in said


def test_a_host_without_a_store_is_not_probed_or_none_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    line = BackendLine("a.test", 1, 2, (), "", "", "Shop", "first", (), ())
    print_backend_lines([line, replace(line, host="b.test", probed=True)])
    said = capsys.readouterr()
    assert [row.split()[3:] for row in said.out.splitlines()[1:]] == [["not", "probed"], ["none", "found"]]
    assert said.err == ""
    print_backend_lines([line])
    said = capsys.readouterr()
    assert "stores" not in said.out
    assert "nothing was probed in this run" in said.err
