"""What is measured: each work once on the real code, in an organization of its own."""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median

import polars as pl
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from encours.accounts import tenancy
from encours.accounts.actions import create_organization
from encours.accounts.models import Organization, User
from encours.channels import letters
from encours.connectors.reading import read_any
from encours.customers.models import Customer
from encours.demonstration import benchmark_fec, benchmark_items
from encours.dunning import actions as dunning
from encours.dunning.day import run_day
from encours.receivables import actions
from encours.receivables.models import Import
from encours.receivables.rows import Batch
from encours.receivables.staging import stage
from encours.reports.queries import aged_balance

PAGE_RUNS = 7


@dataclass(frozen=True)
class Figure:
    """One cell of the table."""

    work: str
    size: int
    text: str


def seconds(work: Callable[[], object]) -> float:
    """Return how long a work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def said(value: float) -> str:
    """Write a duration with the digits that mean something."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def peak() -> str:
    """Return the largest memory of this process so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9:.2f} GB"


def measure_all(sizes: list[int], home: Path) -> list[Figure]:
    """Measure every work at every size."""
    from benchmarks.chasing import measure_chasing

    user = User.objects.create_user("bench@encours.example", "not a secret")
    now = timezone.now()
    figures = []
    for size in sizes:
        print(f"{size} lines…", flush=True)
        file = benchmark_fec(home / f"900000001FEC{now.year - 1}1231-{size}.txt", size, year=now.year - 1)
        figures += list(measure_ledger(file, size, user, now))
        file.unlink()
    open_items = benchmark_items(home / "items.csv", 10_000, today=now.date())
    figures += list(measure_dunning(open_items, user, now))
    for size in sizes:
        figures += list(measure_chasing(size, home, user, now))
    figures += list(measure_letters(now.date()))
    return figures


@contextmanager
def organization(user: User, name: str, now: datetime) -> Iterator[Organization]:
    """Give a new organization, seen by the transaction."""
    made = create_organization(user, name=name, now=now, welcomed_at=now)
    with tenancy.inside(made.pk):
        yield made


def bare_copy(batch: Batch) -> float:
    """Return how long a bare COPY of the items takes: no key, no index, no check."""
    frame = batch.items.select(
        "external_id", "customer_code", "kind", "side", "number", "reference", "label", "issued_on", "due_on",
        (pl.col("amount") * 100).cast(pl.Int64).alias("cents"), "currency", "line", "lettering",
    )  # fmt: skip
    with transaction.atomic():
        return seconds(lambda: stage("bare", frame))


def load(found: Organization, file: Path, now: datetime) -> Batch:
    """Load a file as the importer does, reading included."""
    batch = read_any(file)
    received = Import.objects.create(organization=found, source=batch.source, file_name=file.name)
    actions.load(found, received, batch, by="bench", now=now)
    return batch


def measure_ledger(file: Path, size: int, user: User, now: datetime) -> Iterator[Figure]:
    """Measure the life of one ledger."""
    batch = read_any(file)
    copy = bare_copy(batch)
    yield Figure("customer items", size, f"{batch.items.height:,}".replace(",", " "))
    yield Figure("bare COPY of the items", size, said(copy))
    del batch
    with organization(user, f"bench {size}", now) as found:
        first = seconds(lambda: load(found, file, now))
    yield Figure("load, reading included", size, f"{said(first)} ({first / copy:.0f} × COPY)")
    yield Figure("memory at its peak", size, peak())
    with tenancy.inside(found.pk):
        again = seconds(lambda: load(found, file, now))
    yield Figure("load the same file again", size, f"{said(again)} ({again / first:.2f} × the first)")
    with connection.cursor() as cursor:
        for table in ("customers_customer", "receivables_item", "receivables_allocation"):
            cursor.execute("SELECT encours_analyze(%s)", [table])
    with tenancy.inside(found.pk):
        today = now.date()
        yield Figure("aged balance, today", size, said(seconds(lambda: aged_balance(found, today))))
        past = date(today.year - 1, 6, 30)
        yield Figure(
            "aged balance, replayed at a past day",
            size,
            said(seconds(lambda: aged_balance(found, today, on=past))),
        )
    yield Figure("daily run, first", size, said(seconds(lambda: run_day(found.pk, now))))
    yield Figure("daily run, again", size, said(seconds(lambda: run_day(found.pk, now))))
    yield from measure_pages(found, user, size)


def measure_pages(found: Organization, user: User, size: int) -> Iterator[Figure]:
    """Measure pages through Django, signed in, with their number of queries."""
    with tenancy.inside(found.pk):
        customer = Customer.objects.order_by("pk").first()
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = browser.session
    session["organization"] = found.pk
    session.save()
    addresses = {
        "today page": "/",
        "overview page": "/overview/",
        "customers page": "/customers/",
        "customer page": f"/customers/{customer.pk}/" if customer else "/customers/",
        "items page": "/items/",
        "aged balance page": "/aging/",
    }
    for name, address in addresses.items():
        cold = seconds(lambda address=address: browser.get(address))
        runs = [seconds(lambda address=address: browser.get(address)) for _turn in range(PAGE_RUNS)]
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(address)
        status = "" if answer.status_code == 200 else f", HTTP {answer.status_code}"
        yield Figure(name, size, f"{said(median(runs))}, first {said(cold)}, {len(queries)} queries{status}")


def measure_dunning(file: Path, user: User, now: datetime) -> Iterator[Figure]:
    """Measure the dunning run on the ledger of the published comparison: 10,000 overdue items, 2,000 customers."""
    with organization(user, "bench dunning", now) as found:
        loading = seconds(lambda: load(found, file, now))
        dunning.ensure_default_plan(found, now=now)
    yield Figure("10,000 open items: load", 10_000, said(loading))
    for name in ("10,000 open items: dunning run", "10,000 open items: run with nothing due"):
        yield Figure(name, 10_000, said(seconds(lambda: dunning.run(found, now.date(), now))))


def measure_letters(today: date) -> Iterator[Figure]:
    """Measure 200 letters of five invoices each."""
    from benchmarks.paper import letter

    work = seconds(lambda: list(letters.render_many("letter", [letter(rank, today) for rank in range(200)])))
    yield Figure("200 letters of 5 invoices as PDF", 10_000, said(work))
