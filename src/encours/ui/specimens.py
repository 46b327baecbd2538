"""What the page of components shows: made-up figures that exercise long words and large sums."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django import forms
from django.core.paginator import Paginator

from encours.ui import charts, icons

MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
DSO = (52, 53, 51, 50, 52, 55, 57, 56, 54, 53, 52, 51, 50, 49, 51, 53, 55, 58, 57, 55, 54, 52, 49, 48)


class SpecimenForm(forms.Form):
    """A form with one of each field."""

    name = forms.CharField(
        label="Raison sociale", initial="Manufacture Française des Céramiques du Val de Loire"
    )
    siren = forms.CharField(label="SIREN", help_text="Neuf chiffres, par exemple 900 000 001.")
    amount = forms.DecimalField(label="Montant", initial=Decimal("12345.67"), localize=True)
    due_on = forms.DateField(label="Échéance", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    terms = forms.ChoiceField(
        label="Conditions", choices=[("45eom", "45 jours fin de mois"), ("30", "30 jours net")]
    )
    channel = forms.ChoiceField(
        label="Par",
        choices=[("email", "E-mail"), ("letter", "Lettre")],
        widget=forms.RadioSelect,
        initial="email",
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label="Envoyer une copie au commercial", required=False)


def context() -> dict[str, object]:
    """Everything the page of components draws."""
    columns = [
        charts.Column("Non échu", Decimal("1204276.71"), "#not-due"),
        charts.Column("1 à 30 jours", Decimal("389053.00"), "#1-30"),
        charts.Column("31 à 60 jours", Decimal("118070.29"), "#31-60"),
        charts.Column("61 à 90 jours", Decimal("4210.00"), "#61-90"),
        charts.Column("Plus de 90 jours", Decimal("62402.18"), "#90"),
    ]
    layers = [charts.Series("À l’heure", tone="first"), charts.Series("En retard", tone="age2")]
    months = [
        charts.Month(
            label, [Decimal(310_000 + rank * 17_500), Decimal(60_000 + (rank * 7 % 5) * 21_000)], f"#{rank}"
        )
        for rank, label in enumerate(MONTHS)
    ]
    labels = [f"{MONTHS[rank % 12]} {24 + rank // 12}" for rank in range(24)]
    bound = SpecimenForm(data={"name": "", "siren": "12", "amount": "x", "terms": "30", "channel": "email"})
    return {
        "icons": sorted(icons.PATHS),
        "form": SpecimenForm(),
        "bound": bound,
        "aged": charts.aged_bar(columns, title="Balance âgée"),
        "bars": charts.bars(months, layers, title="Encaissements par mois"),
        "lines": charts.lines(
            labels,
            [
                charts.Series("DSO", DSO),
                charts.Series("Meilleur DSO possible", [value - 14 - value % 3 for value in DSO], "second"),
            ],
            title="DSO sur 24 mois",
            full=lambda value: f"{value} j",
        ),
        "spark": charts.sparkline([12, 12, 14, 18, 17, 22, 31], title="Retard moyen : de 12 à 31 jours"),
        "spark_hurt": charts.sparkline([3, 9, 4, 18, 30, 44, 61], title="De 3 à 61 jours", tone="hurt"),
        "bullet": charts.bullet(Decimal(18000), Decimal(30000), title="18 000 € sur 30 000 € autorisés"),
        "bullet_over": charts.bullet(Decimal(31400), Decimal(30000), title="31 400 € sur 30 000 € autorisés"),
        "ranks": charts.ranks(columns[1:4], title="Concentration", total=Decimal(1778012)),
        "page": Paginator(range(1234), 50).page(3),
        "ages": [-39, -7, 0, 12, 43, 128],
        "today": date(2026, 11, 22),
        "now": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        "large": Decimal("1234567890.12"),
        "negative": Decimal("-1840.00"),
    }
