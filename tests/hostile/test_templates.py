"""Letter templates that try to leave their sandbox, and texts that try to become a template, a formula or a header."""

import csv
import email
import email.policy
import io

import msgspec
import pytest

from tests.each import each
from tests.unit.cases.letters.samples import facts
from tests.unit.cases.samples import NOW, case
from tieback.cases.letters.bounded import TextJob, render
from tieback.cases.letters.formats import to_eml, to_html
from tieback.cases.letters.language import Template, load_language
from tieback.cases.letters.render import render_letter
from tieback.model.case import CaseApp, Letter
from tieback.model.errors import InputError
from tieback.report.formats.csv import cell

ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ [].__class__.__base__.__subclasses__()[0] }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].environ }}",
    "{{ self.__init__.__globals__.__builtins__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ ''['__cla' ~ 'ss__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ ('%c' % 95) ~ '' ~ (''|attr(('%c' % 95 * 2) ~ 'class' ~ ('%c' % 95 * 2))) }}",
    "{{ '{0.__class__}'.format('') }}",
    "{{ '{0.__class__}'.format_map({'0': ''}) }}",
    "{{ ('{0.__class__}'|format)('') }}",
    "{{ reference.__class__ }}",
    "{{ reference.encode.__self__.__class__ }}",
    "{{ (reference ~ '').join.__func__ }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../../../etc/passwd' %}",
    "{% import 'os' as os %}{{ os.environ }}",
    "{% from 'os' import environ %}{{ environ }}",
    "{% extends '/etc/passwd' %}",
    "{{ open('/etc/passwd').read() }}",
    "{{ __import__('os').environ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ config }}",
    "{% set x = namespace() %}{% set x.__class__ = 1 %}{{ x.__class__ }}",
    "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{{ [].append.__self__.__class__ }}",
    "{{ apps.append(1) }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ (1).__class__ }}",
    "{{ dict.__subclasses__ }}",
    "{{ range.__class__ }}",
]
SECRETS = ("<class", "root:", "PATH", "built-in", "<module", "subclasses", "environ({")
"""What an escape would show."""
TEXTS = [
    "{{ 7*7 }}", "{% for x in y %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{constructor.constructor('alert(1)')()}}",
    "{{ ''.__class__ }}", "*{7*7}", "@(7*7)", "{#comment#}", "[[${7*7}]]", "{php}echo 7*7;{/php}",
]  # fmt: skip
"""Templates of several engines, as names of an app."""
FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://evil.test\",\"x\")", "\t=1+1",
    "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201",
    "'=1+1", '"=1+1', ";=1+1", ",=1+1", "a\n=1+1", 'a"\n=1+1', "%0A=1+1", "\x00=1+1", "=DDE(\"a\";\"b\")", "\u2212=1+1",
    "=IMPORTXML(\"http://evil.test\")", "==1", "=-1", "=@a",
]  # fmt: skip
HEADERS = [
    "a\r\nBcc: evil@evil.test", "a\nBcc: evil@evil.test", "a\rBcc: evil@evil.test", "a\r\n\r\n<script>", "a\0b",
    "a\x0bBcc: evil@evil.test", "a\x0cBcc: e@e.test", "a\x85Bcc: e@e.test", "a\u2028Bcc: e@e.test",
    "a\u2029Bcc: e@e.test", "=?utf-8?q?=0d=0aBcc:_e@e.test?=", "a%0d%0aBcc: e@e.test", "a\r\n Bcc: e@e.test",
]  # fmt: skip


def letter(template: Template | None = None, app: str = "Fieldhand") -> Letter:
    language = load_language("en")
    if template is not None:
        language = msgspec.structs.replace(language, exposure=template)
    one = case(apps=(CaseApp("com.a", app, "1", "android", "a" * 64),))
    return render_letter("exposure", "en", language, facts("en", (one,)), (), NOW, "v-1")


def test_the_rows_are_many_enough() -> None:
    assert len(set(ESCAPES)) >= 9


@pytest.mark.parametrize("template", ESCAPES)
@pytest.mark.parametrize("place", ["text", "subject"])
def test_no_template_leaves_its_sandbox(template: str, place: str) -> None:
    """It is refused, or gives text without anything of the program or the machine."""
    subject, text = ("x", template) if place == "text" else (template, "x")
    rendered = render(TextJob(subject, text, {}, facts("en")))
    assert [secret for secret in SECRETS if secret in rendered.text + rendered.subject] == []
    assert rendered.problem or rendered.text


@pytest.mark.parametrize("template", ESCAPES[:9])
def test_an_escape_in_a_letter_is_one_line(template: str) -> None:
    """As the command line renders it, in a child process."""
    with pytest.raises(InputError, match="cannot be rendered"):
        letter(Template("x", template))


@pytest.mark.parametrize("name", TEXTS)
def test_a_name_is_never_a_template(name: str) -> None:
    written = letter(app=name)
    assert written.text.count("49") == letter(app="x").text.count("49")
    page = to_html(written, facts("en"), load_language("en")).decode()
    assert "<%= 7" not in page


@each("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([cell(text), cell(f"x{text}")])
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert len(rows) == 1
    for value in rows[0]:
        # Spaces and marks without a width are dropped by some programs.
        assert value.lstrip(" \u00a0\u200b\ufeff\u2060")[:1] not in tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20\0"), value


@pytest.mark.parametrize("text", HEADERS)
def test_no_text_adds_a_header_to_a_mail(text: str) -> None:
    written = letter(Template("About {{ apps[0].name }}", "x"), app=text)
    raw = to_eml(written, facts("en"), "to@x.test", None)
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert parsed["Bcc"] is None
    assert parsed.defects == []
    assert len(parsed.get_all("Subject") or []) == 1
    head = raw.partition(b"\r\n\r\n")[0]
    assert not any(line.lower().startswith(b"bcc") for line in head.splitlines())
