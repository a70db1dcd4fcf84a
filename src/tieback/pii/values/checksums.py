"""Check digits, implemented from their standards: each function takes only letters and digits and reports if they
match.

No function raises, for any text; digits are ASCII digits. Each function names its source; ``national.toml`` has the
sources of the parameters of weighted sums.
"""

from collections.abc import Callable, Sequence

import msgspec

_ALNUM = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_MRZ = {**_ALNUM, "<": 0}
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")


def is_digits(text: str) -> bool:
    """True if the text has only ASCII digits."""
    return text.isascii() and text.isdigit()


def luhn(text: str) -> bool:
    """ISO/IEC 7812-1, Annex B: payment cards, IMEI, ICCID, several national numbers."""
    if not is_digits(text):
        return False
    raw = text.encode()
    return (sum(raw[-1::-2]) + sum(raw[-2::-2].translate(_DOUBLED)) - 48 * len(raw)) % 10 == 0


_VERHOEFF_PERMUTATION = "0123456789157628309458037961428916043527945312687042865739012793806415 7046913258".replace(
    " ", ""
)


def verhoeff(text: str) -> bool:
    """J. Verhoeff, Error Detecting Decimal Codes, 1969: the dihedral group of order ten."""
    if not is_digits(text):
        return False
    state = 0
    for place, digit in enumerate(reversed(text)):
        state = _dihedral(state, int(_VERHOEFF_PERMUTATION[10 * (place % 8) + int(digit)]))
    return state == 0


def _dihedral(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 + (5 if b > 4 else 0)
    return (a - b) % 5 + (5 if b < 5 else 0)


def mod97(text: str) -> bool:
    """ISO 7064 MOD 97-10 over letters and digits, as in an IBAN after its head is moved to the end."""
    try:
        return int("".join([str(_ALNUM[c]) for c in text])) % 97 == 1
    except (KeyError, ValueError):
        return False


def mod11_10(text: str) -> bool:
    """ISO 7064 MOD 11,10: German tax number, Croatian OIB."""
    if not is_digits(text):
        return False
    state = 10
    for digit in text[:-1]:
        state = (state + int(digit)) % 10 or 10
        state = state * 2 % 11
    return (11 - state) % 10 == int(text[-1])


def mod11_2(text: str) -> bool:
    """ISO 7064 MOD 11-2: Chinese resident number; the last character may be X."""
    body = text[:-1]
    if not is_digits(body):
        return False
    state = 0
    for digit in body:
        state = (state + int(digit)) * 2 % 11
    return "0123456789X"[(12 - state) % 11] == text[-1]


def mrz_digit(text: str) -> str:
    """The check digit of a field of a machine-readable zone (ICAO Doc 9303-3, 4.9); empty if the text has no check
    digit.
    """
    try:
        return str(sum(_MRZ[c] * (7, 3, 1)[place % 3] for place, c in enumerate(text)) % 10)
    except KeyError:
        return ""


class Weighted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A weighted sum that gives one digit of a number."""

    weights: tuple[int, ...]
    """Weights of the digits from the left. With one weight for each digit of the number, the sum must be divisible."""
    at: int = -1
    """Position of the check digit."""
    modulus: int = 11
    complement: bool = False
    """True if the check digit is the modulus minus the remainder."""
    offset: int = 0
    ten: str = ""
    """The digit for a result of ten; empty if such numbers are not issued."""
    eleven: str = "0"
    second: tuple[int, ...] = ()
    """Weights for a second attempt if the first gives ten."""

    def matches(self, text: str) -> bool:
        """True if the digit at its position matches the sum."""
        if not is_digits(text) or len(text) < max(len(self.weights), self.at + 1):
            return False
        if len(self.weights) == len(text) and self.at == -1:
            return self._sum(text, self.weights) % self.modulus == 0
        result = self._result(text, self.weights)
        if result == 10 and self.second:
            result = self._result(text, self.second)
        wanted = str(result) if result < 10 else self.ten if result == 10 else self.eleven
        return wanted == text[self.at]

    def _sum(self, text: str, weights: tuple[int, ...]) -> int:
        return self.offset + sum(map(int.__mul__, weights, map(int, text)))

    def _result(self, text: str, weights: tuple[int, ...]) -> int:
        rest = self._sum(text, weights) % self.modulus
        if not self.complement:
            return rest
        return (self.modulus - rest) % 10 if self.modulus == 10 else self.modulus - rest


def all_agree(checks: Sequence[Weighted], text: str) -> bool:
    """True if every weighted sum matches."""
    return all(check.matches(text) for check in checks)


def nir(text: str) -> bool:
    """France, INSEE: 97 minus the number modulo 97; Corsica's departments 2A and 2B count as 19 and 18."""
    body = text[:13].replace("2A", "19").replace("2B", "18")
    return is_digits(body) and is_digits(text[13:]) and 97 - int(body) % 97 == int(text[13:])


def dni(text: str) -> bool:
    """Spain, Real Decreto 1553/2005 (DNI) and NIE: letter from the number modulo 23."""
    body = text[:-1].translate(str.maketrans("XYZ", "012")) if text[:1] in "XYZ" else text[:-1]
    return is_digits(body) and "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23] == text[-1]


def pps(text: str) -> bool:
    """Ireland, PPS number: weights 8 to 2, and 9 for a second letter, modulo 23."""
    if not is_digits(text[:7]):
        return False
    total = sum(int(d) * w for d, w in zip(text, range(8, 1, -1), strict=False))
    second = text[8:]
    if second and second != "W":
        total += 9 * (ord(second[0]) - 64)
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == text[7:8]


_ODD_PLACES = "1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23"
_ODD = {
    c: int(n)
    for letters in ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789")
    for c, n in zip(letters, _ODD_PLACES.split(), strict=False)
}


def codice_fiscale(text: str) -> bool:
    """Italy, D.M. 23 December 1976: odd and even places by table, modulo 26."""
    if len(text) != 16 or any(c not in _ODD for c in text):
        return False
    even = sum(_ALNUM[c] - 10 if c.isalpha() else int(c) for c in text[1:15:2])
    return (sum(_ODD[c] for c in text[:15:2]) + even) % 26 + 65 == ord(text[15])


def rijksregister(text: str) -> bool:
    """Belgium: 97 minus the first nine digits modulo 97, with a 2 in front for births from 2000."""
    if not is_digits(text) or len(text) != 11:
        return False
    body, check = text[:9], int(text[9:])
    return 97 - int(body) % 97 == check or 97 - int("2" + body) % 97 == check


def hetu(text: str) -> bool:
    """Finland, DVV: the nine digits modulo 31 give a letter."""
    body = text[:6] + text[-4:-1]
    return len(text) >= 10 and is_digits(body) and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(body) % 31] == text[-1]


