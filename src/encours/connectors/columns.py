"""Which column of any list of open items says what: guessed from its name and its content, corrected by a person."""

import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import polars as pl

from encours.connectors import values
from encours.connectors.fec_columns import plain

# Spellings without accents, case, spaces or punctuation; the first ones are the surest.
SPELLINGS: Map[str, str] = {
    "customer_code": (
        "codeclient codetiers code comptetiers comptetier comptesauxiliaire compteauxiliaire "
        "auxiliaire compauxnum numclient nclient noclient numeroclient clientid idclient reftiers "
        "referenceclient compteclient numerocomptetiers customercode customerid customerno customernumber "
        "customeraccount accountcode partnerid partnercode tierscode clientcode tiers"
    ),
    "customer_name": (
        "raisonsociale nomclient nom client clientnom nomtiers libelletiers intituletiers intitule "
        "denomination societe nomdutiers nomduclient compauxlib customername customer name company "
        "companyname contactname partner partnername debiteur libelleclient clientfacture intitulecompte "
        "libellecompte"
    ),
    "account": (
        "compte comptenum numcompte ncompte numerocompte comptegeneral comptecomptable account ledgeraccount"
    ),
    "number": (
        "numerofacture numfacture nfacture nofacture facture facturen piece npiece nopiece numpiece "
        "numeropiece numero document documentno documentnumber invoice invoiceno invoicenumber "
        "invoiceid numdocument ndocument pieceref refpiece referencepiece reffacture "
        "referencefacture num n no number"
    ),
    "reference": (
        "reference ref votrereference commande ncommande refcommande numcommande bondecommande "
        "purchaseorder po ponumber yourreference refclient externalreference"
    ),
    "label": (
        "libelle libelleecriture description designation objet commentaire ecriturelib label memo "
        "details narration"
    ),
    "kind": (
        "type typepiece typedocument typedoc nature typedepiece typeecriture documenttype doctype "
        "transactiontype kind typededocument typedefacture"
    ),
    "journal": "journal codejournal journalcode jnl jal cj",
    "issued_on": (
        "datefacture datepiece date dateecriture datedocument datedefacture dateemission emission "
        "dateemise facturele invoicedate documentdate issuedate postingdate datecomptable emisele "
        "datecreation"
    ),
    "due_on": (
        "dateecheance echeance datedecheance dateech ech echeancele duedate due datelimite "
        "datelimitedereglement datelimitereglement datelimitereglmt datelimitepaiement "
        "dateexigibilite datederecheance netduedate maturity"
    ),
    "amount": (
        "montantttc montant ttc totalttc montantfacture montanttotal montantinitial montantorigine "
        "total amount totalamount invoiceamount originalamount grossamount grandtotal montanteur "
        "montanteuros valeur netapayer"
    ),
    "debit": "debit montantdebit debiteur soldedebiteur debits debitamount debiteuro",
    "credit": "credit montantcredit crediteur soldecrediteur credits creditamount crediteuro",
    "side": "sens dc debitcredit debcred sensecriture",
    "open_amount": (
        "resteapayer restedu restearegler montantrestant montantdu solde soldedu reste soldefacture "
        "montantouvert soldettc resteapercevoir restantdu montantrestantdu montantnonregle nonregle "
        "encours openamount outstanding outstandingamount balance balancedue amountdue remaining "
        "remainingamount openbalance residual amountresidual residualamount unpaid soldeeur "
        "soldeapayer aregler"
    ),
    "paid_amount": (
        "montantregle montantpaye regle paye dejaregle dejapaye acompteregle amountpaid paid "
        "paidamount montantencaisse encaisse"
    ),
    "paid_on": (
        "datereglement datepaiement dateregle dateencaissement paymentdate paidon datedernierreglement"
    ),
    "lettering": "lettrage lettre codelettrage ecriturelet let matching matchingnumber",
    "lettered_on": "datelettrage datelet letteringdate matchingdate",
    "currency": "devise monnaie currency currencycode codedevise",
    "siren": (
        "siren siret nsiren nsiret sirenclient siretclient numsiren numsiret registrationnumber companynumber"
    ),
    "vat_number": (
        "tva tvaintracom tvaintra ntva numtva numerotva tvaintracommunautaire "
        "ntvaintracommunautaire vat vatnumber vatid vatno taxid"
    ),
    "email": (
        "email mail emails courriel adressemail adresseemail adresseelectronique emailclient "
        "emailcomptabilite"
    ),
    "phone": "telephone tel phone phonenumber mobile portable numtelephone ntelephone telephoneclient",
    "address": "adresse adresse1 rue address street adressefacturation adressepostale streetaddress",
    "postal_code": "codepostal cp postalcode zip zipcode postcode",
    "city": "ville commune localite city town",
    "country": "pays country codepays countrycode",
    "terms": (
        "conditions conditionsdereglement conditionsreglement conditionspaiement "
        "conditionsdepaiement modalites modereglement delai delaireglement delaidepaiement "
        "delaipaiement terms paymentterms paymentterm reglement"
    ),
}
KEYWORDS: Map[str, str] = {
    "due_on": r"echeance|due|maturity|exigib",
    "open_amount": r"reste|solde|restant|outstanding|remaining|balance|ouvert|residual|amountdue",
    "paid_amount": r"regle$|paye$|encaisse|amountpaid",
    "issued_on": r"^date|^(?:invoice|bill|doc|posting|issue).*date$",
    # What a customer owes includes tax: a column without it, or of the tax alone, is no amount of an item.
    "amount": (
        r"^(?!.*(?:(?:montant|total|base)ht|horstax|tva|untaxed|(?<!inc)(?<!incl)tax(?!in)))"
        r".*(?:montant|ttc|amount|total)"
    ),
    "customer_name": (
        r"^(?!ref|code|num|type|.*(?:mail|tel)).*(?:raison|client|customer|partner|partenaire|societe"
        r"|denomination|nomtiers|intitule.*tiers)"
    ),
    "customer_code": r"(?:code|compte).*(?:client|tiers|auxiliaire)|(?:client|tiers).*(?:code|num|id)",
    "kind": r"^(?:type|nature)(?!.*(?:client|tiers|customer))",
    "number": r"facture|invoice|piece|document",
    "email": r"mail",
    "phone": r"tel|phone",
    "siren": r"siren|siret",
    "vat_number": r"tva|vat",
    "terms": r"condition|reglement|terms|delai",
}
DATES = ("issued_on", "due_on", "paid_on", "lettered_on")
CUSTOMER_FACTS = {"siren", "vat_number", "email", "phone", "address", "postal_code", "city", "terms"}
AMOUNTS = ("amount", "debit", "credit", "open_amount", "paid_amount")
PATTERNS: Map[str, str] = {
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "siren": r"^\s*\d{3}[\s.]?\d{3}[\s.]?\d{3}",
    "vat_number": r"^\s*[A-Za-z]{2}[\s\dA-Za-z]{8,}",
    "phone": r"\d.*\d.*\d.*\d.*\d.*\d",
    "lettering": r"^\S{0,12}$",
    "currency": r"^\s*(?:[A-Za-z]{3}|[€$£])\s*$",
}
# Alone, such a column holds what the piece is called; beside a number, what the customer calls it.
REFERENCES = {"reference", "ref"}
# Beside debit and credit, such a column is the running balance of the account.
RUNNING = {"solde", "soldecumule", "soldeprogressif", "balance", "runningbalance", "cumul", "soldeeur"}
SURE, LIKELY, POSSIBLE = 1.0, 0.7, 0.5
RANK_STEP = 0.005
# Of a column whose name leaves no doubt, some cells are enough: the others are told line by line.
FITS, SOME = 0.6, 0.2


