"""What each customer line is, told from its journal, its side and the other accounts of its entry."""

from datetime import date

import polars as pl

OPENING_CODES = (
    "AN",
    "ANO",
    "ANV",
    "RAN",
    "ANOUV",
    "ANOUVEAU",
    "ANOUVEAUX",
    "OUV",
    "AN1",
    "XAN",
    "REPAN",
    "RANO",
)
SALES_CODES = r"^(?:VE|VT|VEN|VTE|VTES|VENT|VENTE|VENTES|VEN\d|VE\d|VT\d|VTE\d|FAC|FACT|FA|FC)$"
BANK_CODES = (
    r"^(?:BQ|BNQ|BQE|BAN|BANQUE|BQ\d+|BN\d*|BP|CA|CAI|CAISSE|CE|CIC|LCL|CM|SG|BNP|TRE|TRESO|ENC|REG|RG)"
)
OPENING_LABEL = r"nouveau|ouverture|a-nouv"
SALES_LABEL = r"vente|factur|sales"
BANK_LABEL = r"banque|caisse|tresor|encaiss|reglement|cheque|bank|virement|remise"
CREDIT_NOTE_LABEL = r"(?i)\bavoirs?\b|\bnote de credit\b|\bAV[ _-]?\d"

OPENING_CLASSES = 3
OPENING_LINES = 4

# A reference that names nothing: blank, dashes, zeros, or the name of an operation.
NO_REFERENCE = (
    r"(?i)^(?:[-.0\s]*|r\.?a\.?n\.?|a\.?n\.?o?|a[- ]nouveaux?|\[?ns\]?|vt|vir|virt|virement|chq|"
    r"cheque|chèque|prlv|cb|od|facture|reglement|règlement|divers)$"
)
NUMBER_IN_LABEL = (
    r"(?i)\b((?:FACT|FAC|FAV|FA|FC|FV|F|AVO|AVR|AV|AC|INV|VTE|VT|VE)[ ._/-]{0,2}\d[A-Z0-9/_-]*\d|"
    r"(?:FACT|FAC|FA|FC|FV|F|AV|INV)[ ._/-]{0,2}\d\b)"
)
NUMBER_AFTER_WORD = (
    r"(?i)\b(?:factures?|fact\.?|avoirs?|invoice|n[°o]\.?)[ :#]*(?:n[°o]?\.?[ :]*)?"
    r"([A-Z]{0,4}[-_/ ]?\d[A-Z0-9/_.-]*\d)"
)


def kinds(lines: pl.DataFrame, entries: pl.DataFrame, period: tuple[date, date] | None) -> pl.DataFrame:
    """Return the lines with their kind and whether they are carried over from an earlier year."""
    facts = entry_facts(entries, lines["entry"].unique())
    journals = journal_facts(lines.select("journal", "journal_label").unique())
    lines = lines.join(facts, on="entry", how="left", maintain_order="left").join(
        journals, on=["journal", "journal_label"], how="left", maintain_order="left"
    )
    first_day = pl.col("entry_on") == (period[0] if period else None)
    opening = (pl.col("opening_journal") & ~pl.col("has_result")) | (first_day & pl.col("opens"))
    return lines.with_columns(opening.fill_null(value=False).alias("carried")).with_columns(
        _kind().alias("kind")
    )


def journal_facts(journals: pl.DataFrame) -> pl.DataFrame:
    """Return what each journal is for, by its code or its label."""
    code = pl.col("journal").str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    label = pl.col("journal_label").str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{Mn}", "")
    sales = code.str.contains(SALES_CODES) | label.str.contains(SALES_LABEL)
    bank = code.str.contains(BANK_CODES) | label.str.contains(BANK_LABEL)
    return journals.with_columns(
        (code.is_in(OPENING_CODES) | label.str.contains(OPENING_LABEL)).alias("opening_journal"),
        sales.alias("sales_journal"),
        (bank & ~sales).alias("bank_journal"),
    )


