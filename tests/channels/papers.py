"""Documents of a believable company, with fixed values."""

from datetime import date
from decimal import Decimal
from typing import Any

FRENCH = {
    "action": "À faire",
    "addressee": "Destinataire",
    "aged_balance": "Balance âgée",
    "amount": "Montant",
    "amount_to_pay": "Montant à régler",
    "basis": "Fondement",
    "bic": "BIC",
    "claim": "Créance accessoire",
    "claims": "Ce qui peut être réclamé",
    "credit": "Crédit",
    "customer": "Client",
    "customers_at_risk": "Clients à risque, et pourquoi",
    "days": "Jours",
    "days_overdue": "Retard (j)",
    "debit": "Débit",
    "do_today": "À faire aujourd’hui",
    "due_on": "Échéance",
    "iban": "IBAN",
    "interest_base": "Assiette",
    "issued_on": "Date",
    "kind": "Pièce",
    "late_interest": "Pénalités de retard",
    "late_interest_amount": "Pénalités",
    "notes": "Comment ces chiffres sont faits",
    "number": "Numéro",
    "open_amount": "Reste dû",
    "outstanding": "Encours",
    "overdue": "Échu",
    "page": "Page",
    "pages": "Pages",
    "payee": "Titulaire",
    "payment_details": "Pour régler par virement",
    "payment_reference": "Référence à rappeler",
    "period": "Période",
    "post_number": "Numéro donné par La Poste",
    "post_stamp": "Cachet du bureau de poste",
    "rank": "N°",
    "rate": "Taux",
    "scan_to_pay": "Scanner pour payer",
    "service": "Service",
    "subject": "Objet :",
    "total": "Total",
    "why": "Pourquoi",
}

SENDER = {
    "name": "Menuiserie Morel",
    "lines": ["14 rue des Tanneurs", "69005 Lyon", "04 72 00 11 22", "recouvrement@morel.example"],
    "legal": "Menuiserie Morel SAS au capital de 80 000 € · RCS Lyon 900 000 001 · TVA FR00900000001",
}
PAYMENT = {
    "holder": "Menuiserie Morel SAS",
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
    "reference": "RF18539007547034",
    "amount": Decimal("15154.07"),
}
RECIPIENT = {
    "name": "Bâtiments Durand & Fils",
    "lines": [
        "Comptabilité fournisseurs",
        "Madame Claire Lefèvre",
        "ZA des Mûriers, bâtiment C",
        "38200 Vienne",
    ],
}


def letter(*, items: int = 5, **changes: Any) -> dict[str, Any]:
    """A formal notice about some invoices."""
    data: dict[str, Any] = {
        "language": "fr",
        "labels": FRENCH,
        "sender": SENDER,
        "recipient": RECIPIENT,
        "delivery": "Lettre recommandée avec avis de réception",
        "written_on": date(2026, 11, 22),
        "dateline": "Lyon, le 22 novembre 2026",
        "references": [
            {"label": "Votre compte", "value": "C00412"},
            {"label": "Notre référence", "value": "R-2026-118"},
            {"label": "Affaire suivie par", "value": "Inès Caron"},
        ],
        "subject": "Mise en demeure de payer la somme de 15 154,07 €",
        "paragraphs": [
            "Madame,",
            (
                "Malgré nos relances des 12 septembre et 4 octobre, et sauf erreur de notre part, les "
                "factures ci-dessous restent impayées. Leur échéance est dépassée ; aucune contestation ne nous "
                "est parvenue."
            ),
            (
                "Nous vous mettons en demeure de nous régler la somme totale indiquée ci-après dans un délai "
                "de huit jours à compter de la présentation de cette lettre."
            ),
        ],
        "items": [
            {
                "number": f"FA-2026-{1041 + 7 * place:05}",
                "issued_on": date(2026, 6, 1 + place % 28),
                "due_on": date(2026, 7, 1 + place % 28),
                "days_overdue": 144 - place % 28,
                "amount": Decimal("2880.00") + 10 * place,
                "open_amount": Decimal("2880.00") + 10 * place,
            }
            for place in range(items)
        ],
        "interest": {
            "segments": [
                {
                    "number": "FA-2026-01041",
                    "from_on": date(2025, 2, 1),
                    "to_on": date(2025, 6, 30),
                    "days": 150,
                    "principal": Decimal("12000.00"),
                    "rate_percent": Decimal("13.15"),
                    "amount": Decimal("648.4932"),
                },
                {
                    "number": "FA-2026-01041",
                    "from_on": date(2025, 7, 1),
                    "to_on": date(2025, 9, 15),
                    "days": 77,
                    "principal": Decimal("12000.00"),
                    "rate_percent": Decimal("12.15"),
                    "amount": Decimal("307.5781"),
                },
            ],
            "note": "Taux de la BCE majoré de dix points, semestre par semestre, sur 365 jours.",
        },
        "totals": [
            {"label": "Factures", "amount": Decimal("13998.00")},
            {"label": "Pénalités de retard", "amount": Decimal("956.07")},
            {"label": "Indemnités forfaitaires (5 × 40 €)", "amount": Decimal("200.00")},
            {"label": "Total à régler", "amount": Decimal("15154.07"), "strong": True},
        ],
        "payment": PAYMENT,
        "closing": [
            (
                "À défaut, nous saisirons le tribunal sans autre avis, et les pénalités continueront de "
                "courir jusqu’au paiement complet."
            ),
            "Si votre règlement a croisé cette lettre, nous vous remercions de ne pas en tenir compte.",
            "Veuillez agréer, Madame, l’expression de nos salutations distinguées.",
        ],
        "signature": {"name": "Inès Caron", "role": "Responsable du crédit clients"},
        "legal": [
            (
                "Art. L441-10 II du code de commerce : les pénalités de retard sont exigibles sans qu’un rappel "
                "soit nécessaire. Tout professionnel en situation de retard de paiement est de plein droit "
                "débiteur, à l’égard du créancier, d’une indemnité forfaitaire de 40 € pour frais de "
                "recouvrement (art. D441-5)."
            )
        ],
    }
    return {**data, **changes}


