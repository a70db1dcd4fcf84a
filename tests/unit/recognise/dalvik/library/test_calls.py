"""Library methods: call, arguments, and the result that OpenJDK 17 gives."""

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.each import each
from tieback.recognise.dalvik.classes import ClassPath
from tieback.recognise.dalvik.interpreter import run_frame
from tieback.recognise.dalvik.library import (
    charsets,
    collections,
    crypto,
    json_objects,
    numbers,
    patterns,
    platform,
    streams,
    strings,
)
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import (
    STRING,
    Boxed,
    JavaArray,
    JavaObject,
    LimitError,
    NotRunnableError,
    ThrownError,
    from_bytes,
    to_bytes,
)

PACKAGE = Path(strings.__file__).parents[1]
CALLS: dict[str, LibraryCall] = {}
for module in (charsets, strings, numbers, collections, streams, crypto, json_objects, platform, patterns):
    CALLS |= module.CALLS


def machine() -> Machine:
    found = Machine(ClassPath(()), CALLS, {}, run_frame, 1_000_000)
    found.begin(("", ""))
    return found


def texts(*items: str) -> JavaArray:
    return JavaArray(STRING, list(items))


def objects(*items: Any) -> JavaArray:
    return JavaArray("Ljava/lang/Object;", list(items))


def plain(value: Any) -> Any:
    return value.items if isinstance(value, JavaArray) else value