@dataclass(frozen=True)
class Mapping:
    """Our name of a field → the header that holds it, and how sure the guess is, from 0 to 1.

    The mark of decimals and the order of dates are what a person says of them; where none is said, they are detected.
    """

    columns: Map[str, str]
    confidence: Map[str, float] = field(default_factory=dict)
    decimal: values.Mark | None = None
    dates: str | None = None

    @classmethod
    def of_json(cls, columns: Map[str, str]) -> "Mapping":
        """Return a mapping as it was remembered; fields that we no longer know are left out."""
        return cls(
            {name: header for name, header in columns.items() if name in SPELLINGS and header},
            decimal=next((mark for mark in values.MARKS if mark == columns.get("decimal")), None),
            dates=next((order for order in values.FORMATS if order == columns.get("dates")), None),
        )

    def as_json(self) -> dict[str, str]:
        """Return the columns, and what a person said of amounts and dates, as they are remembered."""
        said = {"decimal": self.decimal, "dates": self.dates}
        return {**self.columns, **{name: choice for name, choice in said.items() if choice}}

    @property
    def formats(self) -> tuple[str, ...] | None:
        """Return the formats that a date may have, or nothing where they are detected."""
        return values.FORMATS[self.dates] if self.dates else None

    @property
    def lists_customers(self) -> bool:
        """Tell whether the list is of customers, with no items: no date, no amount, but facts of customers."""
        have = set(self.columns)
        return (
            not have & {*DATES, *AMOUNTS}
            and bool(have & CUSTOMER_FACTS)
            and "customer_name" not in self.missing
        )

    @property
    def missing(self) -> list[str]:
        """Return the fields without which the list cannot be read."""
        have = set(self.columns)
        lacking = []
        if not have & {"customer_code", "customer_name", "account"}:
            lacking.append("customer_name")
        if "issued_on" not in have and "due_on" not in have:
            lacking.append("issued_on")
        if not have & {"amount", "open_amount"} and not {"debit", "credit"} <= have:
            lacking.append("amount")
        return lacking