AGED = {
    "columns": [
        {"label": "Non échu", "amount": Decimal("412380.50")},
        {"label": "1–30 jours", "amount": Decimal("96210.00")},
        {"label": "31–60 jours", "amount": Decimal("48770.25")},
        {"label": "61–90 jours", "amount": Decimal("21400.00")},
        {"label": "Plus de 90 jours", "amount": Decimal("37915.80")},
    ]
}


def statement(**changes: Any) -> dict[str, Any]:
    """The account of one customer at a day."""
    data: dict[str, Any] = {
        "language": "fr",
        "labels": FRENCH,
        "sender": SENDER,
        "recipient": RECIPIENT,
        "written_on": date(2026, 11, 22),
        "dateline": "Lyon, le 22 novembre 2026",
        "references": [{"label": "Votre compte", "value": "C00412"}],
        "subject": "Relevé de compte au 22 novembre 2026",
        "paragraphs": ["Voici votre compte dans nos livres : merci de nous signaler tout écart."],
        "items": [
            {
                "kind": "Facture",
                "number": f"FA-2026-{1041 + 7 * place:05}",
                "issued_on": date(2026, 6 + place % 5, 3),
                "due_on": date(2026, 7 + place % 5, 3),
                "days_overdue": 142 - 30 * (place % 5),
                "debit": Decimal("2880.00") + 10 * place,
                "credit": None,
                "open_amount": Decimal("2880.00"),
            }
            for place in range(9)
        ]
        + [
            {
                "kind": "Avoir",
                "number": "AV-2026-00018",
                "issued_on": date(2026, 9, 9),
                "credit": Decimal("310.40"),
                "open_amount": Decimal("310.40"),
            },
        ],
        "aged": AGED,
        "totals": [{"label": "Solde à régler", "amount": Decimal("25609.60"), "strong": True}],
        "payment": {**PAYMENT, "amount": Decimal("25609.60"), "reference": "C00412"},
    }
    return {**data, **changes}