INT, LONG, CHAR = "Ljava/lang/Integer;", "Ljava/lang/Long;", "Ljava/lang/Character;"
TABLE: list[tuple[str, tuple[Any, ...], Any]] = [
    (f"{STRING}->hashCode()", ("https://x.test",), 1654987735),
    ("Landroid/text/TextUtils;->isEmpty(Ljava/lang/CharSequence;)", (0,), 1),
    ("Landroid/text/TextUtils;->isEmpty(Ljava/lang/CharSequence;)", ("",), 1),
    ("Landroid/text/TextUtils;->isEmpty(Ljava/lang/CharSequence;)", (" ",), 0),
    ("Landroid/text/TextUtils;->equals(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)", ("a", 0), 0),
    ("Landroid/text/TextUtils;->equals(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)", ("a", "a"), 1),
    ("Landroid/text/TextUtils;->equals(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)", (0, 0), 1),
    ("Landroid/text/TextUtils;->getTrimmedLength(Ljava/lang/CharSequence;)", (" a b\t",), 3),
    (f"{STRING}->regionMatches(I{STRING}II)", ("https://x", 5, "://", 0, 3), 1),
    (f"{STRING}->regionMatches(I{STRING}II)", ("https://x", 5, "://", 1, 3), 0),
    (f"{STRING}->regionMatches(I{STRING}II)", ("a", 0, "a", 0, -1), 1),
    (f"{STRING}->regionMatches(ZI{STRING}II)", ("WSS://x", 1, 0, "wss:", 0, 4), 1),
    (f"{STRING}->regionMatches(ZI{STRING}II)", ("WSS://x", 0, 0, "wss:", 0, 4), 0),
    (f"{STRING}->regionMatches(ZI{STRING}II)", ("WSS://x", 1, -1, "wss:", 0, 4), 0),
    ("Ljava/net/IDN;->toASCII(Ljava/lang/String;)", ("shop.test",), "shop.test"),
    ("Ljava/lang/Character;->charCount(I)", (0x2F,), 1),
    ("Ljava/lang/Character;->charCount(I)", (0x1F600,), 2),
    (f"{STRING}->split({STRING})", ("a,b,,c,,", ","), ["a", "b", "", "c"]),
    (f"{STRING}->split({STRING}I)", ("a.b.c", "\\.", 2), ["a", "b.c"]),
    (f"{STRING}->split({STRING})", ("", ","), [""]),
    (
        f"{STRING}->format({STRING}[Ljava/lang/Object;)",
        ("%s-%5d-%x-%c-%02d%%", objects("q", Boxed(INT, 42), Boxed(INT, -1), Boxed(CHAR, 122), Boxed(INT, 7))),
        "q-   42-ffffffff-z-07%",
    ),
    (
        f"{STRING}->format({STRING}[Ljava/lang/Object;)",
        ("%08x %d %X", objects(*[JavaObject("Ljava/math/BigInteger;", -48879)] * 3)),
        "-000beef -48879 -BEEF",
    ),
    (f"{STRING}->format({STRING}[Ljava/lang/Object;)", ("%08X", objects(Boxed(INT, 48879))), "0000BEEF"),
    (
        f"{STRING}->format({STRING}[Ljava/lang/Object;)",
        ("%03o-%o", objects(Boxed(INT, 64), Boxed(INT, -1))),
        "100-37777777777",
    ),
    (f"{STRING}->replaceAll({STRING}{STRING})", ("a.b", "\\.", "-"), "a-b"),
    (f"{STRING}->replaceAll({STRING}{STRING})", ("a_b!", "[_!]", ""), "ab"),
    (f"{STRING}->trim()", ("  x\t",), "x"),
    (f"{STRING}->lastIndexOf({STRING})", ("banana", "an"), 3),
    (f"{STRING}->lastIndexOf({STRING}I)", ("banana", "an", 2), 1),
    (f"{STRING}->indexOf(II)", ("banana", ord("n"), 3), 4),
    (f"{STRING}->join(Ljava/lang/CharSequence;[Ljava/lang/CharSequence;)", ("-", texts("a", "b")), "a-b"),
    (f"{STRING}->valueOf(Ljava/lang/Object;)", (0,), "null"),
    (f"{STRING}->repeat(I)", ("x", 3), "xxx"),
    (f"{STRING}->getBytes({STRING})", ("é\ud83d\ude00", "UTF-8"), [-61, -87, -16, -97, -104, -128]),
    (f"{STRING}->getBytes({STRING})", ("é", "US-ASCII"), [63]),
    (f"{STRING}->toUpperCase()", ("abc",), "ABC"),
    (f"{INT}->toHexString(I)", (-255,), "ffffff01"),
    (f"{INT}->toString(II)", (-255, 36), "-73"),
    (f"{INT}->parseInt({STRING}I)", ("-7f", 16), -127),
    (f"{INT}->reverse(I)", (5,), -1610612736),
    (f"{INT}->rotateLeft(II)", (-2147483647, 4), 24),
    (f"{INT}->reverseBytes(I)", (0x01020304,), 67305985),
    (f"{INT}->numberOfLeadingZeros(I)", (1,), 31),
    (f"{INT}->toBinaryString(I)", (10,), "1010"),
    (f"{INT}->bitCount(I)", (-1,), 32),
    (f"{LONG}->toHexString(J)", (-2,), "fffffffffffffffe"),
    (f"{LONG}->parseLong({STRING})", ("-9000000000",), -9000000000),
    (f"{LONG}->rotateRight(JI)", (1, 1), -9223372036854775808),
    ("Ljava/lang/Character;->forDigit(II)", (11, 16), 98),
    ("Ljava/lang/Character;->digit(CI)", (ord("f"), 16), 15),
    ("Ljava/lang/Character;->digit(CI)", (ord("g"), 16), -1),
    ("Ljava/lang/Character;->getNumericValue(C)", (ord("z"),), 35),
    ("Ljava/lang/Math;->floorMod(II)", (-7, 3), 2),
    ("Ljava/lang/Math;->abs(I)", (-2147483648,), -2147483648),
    ("Ljava/util/Arrays;->hashCode([I)", (JavaArray("I", [1, 2, 3]),), 30817),
    ("Ljava/util/Arrays;->copyOf([BI)", (JavaArray("B", [1, 2]), 4), [1, 2, 0, 0]),
    ("Ljava/util/Arrays;->copyOfRange([BII)", (JavaArray("B", [1, 2, 3]), 1, 2), [2]),
    (f"Landroid/util/Base64;->decode({STRING}I)", ("YW55IGNhcm5hbCBwbGVhcw==\n", 0), list(b"any carnal pleas")),
    ("Landroid/util/Base64;->encodeToString([BI)", (from_bytes(b"any"), 2), "YW55"),
]  # fmt: skip


@each(("call", "arguments", "result"), TABLE, ids=[f"{row[0]}{index}" for index, row in enumerate(TABLE)])
def test_a_library_call_gives_the_result_of_java(call: str, arguments: tuple[Any, ...], result: Any) -> None:
    assert plain(CALLS[call](machine(), arguments)) == result


