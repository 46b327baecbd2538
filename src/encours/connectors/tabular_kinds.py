"""What each line of a list is: by its type, its journal, its words, and its sign."""

import polars as pl

from encours.connectors.fec_kinds import journal_facts

# An invoice that asks for a deposit is owed as any other.
DEPOSIT_INVOICE = r"\bfactures? d.?(?:acompte|avance)|\b(?:deposit|prepayment) invoice"
# The words that name a kind of piece, in the order they are tried; a letter alone is a code.
WORDS = (
    ("invoice", DEPOSIT_INVOICE),
    ("returned_payment", r"impay|rejet|retour(?:ne)?\b|returned|chargeback|bounced"),
    ("credit_note", r"avoir|credit ?(?:note|memo)|note de credit|^a$|^av|^cn$|^cm$|refund"),
    ("prepayment", r"acompte|avance|prepay|deposit|down ?payment|^ac$"),
    ("opening", r"nouveau|^an$|^ran$|opening|report|solde anterieur|ouverture"),
    (
        "payment",
        r"reglement|regl\b|paiement|encaiss|virement|cheque|prelevement|payment|receipt|^r$|^rg|^p$|^pay|^vir|^chq|^cb$",
    ),
    ("invoice", r"facture|invoice|^f$|^fa|^fc|^fv|^inv|^bill|^vente"),
    ("adjustment", r"^od|divers|adjust|ecart|^journal$"),
)
IN_A_LABEL = (
    ("invoice", DEPOSIT_INVOICE),
    ("returned_payment", r"\bimpayes?\b|\brejets?\b"),
    ("credit_note", r"\bavoirs?\b|\bcredit note\b|\bnote de credit\b"),
    ("prepayment", r"\bacomptes?\b"),
    ("opening", r"\ba[- ]nouveaux?\b|\breport a nouveau\b"),
)
CREDIT_NOTE_NUMBER = r"^av(?:o|oir)?[ _-]?\d"
CREDIT_NOTE_TITLE = r"^(?:avoir|credit note|note de credit)\b"
CREDIT_KINDS = ("credit_note", "payment", "prepayment")


def with_kind(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with their kind and the sign that goes with it.

    Some lists print the amounts of a type positive and let the type say which way they go: a payment then takes away.
    Where no amount of the list has a sign, a number or a title that says credit note does so too.
    """
    words = frame.select("kind").unique().with_columns(_plain("kind").alias("word"))
    words = words.select("kind", _by_word("word").alias("said"))
    frame = frame.join(words, on="kind", how="left", maintain_order="left")
    frame = frame.with_columns(_plain("label").alias("plain_label"), _plain("number").alias("plain_number"))
    unsigned = not (frame["cents"] < 0).any()
    titled = pl.col("plain_number").str.contains(CREDIT_NOTE_NUMBER) | pl.col("plain_label").str.contains(
        CREDIT_NOTE_TITLE
    )
    told = pl.when(pl.lit(unsigned) & titled).then(pl.lit("credit_note"))
    frame = frame.with_columns(pl.coalesce("said", told).alias("said"))
    by_sides = bool(frame["has_credit"].any() or (frame["side"] != "").any())
    one_way = ~(pl.col("cents") < 0).any().over("said")
    turned = pl.col("said").is_in(CREDIT_KINDS) & one_way & pl.lit(not by_sides)
    frame = frame.with_columns(pl.when(turned).then(-pl.col("cents")).otherwise("cents").alias("cents"))
    journals = journal_facts(frame.select("journal", pl.col("journal").alias("journal_label")).unique()).drop(
        "journal_label"
    )
    frame = frame.join(journals, on="journal", how="left", maintain_order="left")
    debit = pl.col("cents") > 0
    by_journal = (
        pl.when("opening_journal")
        .then(pl.lit("opening"))
        .when("sales_journal")
        .then(pl.when(debit).then(pl.lit("invoice")).otherwise(pl.lit("credit_note")))
        .when("bank_journal")
        .then(pl.when(debit).then(pl.lit("returned_payment")).otherwise(pl.lit("payment")))
        .when(pl.col("journal").str.to_uppercase().str.contains("^OD"))
        .then(pl.lit("adjustment"))
    )
    label = pl.col("plain_label")
    by_label = pl.coalesce(
        pl.when(label.str.contains(words)).then(pl.lit(kind)) for kind, words in IN_A_LABEL
    )
    by_number = pl.when(pl.col("plain_number").str.contains(CREDIT_NOTE_NUMBER)).then(pl.lit("credit_note"))
    by_sign = pl.when(debit).then(pl.lit("invoice")).otherwise(pl.lit("payment"))
    guess = pl.coalesce("said", by_journal, by_label, by_number, by_sign)
    return frame.with_columns(_agreeing(guess).alias("kind")).with_columns(
        (pl.col("kind") == "opening").alias("carried")
    )


def _agreeing(kind: pl.Expr) -> pl.Expr:
    """Return a kind that its sign allows."""
    debit = pl.col("cents") > 0
    return (
        pl.when(debit & (kind == "payment"))
        .then(pl.lit("returned_payment"))
        .when(debit & kind.is_in(["credit_note", "prepayment"]))
        .then(pl.lit("adjustment"))
        .when(~debit & (kind == "invoice"))
        .then(pl.lit("credit_note"))
        .when(~debit & (kind == "returned_payment"))
        .then(pl.lit("payment"))
        .otherwise(kind)
    )


def _by_word(column: str) -> pl.Expr:
    """Return the kind that a plain word names, or nothing."""
    text = pl.col(column)
    return pl.coalesce(
        pl.when((text != "") & text.str.contains(words)).then(pl.lit(kind)) for kind, words in WORDS
    )


def _plain(column: str) -> pl.Expr:
    """Return a text in lower case without accents."""
    return pl.col(column).str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{Mn}", "")