def header_fingerprint(headers: Sequence[str]) -> str:
    """Return the same short text for the same columns, whatever their order, accents or case."""
    names = sorted(plain(header) for header in headers if plain(header))
    return blake2b("\x1f".join(names).encode(), digest_size=16).hexdigest()


def likeness(header: str, name: str) -> float:
    """Return how much a header reads like one of our fields, from 0 to 1."""
    word = plain(header)
    if not word:
        return 0.0
    spellings = SPELLINGS[name].split()
    if word in spellings:
        return SURE - RANK_STEP * spellings.index(word)
    return LIKELY if re.search(KEYWORDS.get(name, "^$"), word) else 0.0


def known_headers(headers: Sequence[str]) -> int:
    """Return how many headers name a field for sure."""
    return sum(any(likeness(header, name) > LIKELY for name in SPELLINGS) for header in headers)


def guess_mapping(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping:
    """Return the likeliest header of each field, each header used once; content that contradicts a name wins."""
    contents = {
        header: [row[place] for row in rows if place < len(row) and row[place].strip()]
        for place, header in enumerate(headers)
    }
    scored = [
        (score, name, header)
        for header, content in contents.items()
        for name in SPELLINGS
        if (score := _score(header, name, content)) >= POSSIBLE
    ]
    columns: dict[str, str] = {}
    confidence: dict[str, float] = {}
    for score, name, header in sorted(scored, key=lambda one: (-one[0], list(SPELLINGS).index(one[1]))):
        if name not in columns and header not in columns.values():
            columns[name] = header
            confidence[name] = round(score, 2)
    if {"debit", "credit"} <= set(columns) and plain(columns.get("open_amount", "")) in RUNNING:
        del columns["open_amount"], confidence["open_amount"]
    if "number" not in columns and plain(columns.get("reference", "")) in REFERENCES:
        columns["number"], confidence["number"] = columns.pop("reference"), confidence.pop("reference")
    return Mapping(columns, confidence)


def _score(header: str, name: str, content: Sequence[str]) -> float:
    """Return how well a column fits a field, by its name and by what it holds."""
    score = likeness(header, name)
    if not score and name != "email":
        return 0.0
    fit = _fit(name, content)
    if fit is None:
        return score
    if fit < (SOME if score > LIKELY else FITS):
        return 0.0
    if not score and name == "email":
        return POSSIBLE
    return score


def _fit(name: str, content: Sequence[str]) -> float | None:
    """Return the share of cells that look like the field, or nothing where any text will do."""
    if not content:
        return None
    cells = pl.Series("text", list(content))
    if name in DATES:
        return 1 - values.dates(cells, serial=True).null_count() / len(cells)
    if name in AMOUNTS:
        return 1 - values.to_cents(cells, ",").null_count() / len(cells)
    if name in PATTERNS:
        return float(cells.str.contains(PATTERNS[name]).sum()) / len(cells)
    return None