def test_random_numbers_of_a_seed_are_those_of_java() -> None:
    it, owner = machine(), "Ljava/util/Random;"
    random, octets = JavaObject(owner), JavaArray("B", [0] * 5)
    CALLS[f"{owner}-><init>(J)"](it, (random, 7))
    assert [CALLS[f"{owner}->nextInt()"](it, (random,))] == [-1156638823]
    assert [CALLS[f"{owner}->nextInt(I)"](it, (random, bound)) for bound in (10, 16)] == [4, 11]
    assert CALLS[f"{owner}->nextLong()"](it, (random,)) == 177623051241444105
    CALLS[f"{owner}->nextBytes([B)"](it, (random, octets))
    assert octets.items == [93, 74, -104, 125, 65]


def test_a_builder_inserts_reverses_and_deletes_like_java() -> None:
    it, owner = machine(), "Ljava/lang/StringBuilder;"
    builder = JavaObject(owner)
    CALLS[f"{owner}-><init>({STRING})"](it, (builder, "abc"))
    CALLS[f"{owner}->insert(I{STRING})"](it, (builder, 1, "XY"))
    CALLS[f"{owner}->reverse()"](it, (builder,))
    CALLS[f"{owner}->deleteCharAt(I)"](it, (builder, 0))
    assert CALLS[f"{owner}->toString()"](it, (builder,)) == "bYXa"


def test_big_integers_are_those_of_java() -> None:
    it, owner = machine(), "Ljava/math/BigInteger;"
    made = [CALLS[f"{owner}-><init>({STRING}I)"](it, (0, text, base)) for text, base in (("-255", 10), ("80", 16))]
    assert [CALLS[f"{owner}->toByteArray()"](it, (one,)).items for one in made] == [[-1, 1], [0, -128]]
    with pytest.raises(NotRunnableError):
        streams._big(it, 1 << 10_000)


def test_a_key_from_a_password_with_too_many_rounds_is_not_made() -> None:
    it = machine()
    spec, factory = JavaObject("Ljavax/crypto/spec/PBEKeySpec;"), "Ljavax/crypto/SecretKeyFactory;"
    CALLS["Ljavax/crypto/spec/PBEKeySpec;-><init>([C[BII)"](
        it, (spec, JavaArray("C", [112]), from_bytes(b"salt"), 10_000_000, 128)
    )
    made = CALLS[f"{factory}->getInstance({STRING})"](it, ("PBKDF2WithHmacSHA256",))
    with pytest.raises(NotRunnableError):
        CALLS[f"{factory}->generateSecret(Ljava/security/spec/KeySpec;)"](it, (made, spec))


def test_compressed_content_is_limited() -> None:
    import zlib

    with pytest.raises(NotRunnableError):
        streams._inflated(machine(), zlib.compress(bytes(8 << 20)), 15)


def test_a_wrong_padding_is_a_java_exception() -> None:
    it = machine()
    cipher = CALLS[f"Ljavax/crypto/Cipher;->getInstance({STRING})"](it, ("AES/CBC/PKCS5Padding",))
    key, vector = JavaObject("", crypto.Key(bytes(16))), JavaObject("", crypto.Parameters(bytes(16)))
    init = "Ljavax/crypto/Cipher;->init(ILjava/security/Key;Ljava/security/spec/AlgorithmParameterSpec;)"
    CALLS[init](it, (cipher, 2, key, vector))
    with pytest.raises(ThrownError, match="BadPadding"):
        CALLS["Ljavax/crypto/Cipher;->doFinal([B)"](it, (cipher, from_bytes(bytes(range(16)))))


