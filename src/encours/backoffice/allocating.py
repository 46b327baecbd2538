"""Settling an item by hand: how much of which credit settles which debit, typed as people type amounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from encours.receivables.models import Item, Side
from encours.ui.formats import money

ZERO = Decimal(0)
CENTS = 2
LARGEST = Decimal(10) ** 13


class AmountField(forms.CharField):
    """An amount above zero with a comma or a point; spaces and a currency sign do no harm."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's field options
        options.setdefault("widget", forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=30, **options)

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Return the amount, nothing for an empty field, or say what is wrong."""
        typed = "".join(super().clean(value).split()).rstrip("€")
        if not typed:
            return None
        # In “1.234,56” and in “1,234.56” the last sign is the decimal one.
        if "," in typed and "." in typed:
            typed = typed.replace("." if typed.rindex(",") > typed.rindex(".") else ",", "")
        try:
            amount = Decimal(typed.replace(",", "."))
        except InvalidOperation as error:
            raise forms.ValidationError(_("Write an amount such as 1 234,56.")) from error
        if not amount.is_finite() or not ZERO < amount < LARGEST:
            raise forms.ValidationError(_("Write an amount above zero."))
        if amount != round(amount, CENTS):
            raise forms.ValidationError(_("An amount has two decimals at most."))
        return amount


class AllocationForm(forms.Form):
    """One amount for each open item that this one could settle, or be settled by."""

    def __init__(self, item: Item, others: Sequence[Item], *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.item, self.others = item, others
        for other in others:
            self.fields[f"amount-{other.pk}"] = AmountField(required=False)
            self.fields[f"amount-{other.pk}"].widget.attrs |= {
                "class": "input",
                "aria-label": _("Amount for %(number)s") % {"number": named(other)},
            }

    def clean(self) -> dict[str, Any]:
        """Refuse more than is open on either side, and an empty form."""
        data = super().clean() or self.cleaned_data
        total = ZERO
        for other in self.others:
            amount = data.get(f"amount-{other.pk}")
            if amount is None:
                continue
            total += amount
            if amount > other.open_amount:
                self.add_error(
                    f"amount-{other.pk}",
                    _("Only %(amount)s is open.") % {"amount": money(other.open_amount, other.currency)},
                )
        if total > self.item.open_amount:
            self.add_error(
                None,
                _("That makes %(total)s, and only %(amount)s is open.")
                % {
                    "total": money(total, self.item.currency),
                    "amount": money(self.item.open_amount, self.item.currency),
                },
            )
        elif not total and not self.errors:
            self.add_error(None, _("Write an amount beside the items to allocate."))
        return data

    def chosen(self) -> Iterable[tuple[Item, Decimal]]:
        """Yield each item that got an amount."""
        for other in self.others:
            amount = self.cleaned_data.get(f"amount-{other.pk}")
            if amount:
                yield other, amount

    def lines(self) -> list[tuple[Item, str, forms.BoundField]]:
        """Return each open item, its name, and the field of its amount."""
        return [(other, named(other), self[f"amount-{other.pk}"]) for other in self.others]


@dataclass(frozen=True)
class Pair:
    """A debit and a credit, whichever of the two a page is about."""

    debit: Item
    credit: Item

    @property
    def on(self) -> date:
        """Return the day from which the one settles the other: that of the later of them."""
        return max(self.debit.issued_on, self.credit.issued_on)


def pair(item: Item, other: Item) -> Pair:
    """Return two items as a debit and a credit."""
    return Pair(item, other) if item.side == Side.DEBIT else Pair(other, item)


def oldest_first(item: Item, others: Iterable[Item]) -> dict[str, str]:
    """Return the amounts that spread an item over the others, the oldest due date first."""
    left = item.open_amount
    filled: dict[str, str] = {}
    for other in others:
        part = min(left, other.open_amount)
        if part <= 0:
            break
        filled[f"amount-{other.pk}"] = f"{part:f}"
        left -= part
    return filled


def named(item: Item) -> str:
    """Return what an item is called: its number, its reference, or else its kind."""
    return item.number or item.reference or str(item.get_kind_display())