def rodne_cislo(text: str) -> bool:
    """Czechia and Slovakia, from 1954: divisible by eleven, or remainder ten with a final zero."""
    if not is_digits(text) or len(text) != 10:
        return False
    return int(text) % 11 == 0 or (int(text[:9]) % 11 == 10 and text[-1] == "0")


def tckn(text: str) -> bool:
    """Turkey, law 5490: two check digits."""
    if not is_digits(text) or len(text) != 11 or text[0] == "0":
        return False
    d = [int(c) for c in text]
    return (sum(d[0:9:2]) * 7 - sum(d[1:8:2])) % 10 == d[9] and sum(d[:10]) % 10 == d[10]


def snils(text: str) -> bool:
    """Russia, Pension Fund: weights 9 to 1, modulo 101, two digits."""
    if not is_digits(text) or len(text) != 11:
        return False
    return sum(int(c) * w for c, w in zip(text, range(9, 0, -1), strict=False)) % 101 % 100 == int(text[9:])


def steuer_id(text: str) -> bool:
    """Germany, section 139b AO: MOD 11,10; one of the first ten digits occurs two or three times."""
    most = max(text.count(c, 0, 10) for c in "0123456789")
    return text[:1] != "0" and most in (2, 3) and mod11_10(text)


def matricule(text: str) -> bool:
    """Luxembourg, law of 19 June 2013: a Luhn digit, then a Verhoeff digit over the same eleven."""
    return len(text) == 13 and luhn(text[:12]) and verhoeff(text[:11] + text[12])


def rut(text: str) -> bool:
    """Chile: weights 2 to 7 from the right, modulo 11, K for ten."""
    body = text[:-1]
    if not is_digits(body):
        return False
    total = sum(int(c) * (2 + i % 6) for i, c in enumerate(reversed(body)))
    return "0123456789K0"[11 - total % 11 if total % 11 else 0] == text[-1]