@pytest.mark.parametrize("name", ["ChaCha20-Poly1305", "ChaCha20/Poly1305/NoPadding"])
def test_chacha_decrypts_and_checks_the_tag(name: str) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    it = machine()
    secret, nonce = bytes(range(32)), bytes(range(12))
    key, vector = JavaObject("", crypto.Key(secret)), JavaObject("", crypto.Parameters(nonce))
    init = "Ljavax/crypto/Cipher;->init(ILjava/security/Key;Ljava/security/spec/AlgorithmParameterSpec;)"
    cipher = CALLS[f"Ljavax/crypto/Cipher;->getInstance({STRING})"](it, (name,))
    CALLS[init](it, (cipher, 2, key, vector))
    data = ChaCha20Poly1305(secret).encrypt(nonce, b"a.test", None)
    assert to_bytes(CALLS["Ljavax/crypto/Cipher;->doFinal([B)"](it, (cipher, from_bytes(data)))) == b"a.test"
    with pytest.raises(ThrownError):
        CALLS["Ljavax/crypto/Cipher;->doFinal([B)"](it, (cipher, from_bytes(data[:-1] + b"x")))


def test_a_cipher_encrypts_what_it_decrypts() -> None:
    it = machine()
    init, final = "Ljavax/crypto/Cipher;->init(ILjava/security/Key;)", "Ljavax/crypto/Cipher;->doFinal([B)"
    for name, size in (("AES", 16), ("DES", 8), ("DESede", 24), ("Blowfish", 16), ("RC4", 16)):
        cipher = CALLS[f"Ljavax/crypto/Cipher;->getInstance({STRING})"](it, (name,))
        key = JavaObject("", crypto.Key(bytes(range(size))))
        CALLS[init](it, (cipher, 1, key))
        hidden = CALLS[final](it, (cipher, from_bytes(b"https://x.test")))
        CALLS[init](it, (cipher, 2, key))
        assert to_bytes(CALLS[final](it, (cipher, hidden))) == b"https://x.test"


FORBIDDEN = {
    "ctypes", "importlib", "io", "os", "pathlib", "shutil", "socket", "ssl", "subprocess", "sys", "tempfile",
    "threading",
}  # fmt: skip
"""Modules with which code could reach the machine."""


def test_the_interpreter_imports_nothing_that_reaches_the_host() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.partition(".")[0] for name in names} & FORBIDDEN, path.name
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("open", "eval", "exec", "compile", "__import__"), path.name


def test_numbers_have_at_most_8192_bits_and_4096_in_decimal_digits() -> None:
    it, owner = machine(), "Ljava/math/BigInteger;"
    assert streams._big(it, (1 << 8_192) - 1).payload.bit_length() == 8_192
    with pytest.raises(NotRunnableError):
        streams._big(it, 1 << 8_192)
    written = CALLS[f"{STRING}->format({STRING}[Ljava/lang/Object;)"]
    largest = JavaObject(owner, (1 << 4_096) - 1)
    assert written(it, ("%d", objects(largest))) == str((1 << 4_096) - 1)
    assert len(written(it, ("%x", objects(JavaObject(owner, 1 << 4_096))))) == 1_025
    with pytest.raises(NotRunnableError):
        written(it, ("%d", objects(JavaObject(owner, 1 << 4_096))))


@pytest.mark.parametrize(("rounds", "made"), [(20_000, True), (20_001, False)])
def test_a_key_from_a_password_takes_at_most_20000_rounds(*, rounds: int, made: bool) -> None:
    it, factory = machine(), "Ljavax/crypto/SecretKeyFactory;"
    spec = JavaObject("Ljavax/crypto/spec/PBEKeySpec;")
    CALLS["Ljavax/crypto/spec/PBEKeySpec;-><init>([C[BII)"](
        it, (spec, JavaArray("C", [112]), from_bytes(b"salt"), rounds, 128)
    )
    maker = CALLS[f"{factory}->getInstance({STRING})"](it, ("PBKDF2WithHmacSHA256",))
    if made:
        assert CALLS[f"{factory}->generateSecret(Ljava/security/spec/KeySpec;)"](it, (maker, spec)).kind
        return
    with pytest.raises(NotRunnableError):
        CALLS[f"{factory}->generateSecret(Ljava/security/spec/KeySpec;)"](it, (maker, spec))


def test_a_run_opens_at_most_64_files_and_takes_24_steps_more_per_byte() -> None:
    it = machine()
    before, total = it._steps, it.left
    it.opened(b"a" * 100)
    assert it._steps - before == 24 * 100 - (total - it.left)
    it.opened(b"a" * 100)  # the same file counts once
    for number in range(63):
        it.opened(b"%d" % number)
    with pytest.raises(LimitError):
        it.opened(b"one more")
