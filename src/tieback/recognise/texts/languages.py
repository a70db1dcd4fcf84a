"""In which language a text is, by the name of its file and its beginning; and what the name alone says of it."""

import re
from enum import Enum, auto

from tieback.intake.apps.content import is_metro
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts import other_code

METADATA = "only in metadata of a package or page"
MISNAMED = "only in a text that is stored as a picture"
SAVED_PAGE = "only in a web page that is stored as a sound, a film or a font"
UNUSED_FILE = "only in a file that was left from an earlier version, or in commands for Windows"
_DRAWABLE = lazy_pattern(r"(?:^|/)res/(?:drawable|mipmap)[\w-]{0,80}/[^/]{1,200}\.(?:png|jpe?g|gif|webp)$")
"""Files that the system only reads as pictures: https://developer.android.com/guide/topics/resources/drawable-resource"""
_ONLY_ADDRESS = lazy_pattern(
    rb"\s{0,200}[a-z]{2,8}://[^\s<>]{1,2000}(?:\s{1,4}[a-z]{2,8}://[^\s<>]{1,2000}){0,8}\s{0,200}"
)
"""A text of addresses, which code reads; it is no pointer to a picture, and no page about one."""
_MEDIA = lazy_pattern(r"\.(?:mp3|wav|ogg|oga|m4a|aac|flac|amr|wma|mid|mp4|m4v|mov|webm|avi|3gp|[ot]tf|woff2?|eot)$")
"""Files that an app plays or writes with, so that no web view shows a page in one: https://developer.android.com/media/platform/supported-formats"""
_WHOLE_PAGE = lazy_pattern(rb"(?i)\s{0,200}(?:<!doctype html\b|<html\b)")
"""The beginning of a page, such as one about a sound, which a person has downloaded in its place."""
_PYTHON_METADATA = lazy_pattern(r"[^/!]\.(?:dist|egg)-info/", re.IGNORECASE)
"""A folder that describes an installed package of Python: PEP 376, PEP 627."""
_LOCALE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}"
_STORE_TEXT = lazy_pattern(
    rf"(?:^|/)metadata/(?:android/)?{_LOCALE}/(?:(?:marketing|support|privacy|apple_tv_privacy)_(?:url|policy)|(?:full|short)_description"
    r"|promotional_text|release_notes|changelogs/\d{1,12})\.txt$"
    rf"|(?:^|/)(?:fastlane/metadata/(?:android/)?|metadata/android/){_LOCALE}/(?:description|title|subtitle|name|keywords|video)\.txt$"
)
"""Texts for an app store in one language: https://docs.fastlane.tools/actions/deliver/, https://docs.fastlane.tools/actions/supply/

Files of an app can also have the general ones of these names.
"""
_LEFT = lazy_pattern(r"\.(?:orig|rej|bak|bat|cmd|ps1)$", re.IGNORECASE)


class Language(Enum):
    """How a text is read."""

    SCRIPT = auto()
    SHEET = auto()
    HTML = auto()
    XML = auto()
    JSON = auto()
    LINES = auto()
    """Lines with comments that begin with ``#`` or ``;``."""
    OTHER_CODE = auto()
    """Source of other languages, in ``other_code``."""
    DOCUMENT = auto()
    SHADER = auto()
    OTHER = auto()


_LANGUAGES = {
    Language.SCRIPT: (
        "js mjs cjs jsx ts tsx mts cts bundle jsbundle java kt kts swift c h m mm cc cpp hpp cs go dart groovy gradle"
        " cup flex jflex g4 jj jjt"
    ),
    Language.SHEET: "css scss sass less styl",
    Language.HTML: "html htm xhtml vue svelte hbs ejs mustache php jsp asp aspx",
    Language.XML: "xml svg plist xsd xsl xslt dtd rss atom pom nuspec tmx gpx kml storyboard xib",
    Language.JSON: "json map webmanifest geojson json5 jsonc topojson arb",
    Language.LINES: (
        "properties yml yaml ini cfg conf toml sh pl pro env prop lock editorconfig gitignore gitattributes"
        " npmignore sql pem crt"
    ),
    Language.OTHER_CODE: " ".join((*other_code.PYTHON, *other_code.LUA)),
    Language.DOCUMENT: "md markdown rst adoc textile mdx podspec afm",
    Language.SHADER: "glsl vert frag vsh fsh vs fs shader hlsl metal cg cginc",
}
_BY_SUFFIX = {suffix: language for language, names in _LANGUAGES.items() for suffix in names.split()}
_ENVIRONMENT = (".env.", "env.")
"""Beginnings of the names of files with the settings of one mode: ``.env.production``."""
_NATIVE = (".bundle", ".jsbundle")
"""Ends of the names of scripts of React Native."""
_PAGE = lazy_pattern(rb"(?i)<!doctype html|<html|<head|<body|<div")


def reason_of_file(file: str, data: bytes) -> str:
    """The reason that the name of a file gives."""
    if _DRAWABLE.search(file):
        return "" if _ONLY_ADDRESS.fullmatch(data) else MISNAMED
    if _MEDIA.search(file.lower()) and _WHOLE_PAGE.match(data):
        return SAVED_PAGE
    is_metadata = _PYTHON_METADATA.search(file) or _STORE_TEXT.search(file)
    return METADATA if is_metadata else UNUSED_FILE if _LEFT.search(file) else ""


def has_language(file: str) -> bool:
    """True if the suffix of a file names its language."""
    return file.lower().rpartition(".")[2] in _BY_SUFFIX


def is_native(file: str, data: bytes) -> bool:
    """True for a script of React Native, which runs in no web view."""
    return file.endswith(_NATIVE) or is_metro(data)


def language_of(file: str, data: bytes) -> Language:
    """The language of a text: by its name, and of a bundle of Metro by its beginning."""
    if is_metro(data):
        return Language.SCRIPT
    name = file.lower().rpartition("/")[2].removesuffix(".gz").removesuffix(".gzip").rstrip("~")
    name = name.removesuffix(".download")  # the files of a page that a browser saved
    suffix = name.rpartition(".")[2].partition("~")[0]  # both sides of a merge: a.js~HEAD
    language = _BY_SUFFIX.get(suffix, Language.OTHER)
    if language is Language.OTHER and name.startswith(_ENVIRONMENT):
        language = Language.LINES
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"#" and language is Language.JSON:
        language = Language.OTHER  # a table of characters of JavaMail, no source map
    if head[:1] == b"<" and language in {Language.SCRIPT, Language.JSON, Language.OTHER, Language.LINES}:
        return Language.HTML if _PAGE.search(head) else Language.XML
    if language is Language.OTHER and head[:1] in (b"{", b"[") and re.match(rb"[\[{]\s*[\"\[{]", head):
        return Language.JSON
    return language
