"""A believable company made from dice: its customers and its ledger, written as the files real software writes."""

from encours.demonstration.exports import write_csv, write_customers_csv
from encours.demonstration.fec import write_fec
from encours.demonstration.generator import SEED, company
from encours.demonstration.model import Company, Customer, Organization, PayerKind
from encours.demonstration.open_items import benchmark_items
from encours.demonstration.replies import Asking, Owed, Owing, Reply, replies
from encours.demonstration.summary import Figures, figures
from encours.demonstration.volume import benchmark_fec

__all__ = [
    "SEED",
    "Asking",
    "Company",
    "Customer",
    "Figures",
    "Organization",
    "Owed",
    "Owing",
    "PayerKind",
    "Reply",
    "benchmark_fec",
    "benchmark_items",
    "company",
    "figures",
    "replies",
    "write_csv",
    "write_customers_csv",
    "write_fec",
]