_CURP = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ")}


def curp(text: str) -> bool:
    """Mexico, RENAPO: weights 18 to 2 over an alphabet with Ñ, modulo 10."""
    if len(text) != 18 or any(c not in _CURP for c in text):
        return False
    total = sum(_CURP[c] * w for c, w in zip(text, range(18, 1, -1), strict=False))
    return str((10 - total % 10) % 10) == text[-1]


def hkid(text: str) -> bool:
    """Hong Kong: letters count from ten, a missing one as 36; weights 9 to 1, modulo 11, A for ten."""
    body = text.rjust(9, " ")
    values = [36 if c == " " else _ALNUM.get(c, 0) for c in body]
    return sum(v * w for v, w in zip(values, range(9, 0, -1), strict=False)) % 11 == 0


def taiwan(text: str) -> bool:
    """Taiwan, Ministry of the Interior: the letter gives two digits."""
    code = "ABCDEFGHJKLMNPQRSTUVXYWZIO".find(text[:1]) + 10
    if code < 10 or len(text) != 10 or not is_digits(text[1:]):
        return False
    total = code // 10 + code % 10 * 9 + sum(int(c) * w for c, w in zip(text[1:9], range(8, 0, -1), strict=False))
    return (10 - total % 10) % 10 == int(text[9])


_NRIC = {"S": "JZIHGFEDCBA", "T": "GFEDCBAJZIH", "F": "XWUTRQPNMLK", "G": "RQPNMLKXWUT"}


def nric(text: str) -> bool:
    """Singapore, NRIC and FIN: weights 2 7 6 5 4 3 2, letter from the remainder modulo eleven."""
    table = _NRIC.get(text[:1])
    if table is None or not is_digits(text[1:8]):
        return False
    total = sum(int(c) * w for c, w in zip(text[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    return table[total % 11] == text[8:9]


def ssn(text: str) -> bool:
    """United States, 20 CFR 422.103 and 26 CFR 301.6109-1 (ITIN): no group of zeros."""
    return text[3:5] != "00" and text[5:] != "0000"


def nhs(text: str) -> bool:
    """NHS number (ISB 0149): weights 10 to 2, modulo 11."""
    if not is_digits(text) or len(text) != 10:
        return False
    check = 11 - sum(int(c) * w for c, w in zip(text, range(10, 1, -1), strict=False)) % 11
    return check % 11 == int(text[-1])


_VIN_LETTERS = zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True)
_VIN = {str(n): n for n in range(10)} | {c: int(n) for c, n in _VIN_LETTERS}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(text: str) -> bool:
    """49 CFR 565.15: transliterated and weighted, modulo 11, at the ninth position. Not used in Europe."""
    try:
        return "0123456789X"[sum(_VIN[c] * w for c, w in zip(text, _VIN_WEIGHTS, strict=True)) % 11] == text[8]
    except (KeyError, ValueError):
        return False


def ean(text: str) -> bool:
    """GS1 General Specifications 7.9: EAN-8, UPC, EAN-13, ISBN-13; also Swiss AHV numbers."""
    if not is_digits(text):
        return False
    return (sum(map(int, text[-1::-2])) + 3 * sum(map(int, text[-2::-2]))) % 10 == 0


def mrz(text: str, check: str) -> bool:
    """ICAO Doc 9303-3, 4.9: weights 7 3 1; the filler counts as zero."""
    total = sum((0 if c == "<" else _ALNUM.get(c, 0)) * (7, 3, 1)[i % 3] for i, c in enumerate(text))
    return str(total % 10) == check or (check == "<" and total == 0)


NAMED: dict[str, Callable[[str], bool]] = {
    "luhn": luhn,
    "verhoeff": verhoeff,
    "mod11_10": mod11_10,
    "mod11_2": mod11_2,
    "nir": nir,
    "dni": dni,
    "pps": pps,
    "codice_fiscale": codice_fiscale,
    "rijksregister": rijksregister,
    "hetu": hetu,
    "rodne_cislo": rodne_cislo,
    "tckn": tckn,
    "snils": snils,
    "steuer_id": steuer_id,
    "matricule": matricule,
    "rut": rut,
    "curp": curp,
    "hkid": hkid,
    "taiwan": taiwan,
    "nric": nric,
    "ssn": ssn,
    "nhs": nhs,
    "ean": ean,
}
"""Checks that ``national.toml`` names."""
