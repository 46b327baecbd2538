"""The rule book for credit managers, in French: what the rules decide, with figures that the rules computed."""

from encours.config.rulebook import asking, customers, law, measures
from encours.config.rulebook.french import NOTICE, table

PAGES = {
    "delais-de-paiement.md": law.terms,
    "taux.md": law.rates,
    "penalites-de-retard.md": law.interest,
    "indemnite-forfaitaire.md": law.fee,
    "balance-agee.md": measures.aged,
    "dso.md": measures.dso,
    "lettrage.md": measures.allocation,
    "comportement-payeur.md": customers.payer,
    "cotation.md": customers.points,
    "relance.md": asking.decision,
    "priorite.md": asking.priority,
}


def pages() -> dict[str, str]:
    """Return every page of the rule book by its file name."""
    written = {name: f"{NOTICE}\n\n{page().strip()}\n" for name, page in PAGES.items()}
    return {"README.md": contents(written), **written}


def contents(written: dict[str, str]) -> str:
    """Return the first page: what the rule book is, and the list of the others."""
    titles = {
        name: next(line for line in text.splitlines() if line.startswith("# "))
        for name, text in written.items()
    }
    listed = table(
        ("Page", "Règles lues dans"),
        [(f"[{title[2:]}]({name})", _source(name)) for name, title in titles.items()],
    )
    return f"""{NOTICE}

# Le livre des règles

Ce livre dit, pour un credit manager, ce qu'Encours décide et comment il compte. Il est écrit par
`make docs` à partir du code des règles : les tableaux, les seuils et les exemples sont calculés par les
fonctions mêmes qui servent au bureau. Un test refuse une page qui n'est plus égale au code.

{listed}

Encours n'est pas un conseil juridique. Les taux, les délais et les articles sont des données datées, avec
leur source ; vérifiez-les avant de vous en prévaloir.
"""


def _source(name: str) -> str:
    documented = PAGES[name].__doc__ or ""
    modules = documented.rpartition("(")[2].rstrip(").").split(", ")
    return ", ".join(f"`rules/{module}`" for module in modules)
