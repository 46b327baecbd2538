"""The letter that is measured: a reminder of five invoices, as it leaves."""

from datetime import date, timedelta
from decimal import Decimal

INVOICES = 5


def letter(rank: int, today: date) -> dict[str, object]:
    """Return the data of one letter; every letter differs in its figures."""
    items = [
        {
            "number": f"F-{today.year}-{rank:04}{place}",
            "issued_on": today - timedelta(days=75 + place),
            "due_on": today - timedelta(days=30 + place),
            "days_overdue": 30 + place,
            "amount": Decimal(1000 + rank * 10 + place),
            "open_amount": Decimal(1000 + rank * 10 + place),
        }
        for place in range(INVOICES)
    ]
    total = sum((Decimal(str(item["open_amount"])) for item in items), Decimal(0))
    return {
        "language": "fr",
        "sender": {
            "name": "Ateliers Lumière SAS",
            "lines": ["12 rue des Forges", "38000 Grenoble"],
            "legal": "",
        },
        "recipient": {
            "name": f"Client {rank:04} SARL",
            "lines": ["Comptabilité", "1 place du Marché", "69001 Lyon"],
        },
        "written_on": today,
        "dateline": f"Grenoble, le {today:%d/%m/%Y}",
        "subject": f"Relance : {INVOICES} factures échues",
        "paragraphs": ["Madame, Monsieur,", "Nous n’avons pas reçu le règlement des factures suivantes."],
        "items": items,
        "totals": [{"label": "Total", "amount": total, "strong": True}],
        "closing": ["Nous vous remercions de votre règlement."],
        "signature": {"name": "Claire Martin", "role": "Chargée de recouvrement"},
    }
