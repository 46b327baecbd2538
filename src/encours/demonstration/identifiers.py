"""Numbers that look right and belong to nobody: valid keys in ranges that are never given out."""

SIREN_PREFIX = "900"
BANK_CODE = "99999"
FICTION_PHONES = {
    "01": "01 99 00",
    "02": "02 61 91",
    "03": "03 53 01",
    "04": "04 65 71",
    "05": "05 36 49",
    "06": "06 39 98",
}


def luhn_digit(digits: str) -> str:
    """Return the digit that makes the given digits pass the Luhn test."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 a two-digit product counts as its digit sum
    return str(-total % 10)


def siren(serial: int) -> str:
    """Return a SIREN with a valid key from the fictitious range 900 0xx xxx."""
    digits = f"{SIREN_PREFIX}{serial:05d}"
    return digits + luhn_digit(digits)


def vat_number(siren_number: str) -> str:
    """Return the French VAT number of a SIREN."""
    key = (12 + 3 * (int(siren_number) % 97)) % 97
    return f"FR{key:02d}{siren_number}"


def iban(account: int) -> str:
    """Return a French IBAN whose two keys are valid and whose bank code no bank has."""
    branch, number = "00001", f"{account:011d}"
    rib_key = 97 - (89 * int(BANK_CODE) + 15 * int(branch) + 3 * int(number)) % 97
    bban = f"{BANK_CODE}{branch}{number}{rib_key:02d}"
    check = 98 - int(f"{bban}152700") % 97
    return f"FR{check:02d}{bban}"


def phone(zone: str, serial: int) -> str:
    """Return a phone number from the range reserved for fiction in the given zone."""
    return f"{FICTION_PHONES[zone]} {serial // 100 % 100:02d} {serial % 100:02d}"
