"""What a public key is for."""

from tieback.model.document import decode, encode
from tieback.model.public_key import PublicKey


def test_public_key_names_its_services() -> None:
    key = PublicKey("supabase_anon", "made-up", ("supabase",), "supabase:abcdefghijklmnopqrst")
    assert decode(encode("key", key), "key", PublicKey) == key
    assert PublicKey("parse", "made-up").services == ()
