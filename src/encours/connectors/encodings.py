"""In which encoding a text was written, told from its bytes."""

import codecs
from collections import Counter

ASCII = bytes(range(128))

# Where each encoding keeps the letters that French ledgers use most: é è à ç ê ô û î â É È À ° ë ï ù
FRENCH_LETTERS = "éèàçêôûîâÉÈÀ°ëïùŒœÇ"
LATIN_9_ONLY = {0xA4, 0xBC, 0xBD, 0xBE}
NO_LATIN_9 = range(0x80, 0xA0)

# The one-byte encodings of Windows, of DOS and of the Macintosh; in doubt, the first.
NARROW = ("cp1252", "cp850", "mac_roman")
MOSTLY = 0.95
PIECE = 64 * 1024


def utf_8(data: bytes) -> tuple[bytes, str]:
    """Return the text as UTF-8 bytes without byte-order mark, and the name of the encoding it came in."""
    if data.startswith(codecs.BOM_UTF8):
        return _valid(data[len(codecs.BOM_UTF8) :]), "utf-8-sig"
    wide = _wide(data)
    if wide:
        text = data.decode(wide, errors="replace").removeprefix("\ufeff")
        return text.encode(), wide
    if data.isascii():
        return data, "ascii"
    return (data, "utf-8") if _is_utf_8(data) else _narrow(data)


def _is_utf_8(data: bytes) -> bool:
    """Tell whether a text is UTF-8, a piece at a time: decoding it whole would only fill the memory."""
    view, place = memoryview(data), 0
    try:
        while place < len(data):
            last = place + PIECE >= len(data)
            place += codecs.utf_8_decode(view[place : place + PIECE], "strict", last)[1]
    except UnicodeDecodeError:
        return False
    return True


def _wide(data: bytes) -> str:
    """Return the name of the two-byte encoding, or nothing."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    head = data[:2000]
    odd, even = head[1::2].count(0), head[::2].count(0)
    enough = len(head) // 4
    if odd > enough and even == 0:
        return "utf-16-le"
    if even > enough and odd == 0:
        return "utf-16-be"
    return ""


def _valid(data: bytes) -> bytes:
    """Return the bytes as valid UTF-8: what is not becomes the replacement character."""
    return data if _is_utf_8(data) else data.decode("utf-8", errors="replace").encode()


def _narrow(data: bytes) -> tuple[bytes, str]:
    """Return the text of a one-byte encoding as UTF-8, and which one it was."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    accented = len(text) - len(text.encode("ascii", errors="ignore"))
    if broken < (1 - MOSTLY) * accented:
        return text.encode(), "utf-8"
    seen = Counter(data.translate(None, ASCII))
    name = max(NARROW, key=lambda candidate: _french(seen, candidate))
    if name == "cp1252" and any(seen[byte] for byte in LATIN_9_ONLY) and not any(seen[b] for b in NO_LATIN_9):
        name = "iso-8859-15"
    return data.decode(name, errors="replace").encode(), name


def _french(seen: Counter[int], name: str) -> int:
    """Return how many French letters the bytes would be in an encoding."""
    letters = FRENCH_LETTERS.encode(name, errors="ignore")
    return sum(seen[byte] for byte in letters)
