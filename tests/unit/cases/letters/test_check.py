"""Problems of templates are named with their line, before a letter is written."""

from pathlib import Path

import pytest

from tieback.cases.letters import bounded
from tieback.cases.letters.check import check_template, sample_facts
from tieback.cases.letters.language import load_language, write_templates
from tieback.model.errors import InputError, UsageError


def lines(path: Path, text: str) -> list[str]:
    path.write_text(text)
    return [str(problem).replace(f"{path.parent}/", "") for problem in check_template(path)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[exposure]\n#\ntext = """\nHello\n{{ unknwon }}\n"""\n', "de.toml:5: exposure.text: unknown variable"),
        ('[exposure]\nsubject = "{{ vendr }}"\n', "de.toml:2: exposure.subject: unknown variable vendr"),
        ('[thanks]\ntext = """\n{% for store in stores %}\n{{ store.port }}\n{% endfor %}"""\n',
         "de.toml:4: thanks.text: unknown variable store.port"),
        ('[thanks]\ntext = """\n\n{{ sender.fax }}"""\n', "de.toml:4: thanks.text: unknown variable sender.fax"),
        ('[thanks]\ntext = """\n{{ words.hallo }}"""\n', "de.toml:3: thanks.text: unknown variable words.hallo"),
        ('[thanks]\ntext = """\na\n{% if told %}\nb\n"""\n', "Jinja was looking for the following tags: 'elif' or"),
        ('[thanks]\ntext = """\n{{ told\n"""\n', "unexpected end of template"),
        ('[thanks]\ntext = """\n{% import "os" as os %}\n"""\n', "de.toml:3: thanks.text: import is not allowed"),
        ('[thanks]\ntext = """\n{% from "os" import x %}\n"""\n', "from … import is not allowed"),
        ('[thanks]\ntext = """\n{% extends "/etc/passwd" %}\n"""\n', "extends is not allowed"),
        ('[thanks]\ntext = """\n{% include "/etc/passwd" %}\n"""\n', "[parts] has no /etc/passwd. Available parts"),
        ('[thanks]\ntext = """\nx\n{{ "".__class__ }}\n"""\n', "de.toml:4: thanks.text: .__class__ is not allowed"),
        ('[thanks]\ntext = """\n{{ ""|attr("x") }}\n"""\n', "the filter attr is not allowed"),
        ('[parts]\nclosing = """\n\n{{ nme }}"""\n', "de.toml:4: parts.closing: unknown variable nme"),
        ('[parts]\nclosing = """\nx\n{{ 1 / 0 }}"""\n', "de.toml:4: parts.closing: cannot be rendered: division"),
        ('[thanks]\nsubject = "{{ 1 / 0 }}"\n', "de.toml:2: thanks.subject: cannot be rendered: division by zero"),
        ('[thanks]\ntext = """\n\n{{ "x" * 10000000000 }}"""\n', "needs more than 1024 MiB"),
        ('[words]\nlooked_once = "am {frist}"\n', "de.toml:2: words.looked_once: unknown field {frist} in looked_once"),
        ('[thanks]\ntxt = "x"\n', "Object contains unknown field `txt`"),
        ("[thanks\n", "de.toml:1: not TOML"),
        ('[thanks]\ntext = """\n{% filter nope %}{% endfilter %}\n"""\n', "No filter named 'nope'"),
    ],
)  # fmt: skip
def test_a_problem_is_named_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    found = lines(tmp_path / "de.toml", text)
    assert len(found) == 1
    assert says in found[0]


def test_an_endless_template_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 1.0)
    (found,) = lines(tmp_path / "de.toml", '[thanks]\ntext = """\n{{ 9 ** (9 ** 9) }}"""\n')
    assert "takes more than 1 s" in found


def test_templates_without_a_problem(tmp_path: Path) -> None:
    write_templates(tmp_path)
    for name in ("en", "es", "fr", "pt"):
        (tmp_path / f"{name}.toml").unlink()
    assert check_template(tmp_path) == []
    own = (
        '[thanks]\ntext = """\n{% set n = 1 %}{% for one in apps %}{{ one.name }}{{ loop.index + n }}{% endfor %}"""\n'
    )
    assert lines(tmp_path / "de.toml", own) == []


def test_several_problems_are_all_named(tmp_path: Path) -> None:
    found = lines(tmp_path / "de.toml", '[thanks]\ntext = """\n{{ a }}\n{{ b }}\n"""\nsubject = "{{ c }}"\n')
    assert [line.partition(" ")[0] for line in found] == ["de.toml:3:", "de.toml:4:", "de.toml:6:"]


def test_a_word_template_is_rendered_with_every_variable(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx", reason="the extra docx is not installed")

    def made(text: str) -> list[str]:
        document = docx.Document()
        document.add_paragraph(text)
        document.save(str(tmp_path / "letter.docx"))
        return [str(problem) for problem in check_template(tmp_path / "letter.docx")]

    assert made("{{ subject }} {{ vendor }} {{ sender.email }}") == []
    assert "'vendr' is undefined" in made("{{ vendr }}")[0]
    (tmp_path / "letter.docx").write_bytes(b"no zip")
    assert "cannot be rendered" in str(check_template(tmp_path)[0])


def test_what_is_not_a_template(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no template"):
        check_template(tmp_path)
    with pytest.raises(UsageError, match="not a template"):
        check_template(tmp_path / "x.txt")
    with pytest.raises(InputError, match="cannot be read"):
        check_template(tmp_path / "x.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        check_template(tmp_path / "x.toml")


def test_sample_letters_have_every_variable() -> None:
    full, several, none = sample_facts(load_language("en"))
    assert [name for name in full.__struct_fields__ if not getattr(full, name)] == []
    assert (len(several.stores), none.stores, none.told) == (2, (), "")
