"""Form fields that know French and bank identifiers, and say what is wrong with one."""

from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from schwifty import IBAN
from schwifty.exceptions import InvalidChecksumDigits, SchwiftyException
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import siren

from encours.rules.terms import TermsNotUnderstoodError, describe, parse_terms

SIREN_DIGITS = 9


class SirenField(forms.CharField):
    """The nine digits of a French company, their check digit included."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's field options
        options.setdefault("label", "SIREN")
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(max_length=14, required=False, **options)

    def clean(self, value: str | None) -> str:
        """Return the nine digits, or say which mistake was made."""
        digits = "".join(super().clean(value).split())
        if not digits:
            return ""
        if not digits.isdecimal() or len(digits) != SIREN_DIGITS:
            raise forms.ValidationError(
                _("A SIREN has nine digits; this one has %(count)s characters.") % {"count": len(digits)}
            )
        try:
            return str(siren.validate(digits))
        except ValidationError as error:
            raise forms.ValidationError(
                _(
                    "This SIREN does not exist: its last digit does not match the others. Check for a typing error."
                )
            ) from error


class VatNumberField(forms.CharField):
    """A VAT number of a member state, letters first."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's field options
        options.setdefault("label", gettext_lazy("VAT number"))
        super().__init__(max_length=20, required=False, **options)

    def clean(self, value: str | None) -> str:
        """Return the number without spaces, or say what is wrong with it."""
        number = "".join(super().clean(value).split()).upper()
        if not number:
            return ""
        try:
            return str(vat.validate(number))
        except InvalidChecksum as error:
            raise forms.ValidationError(
                _("This VAT number does not exist: its check digits do not match. Check for a typing error.")
            ) from error
        except ValidationError as error:
            raise forms.ValidationError(
                _(
                    "This is not a VAT number: it begins with the two letters of the country, as in FR 12 345678901."
                )
            ) from error


class IbanField(forms.CharField):
    """A bank account, its check digits included."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's field options
        options.setdefault("label", "IBAN")
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
        super().__init__(max_length=42, required=False, **options)

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Show the account in groups of four."""
        compact = "".join(str(value or "").split())
        return " ".join(compact[place : place + 4] for place in range(0, len(compact), 4))

    def clean(self, value: str | None) -> str:
        """Return the account without spaces, or say what is wrong with it."""
        account = "".join(super().clean(value).split()).upper()
        if not account:
            return ""
        try:
            return str(IBAN(account).compact)
        except InvalidChecksumDigits as error:
            raise forms.ValidationError(
                _("This account does not exist: its check digits do not match. Check for a typing error.")
            ) from error
        except SchwiftyException as error:
            raise forms.ValidationError(
                _(
                    "This is not an IBAN: check its length and its first two letters (27 characters in France)."
                )
            ) from error


def bic_of(iban: str) -> str:
    """Return the BIC of the bank that an account is held with; nothing when the register does not know it."""
    try:
        bic = IBAN(iban).bic
    except SchwiftyException:
        return ""
    return str(bic) if bic else ""


class TermsField(forms.CharField):
    """Payment terms in words, kept as the rules write them."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's field options
        options.setdefault("label", gettext_lazy("Default payment terms"))
        # The example under the field follows what is typed.
        options.setdefault(
            "widget",
            forms.TextInput(
                attrs={
                    "autocomplete": "off",
                    "hx-get": reverse_lazy("terms-example"),
                    "hx-trigger": "input changed delay:300ms",
                    "hx-target": "#example",
                }
            ),
        )
        super().__init__(max_length=100, **options)

    def clean(self, value: str | None) -> str:
        """Return the canonical words of the terms, or why they were not understood."""
        try:
            return describe(parse_terms(super().clean(value)))
        except TermsNotUnderstoodError as error:
            raise forms.ValidationError(
                _(
                    "“%(text)s” was not understood. Write for example “30 days net”, “45 days end of month”, "
                    "“end of month then 45 days” or “30 days end of month on the 10th”; French works too."
                )
                % {"text": error.text}
            ) from error


class PercentField(forms.DecimalField):
    """A rate in percent, with a comma or a point."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's field options
        options.setdefault("min_value", Decimal(0))
        options.setdefault("max_value", Decimal(100))
        options.setdefault("decimal_places", 4)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(localize=True, **options)

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Show a stored rate without the zeros that end it."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Read the rate as it is typed in France or elsewhere."""
        return super().to_python(str(value).replace(",", ".").rstrip(" %") if value else value)


class SumField(forms.DecimalField):
    """A sum of money, zero allowed, as people write one: spaces between thousands, a comma or a point."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's field options
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(min_value=0, max_digits=15, decimal_places=2, localize=True, **options)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Read the sum as it is typed in France or elsewhere: the last sign is the decimal one."""
        typed = "".join(str(value).split()).rstrip("€") if value is not None else ""
        if "," in typed and "." in typed:
            typed = typed.replace("." if typed.rindex(",") > typed.rindex(".") else ",", "")
        return super().to_python(typed.replace(",", "."))
