"""The EPC QR code that lets a banking application fill in a SEPA credit transfer (EPC069-12)."""

import io
import re
from decimal import Decimal

import segno
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

SMALLEST, LARGEST = Decimal("0.01"), Decimal("999999999.99")
NAME_LENGTH, TEXT_LENGTH, PAYLOAD_BYTES, QR_VERSION, MASK = 70, 140, 331, 13, 2
CREDITOR_REFERENCE = re.compile(r"RF\d\d[0-9A-Z]{1,21}")


class PaymentDetailsError(ValueError):
    """The bank details cannot be paid to; correct them before anything is sent."""


def iban_of(text: str) -> str:
    """Return the IBAN without spaces, refused unless its country, length and check digits are right."""
    try:
        return str(IBAN(text, validate_bban=False).compact)
    except SchwiftyException as error:
        raise PaymentDetailsError(f"This IBAN is not valid: {text}") from error


def grouped_iban(text: str) -> str:
    """Return the IBAN in groups of four, as it is printed."""
    compact = iban_of(text)
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


def bic_of(text: str) -> str:
    """Return the BIC in capitals, refused unless it is well formed."""
    try:
        return str(BIC(text).compact)
    except SchwiftyException as error:
        raise PaymentDetailsError(f"This BIC is not valid: {text}") from error


def is_creditor_reference(text: str) -> bool:
    """Whether the text is an ISO 11649 reference with the right check digits."""
    compact = text.replace(" ", "").upper()
    if not CREDITOR_REFERENCE.fullmatch(compact):
        return False
    digits = "".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])
    return int(digits) % 97 == 1


def payload(*, holder: str, iban: str, amount: Decimal, bic: str = "", reference: str = "") -> str:
    """Return the text of the code: a valid ISO 11649 reference goes in its own line, any other as free text.

    Nothing follows the last line used: some banking applications refuse a trailing empty line.
    """
    if not (amount.is_finite() and SMALLEST <= amount <= LARGEST):
        raise PaymentDetailsError(f"A SEPA transfer cannot carry this amount: {amount}")
    if amount != amount.quantize(SMALLEST):
        raise PaymentDetailsError(f"A SEPA transfer is in whole cents: {amount}")
    structured = is_creditor_reference(reference)
    lines = [
        "BCD",
        "002",
        "1",
        "SCT",
        bic_of(bic) if bic else "",
        " ".join(holder.split())[:NAME_LENGTH],
        iban_of(iban),
        f"EUR{amount:.2f}",
        "",
        reference.replace(" ", "").upper() if structured else "",
        "" if structured else " ".join(reference.split())[:TEXT_LENGTH],
    ]
    text = "\n".join(lines).rstrip("\n")
    if len(text.encode()) > PAYLOAD_BYTES:
        raise PaymentDetailsError("The name and the reference are too long for a payment code")
    return text


def svg(text: str) -> str:
    """Return the code as an SVG drawing without a border.

    Every reader decodes every mask; choosing the prettiest of the eight would take four fifths of the time.
    """
    code = segno.make(
        text, error="m", boost_error=False, micro=False, encoding="utf-8", mode="byte", mask=MASK
    )
    if int(code.version) > QR_VERSION:
        raise PaymentDetailsError("The name and the reference are too long for a payment code")
    drawing = io.BytesIO()
    code.save(drawing, kind="svg", border=0, xmldecl=False, omitsize=True)
    return drawing.getvalue().decode()
