"""Evidence of a match: how it was read, where, and what is shown."""

import numpy as np
import pytest

from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.sighting import Credential, CredentialGrade, Evidence, Sighting
from tieback.recognise.encodings import Encoding
from tieback.recognise.endpoints.verdict import TextVerdict, mask_secret
from tieback.recognise.match_location import MatchLocation, finds_at

URL = Endpoint(EndpointKind.URL, "https://a.de", "https", "a.de", 443)
DATA = b"x=https://a.de;secret"
BUFFER = Buffer("f", BufferKind.TEXT, DATA, base=100)


def evidence(place: MatchLocation, buffer: Buffer = BUFFER) -> Evidence:
    (find,) = finds_at(buffer, place)
    assert isinstance(find, Sighting)
    return find.evidence


@pytest.mark.parametrize(
    ("encoding", "how"),
    [(Encoding.PLAIN, "text/url"), (Encoding.ESCAPED, "text/url"), (Encoding.BASE64, "text/url:base64")],
)
def test_evidence_says_how_it_was_found(encoding: Encoding, how: str) -> None:
    place = MatchLocation(TextVerdict("url", 12, (URL,)), 2, 14, 14, 0, len(DATA), encoding=encoding)
    assert evidence(place).how == how


def test_offsets_are_of_the_entry() -> None:
    assert evidence(MatchLocation(TextVerdict("url", 12, (URL,)), 2, 14, 14, 0, len(DATA))).offset == 102


def test_evidence_contains_the_resource_name() -> None:
    buffer = Buffer(
        "r", BufferKind.RESOURCES, DATA, starts=np.array([2], dtype=np.int64), names={2: "string/backend_url"}
    )
    place = MatchLocation(TextVerdict("url", 12, (URL,)), 2, 14, 14, 2, len(DATA))
    assert evidence(place, buffer).how == "resource:string/backend_url/url"


def test_shown_text_replaces_the_match() -> None:
    place = MatchLocation(TextVerdict("url", 12, (URL,)), 2, 14, 14, 0, len(DATA), shown="***")
    assert evidence(place).context == "x=***;secret"
    other = place._replace(encoding=Encoding.BASE64, shown="https://bob:hunter22@a.de")
    assert evidence(other).context == "https://***@a.de"


def test_credential_belongs_to_the_endpoint_that_names_or_contains_it() -> None:
    own = mask_secret("jwt", "k" * 40, CredentialGrade.PUBLIC, claims={"role": "anon"}, endpoint="supabase:x")
    verdict = TextVerdict("url", 12, (URL,), (own, mask_secret("password_in_url", "hunter22")))
    found = [
        find
        for find in finds_at(BUFFER, MatchLocation(verdict, 2, 14, 14, 0, len(DATA)))
        if isinstance(find, Credential)
    ]
    assert [(one.endpoint, one.grade) for one in found] == [("supabase:x", "public"), ("https://a.de", "normal")]
    assert found[0].claims == {"role": "anon"}