def entry_facts(entries: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """Return, for each wanted entry, which other kinds of account it touches."""
    account = pl.col("account")
    # Many lines, few accounts: each account is looked at once.
    accounts = (
        entries.select("account")
        .unique()
        .with_columns(
            (account.str.contains("^(?:7[^68]|4457|4458|487)")).alias("sales"),
            account.str.contains("^5[1348]").alias("bank"),
            account.str.contains("^(?:654|416|413)").alias("transfer"),
            account.str.contains("^[67]").alias("result"),
            account.str.starts_with("89").alias("balance_sheet"),
            account.str.slice(0, 1).alias("class"),
            ~account.str.starts_with("41").alias("other"),
        )
    )
    flags = (
        entries.lazy()
        .select("entry", "cents", "account")
        .filter(pl.col("entry").is_in(wanted.implode()))
        .join(accounts.lazy(), on="account")
        .group_by("entry")
        .agg(
            pl.col("sales").any().alias("has_sales"),
            pl.col("bank").any().alias("has_bank"),
            (pl.col("cents").filter(pl.col("bank")).sum() > 0).alias("bank_in"),
            pl.col("transfer").any().alias("has_transfer"),
            pl.col("result").any().alias("has_result"),
            pl.col("other").any().alias("has_counterpart"),
            (pl.col("cents").sum() == 0).alias("balanced"),
            pl.col("balance_sheet").any().alias("from_balance_sheet"),
            pl.col("class").n_unique().alias("classes"),
            pl.len().alias("size"),
        )
        .collect()
    )
    spread = (pl.col("classes") >= OPENING_CLASSES) & (pl.col("size") >= OPENING_LINES)
    opens = ~pl.col("has_result") & (spread | pl.col("from_balance_sheet"))
    return flags.with_columns(opens.alias("opens")).drop("from_balance_sheet", "classes", "size")


def _kind() -> pl.Expr:
    """Return what a line is, the first answer that holds."""
    debit = pl.col("cents") > 0
    advance = pl.col("account").str.starts_with("419")
    sale = pl.when(debit).then(pl.lit("invoice")).otherwise(pl.lit("credit_note"))
    bank = pl.when(debit).then(pl.lit("returned_payment")).otherwise(pl.lit("payment"))
    paid_at_once = pl.when(debit).then(pl.lit("invoice")).otherwise(pl.lit("payment"))
    refunded = pl.when(debit).then(pl.lit("returned_payment")).otherwise(pl.lit("credit_note"))
    alone = ~pl.col("has_counterpart") & ~pl.col("balanced")
    says_credit_note = pl.col("label").str.contains(CREDIT_NOTE_LABEL)
    by_label = (
        pl.when(debit)
        .then(pl.lit("invoice"))
        .when(says_credit_note)
        .then(pl.lit("credit_note"))
        .otherwise(pl.lit("payment"))
    )
    return (
        pl.when("carried")
        .then(pl.lit("opening"))
        .when(advance)
        .then(pl.when(debit).then(pl.lit("adjustment")).otherwise(pl.lit("prepayment")))
        .when(pl.col("has_sales") & pl.col("has_bank"))
        .then(pl.when("bank_in").then(paid_at_once).otherwise(refunded))
        .when("has_bank")
        .then(bank)
        .when("has_sales")
        .then(sale)
        .when("has_transfer")
        .then(pl.lit("adjustment"))
        .when("sales_journal")
        .then(sale)
        .when("bank_journal")
        .then(bank)
        .when(alone)
        .then(by_label)
        .otherwise(pl.lit("adjustment"))
    )


def with_number(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with the number that a customer knows the piece by, and the ledger's own reference."""
    piece = pl.col("piece").str.replace_all(r"\s+", " ")
    piece = pl.when(piece.str.contains(NO_REFERENCE)).then(pl.lit("")).otherwise(piece)
    given = pl.col("invoice_number").str.replace_all(r"\s+", " ")
    billed = pl.col("kind").is_in(["invoice", "credit_note", "opening", "prepayment"])
    found = pl.coalesce(
        pl.col("label").str.extract(NUMBER_IN_LABEL, 1),
        pl.col("label").str.extract(NUMBER_AFTER_WORD, 1),
        pl.lit(""),
    ).str.replace_all(r"\s+", " ")
    number = (
        pl.when(given != "")
        .then(given)
        .when(piece != "")
        .then(piece)
        .when(billed)
        .then(found.str.strip_chars())
        .otherwise(pl.lit(""))
    )
    return lines.with_columns(
        number.alias("number"),
        pl.when(number != piece).then(piece).otherwise(pl.lit("")).alias("reference"),
    )