def report(**changes: Any) -> dict[str, Any]:
    """The analysis of a ledger."""
    data: dict[str, Any] = {
        "language": "fr",
        "labels": FRENCH,
        "written_on": date(2026, 11, 22),
        "organization": "Menuiserie Morel SAS",
        "title": "Poste clients au 22 novembre 2026",
        "subtitle": "grand livre du 01/01/2025 au 21/11/2026",
        "facts": [
            {"label": "Encours", "value": "616 676,55 €", "note": "214 pièces ouvertes, 87 clients"},
            {"label": "Échu", "value": "204 296,05 €", "note": "33 % de l’encours", "tone": "bad"},
            {"label": "DSO par épuisement", "value": "58 jours", "note": "61 jours par la méthode simple"},
            {"label": "À réclamer", "value": "11 842,19 €", "note": "pénalités, indemnités", "tone": "good"},
        ],
        "aged": {**AGED, "note": "12 échéances sur 214 sont déduites des conditions de règlement du client."},
        "today": [
            {
                "customer": name,
                "action": action,
                "reason": reason,
                "amount": Decimal(amount),
            }
            for name, action, reason, amount in [
                ("Bâtiments Durand & Fils", "Mise en demeure", "3 factures à plus de 90 jours", "13998.00"),
                ("Clinique des Érables", "Appeler", "payait à 32 jours, 71 aujourd’hui", "8460.00"),
                ("Hôtel du Vieux Port", "Deuxième relance", "facture échue depuis 24 jours", "3120.50"),
            ]
        ],
        "customers": [
            {
                "name": name, "code": code, "grade": grade, "overdue": Decimal(overdue),
                "outstanding": Decimal(outstanding), "reasons": reasons,
            }
            for name, code, grade, overdue, outstanding, reasons in [
                ("Bâtiments Durand & Fils", "C00412", "E", "13998.00", "21840.00",
                 ["paie en moyenne 61 jours après l’échéance", "le retard s’aggrave depuis trois mois"]),
                ("Clinique des Érables", "C00077", "D", "8460.00", "30110.20",
                 ["habitude rompue : 32 jours, puis 71"]),
                ("Coopérative agricole de la vallée de la Drôme et du Diois réunis", "C00100", "C", "2100.00",
                 "18000.00", ["12 % de l’encours total sur un seul client"]),
                ("Hôtel du Vieux Port", "C00231", "B", "0", "3120.50", ["saisonnier, règle en septembre"]),
            ]
        ],
        "claims": [
            {"label": "Pénalités de retard", "note": "art. L441-10 II, comptées au 30/06/2026 (partiel)",
             "amount": Decimal("7322.19")},
            {"label": "Indemnités forfaitaires de recouvrement", "note": "113 factures × 40 €, art. D441-5",
             "amount": Decimal("4520.00")},
        ],
        "notes": [
            "Les montants sont toutes taxes comprises et en euros.",
            "Le retard moyen est pondéré par les montants, sur douze mois.",
        ],
        "footer": "Encours · analyse du 22/11/2026",
    }  # fmt: skip
    return {**data, **changes}


def aged_balance(*, rows: int = 60, **changes: Any) -> dict[str, Any]:
    """The aged balance of many customers."""
    data: dict[str, Any] = {
        "language": "fr",
        "labels": FRENCH,
        "written_on": date(2026, 11, 22),
        "organization": "Menuiserie Morel SAS",
        "title": "Balance âgée au 22 novembre 2026",
        "subtitle": f"{rows} clients, en euros",
        "aged": AGED,
        "columns": ["Non échu", "1–30", "31–60", "61–90", "> 90"],
        "rows": [
            {
                "code": f"C{place:05}",
                "name": f"Société numéro {place}",
                "cells": [Decimal("4123.50"), Decimal("812.00"), None, Decimal("99.90"), None],
                "total": Decimal("5035.40"),
            }
            for place in range(rows)
        ],
        "totals": [
            Decimal("412380.50"),
            Decimal("96210.00"),
            Decimal(0),
            Decimal("21400.00"),
            None,
            Decimal("529990.50"),
        ],
    }
    return {**data, **changes}


def posting(*, rows: int = 3, **changes: Any) -> dict[str, Any]:
    """The list of letters for the post office: simple ones, and registered ones with or without their number."""
    data: dict[str, Any] = {
        "language": "fr",
        "labels": FRENCH,
        "written_on": date(2026, 11, 22),
        "organization": {"name": "Menuiserie Morel SAS", "lines": ["14 rue des Tanneurs", "69005 Lyon"]},
        "title": "Courriers à poster",
        "subtitle": "22/11/2026",
        "rows": [
            {
                "rank": place + 1,
                "name": f"Société numéro {place}",
                "lines": ["Service comptabilité", "ZA des Mûriers", "38200 Vienne"],
                "code": f"C{place:05}",
                "service": "Recommandé avec avis" if place % 3 else "Lettre simple",
                "number": "2C 123 456 7890 1" if place % 3 == 1 else "",
                "pages": 1 + place % 2,
                "registered": bool(place % 3),
            }
            for place in range(rows)
        ],
        "totals": [{"label": "Lettres simples", "value": "1"}, {"label": "Recommandés", "value": "2"}],
    }
    return {**data, **changes}
