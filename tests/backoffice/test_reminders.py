"""Reminders by state, one reminder for ever, letters for the post, and what another day would bring."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from tests.backoffice.conftest import NOW, signed_in
from tests.backoffice.work import TODAY, customer, hundreds, item, letter, morning, only, run

from encours.accounts.actions import add_member
from encours.accounts.models import Organization, Role, User
from encours.channels import email
from encours.channels.actions import reserve_email
from encours.channels.models import Content, Sending
from encours.customers.models import Customer
from encours.dunning import actions
from encours.dunning.actions import outcomes
from encours.dunning.actions.plans import create_plan, put_in_force
from encours.dunning.models import Decision, Pause, Reminder
from encours.receivables.models import Item
from encours.rules.dunning import DEFAULT_PLAN_STEPS


def page(client: Client, name: str = "reminders", *args: object, **query: object) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def left(organization: Organization, reminder: Reminder, state: str = "sent") -> Sending:
    """Write that a reminder left by e-mail, with its very bytes."""
    message = email.Message(
        key=f"reminder-{reminder.pk}-1", sender="us@lumiere.example", recipient="compta@verger.example",
        subject="Rappel", text="Bonjour,\n\nF-1 reste due.\n", html="<p>Bonjour, <b>F-1</b> reste due.</p>",
        written_at=NOW, attachments=(email.Attachment("releve.pdf", b"%PDF-1.7"),),
    )  # fmt: skip
    sending = reserve_email(organization.pk, message, NOW)
    Sending.objects.filter(pk=sending.pk).update(
        state=state, started_at=NOW, finished_at=NOW, attempts=2, provider_id="250 queued as 42"
    )
    Reminder.objects.filter(pk=reminder.pk).update(
        state=state, sending_id=sending.pk, sent_at=NOW, subject="Rappel", body="F-1 reste due.",
        recipient="compta@verger.example",
    )  # fmt: skip
    return sending


def test_each_state_has_its_tab_and_its_count(alice: Client, organization: Organization):
    found = morning(organization)
    actions.confirm(found["BIG"], by=None, now=NOW)
    actions.skip(found["SMALL"], by=None, now=NOW, reason="Director asked")
    seen = page(alice)
    assert "Transports du Pont" in seen
    assert "Verger des Tilleuls" not in seen
    assert "1 reminder, €3,000.00" in seen
    confirmed = page(alice, tab="confirmed")
    assert "Verger des Tilleuls" in confirmed
    assert "simulated" in confirmed
    assert "Director asked" in page(alice, tab="past")
    assert "Nothing failed, nothing is in doubt" in page(alice, tab="stuck")
    assert "No letter to post" in page(alice, tab="letters")
    assert "Nothing yet" in page(alice, tab="sent")
    assert alice.get(reverse("reminders"), {"tab": "elsewhere"}).status_code == 404


def test_what_is_held_says_why_how_much_and_until_when(alice: Client, organization: Organization):
    morning(organization)
    buyer = customer(organization, "WAIT", name="Laiterie")
    item(buyer, "F-6", date(2026, 11, 21), 450)
    run(organization, TODAY)
    seen = page(alice, tab="held")
    assert "A payment of €700.00 is not allocated and covers what is overdue" in seen
    assert "24 Nov 2026" in seen
    assert "2 customers, €1,150.00" in seen
    only_later = page(alice, tab="held", reason="step_not_due")
    assert "Laiterie" in only_later
    assert "Papeterie" not in only_later
    assert "€450.00" in only_later
    found = page(alice, tab="held", q="papet")
    assert "1 customer, €700.00" in found
    assert "Laiterie" not in found
    assert "Nobody is held" in page(alice, tab="held", q="nobody")


def test_who_was_postponed_can_be_asked_again(alice: Client, organization: Organization):
    found = morning(organization)
    buyer = found["BIG"].customer
    actions.postpone(buyer, until=date(2026, 12, 1), reason="Away in November", by=None, now=NOW)
    run(organization, TODAY)
    address = reverse("reminders-lift", args=[buyer.pk])
    seen = page(alice, tab="held", q=buyer.code)
    assert address in seen
    assert "Away in November" in seen
    assert "1 customer, €9,000.00" in seen
    listed = alice.get(reverse("reminders-export", args=["csv"]), {"tab": "held"}).content.decode()
    assert "Away in November" in listed
    answer = alice.post(address, follow=True)
    assert "is asked again" in answer.content.decode()
    assert Pause.objects.get().lifted_at is not None
    assert only(organization, customer=buyer, state="drafted")
    assert not Decision.objects.filter(customer=buyer, outcome="hold").exists()


def test_reminders_are_searched_and_filtered(alice: Client, organization: Organization):
    found = morning(organization)
    assert "Verger" not in page(alice, q="transports")
    assert "Transports" in page(alice, q="transports")
    assert "Nothing of the kind" in page(alice, channel="letter")
    assert "Transports" in page(alice, step=found["MID"].step.name, channel="email")
    assert "Transports" in page(alice, from_on="2026-11-22", to_on="2026-11-22")
    assert "Nothing of the kind" in page(alice, from_on="2026-11-23")
    assert "Enter a valid date." in page(alice, from_on="soon")
    assert 'value="Friendly word"' not in page(alice)
    step = replace(next(one for one in DEFAULT_PLAN_STEPS if one.rank == 1), name="Friendly word")
    other = create_plan(organization, name="Friends", by=None, now=NOW, steps=(step,))
    put_in_force(other, by=None, now=NOW)
    assert 'value="Friendly word"' in page(alice)
    for sort in ("customer", "-customer", "amount", "-amount", "on", "-on", "step", "nonsense"):
        assert "Transports" in page(alice, sort=sort)
    by_amount = page(alice, sort="amount")
    assert by_amount.index("Hôtel du Marché") < by_amount.index("Verger des Tilleuls")
    assert "Transports" in page(alice, tab="drafted", page="99")


def test_lists_leave_as_files_with_the_same_filter(alice: Client, organization: Organization):
    morning(organization)
    text = alice.get(
        reverse("reminders-export", args=["csv"]), {"tab": "drafted", "q": "verger"}
    ).content.decode()
    assert "Verger des Tilleuls" in text
    assert "9000.00" in text
    assert "Transports" not in text
    held = alice.get(reverse("reminders-export", args=["csv"]), {"tab": "held"}).content.decode()
    assert "Papeterie" in held
    book = alice.get(reverse("reminders-export", args=["xlsx"]), {"tab": "drafted"})
    assert book.content.startswith(b"PK")
    assert "reminders-drafted-20261122.xlsx" in book.headers["Content-Disposition"]
    assert alice.get(reverse("reminders-export", args=["exe"])).status_code == 404
    assert alice.get(reverse("reminders-export", args=["csv"]), {"tab": "x"}).status_code == 404


def test_one_reminder_shows_what_left_to_the_byte(alice: Client, organization: Organization):
    found = morning(organization)
    sending = left(organization, found["BIG"])
    seen = page(alice, "reminder", found["BIG"].pk)
    assert "<b>F-1</b> reste due." in seen
    assert sending.content_hash in seen
    assert "250 queued as 42" in seen
    assert "releve.pdf" in seen
    assert "Reminder drafted" in seen
    assert "detail-bar" not in seen
    answer = alice.get(reverse("reminder-message", args=[found["BIG"].pk]))
    assert answer.content == bytes(Content.objects.get(sha256=sending.content_hash).body)
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert "Verger des Tilleuls" in page(alice, tab="sent", from_on="2026-11-22")


def test_bytes_that_were_tampered_with_are_not_shown(alice: Client, organization: Organization):
    found = morning(organization)
    sending = left(organization, found["BIG"])
    Content.objects.filter(sha256=sending.content_hash).update(body=b"Subject: other\r\n\r\nother")
    assert alice.get(reverse("reminder-message", args=[found["BIG"].pk])).status_code == 404
    assert "F-1 reste due." in page(alice, "reminder", found["BIG"].pk)


def test_a_message_keeps_no_script_that_somebody_slipped_in(alice: Client, organization: Organization):
    found = morning(organization)
    actions.edit(
        found["BIG"], subject="<script>alert(1)</script>", body="<script>alert(2)</script> {{ customer_name }}",
        by=None, now=NOW,
    )  # fmt: skip
    seen = page(alice, "reminder", found["BIG"].pk)
    assert "alert(2)" in seen
    assert "<script>alert" not in seen


def test_one_reminder_in_every_state_has_a_page(alice: Client, organization: Organization):
    found = morning(organization)
    every: dict[str, dict[str, Any]] = {
        "drafted": {},
        "confirmed": {"confirmed_at": NOW, "held": "sender_missing"},
        "failed": {"failure": "recipient_invalid"},
        "skipped": {"note": "Director asked"},
        "canceled": {"held": "settled"},
        "sent": {"channel": "phone", "outcome": "reached", "note": "Pays on Friday", "sent_at": NOW},
    }
    said = {
        "drafted": "Confirm",
        "confirmed": "No sender is set",
        "failed": "The e-mail address is not valid",
        "skipped": "Director asked",
        "canceled": "Settled",
        "sent": "Pays on Friday",
    }
    for state, fields in every.items():
        Reminder.objects.filter(pk=found["BIG"].pk).update(state=state, **fields)
        assert said[state] in page(alice, "reminder", found["BIG"].pk), state


def test_actions_on_the_page_come_back_to_the_page(alice: Client, organization: Organization):
    found = morning(organization)
    address = reverse("reminder", args=[found["BIG"].pk])
    answer = alice.post(reverse("reminder-confirm", args=[found["BIG"].pk]), {"place": "reminder"})
    assert answer.headers["Location"] == address
    seen = page(alice, "reminder", found["BIG"].pk)
    assert "confirmed. Simulation: nothing leaves." in seen
    assert "Take back" in seen
    answer = alice.post(
        reverse("reminder-takeback", args=[found["BIG"].pk]),
        {"place": "list"},
        headers={"Referer": "http://testserver/reminders/?tab=confirmed"},
    )
    assert answer.headers["Location"].endswith("?tab=confirmed")


def test_the_letter_and_the_statement_are_papers(alice: Client, organization: Organization):
    found = morning(organization)
    Reminder.objects.filter(pk=found["BIG"].pk).update(channel="letter")
    for name in ("reminder-pdf", "reminder-statement"):
        answer = alice.get(reverse(name, args=[found["BIG"].pk]))
        assert answer.headers["Content-Type"] == "application/pdf"
        assert "F-1" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert alice.get(reverse("reminder-message", args=[found["BIG"].pk])).status_code == 404


def test_letters_are_printed_together_listed_and_posted(alice: Client, organization: Organization):
    first, second = letter(organization, "POST1"), letter(organization, "POST2")
    seen = page(alice, tab="letters")
    assert "2 reminders, €1,600.00" in seen
    assert "2 letters are ready to post" in alice.get("/").content.decode()
    address = reverse("reminders-letters")
    bound = PdfReader(BytesIO(alice.post(address, {"as": "pdf"}).content)).pages
    one = len(PdfReader(BytesIO(alice.get(reverse("reminder-pdf", args=[first.pk])).content)).pages)
    assert len(bound) == 2 * one
    assert "L-POST1" in "".join(sheet.extract_text() for sheet in bound)
    both_sides = PdfReader(BytesIO(alice.post(address, {"as": "pdf", "two_sided": "on"}).content)).pages
    assert len(both_sides) == 2 * (one + one % 2)
    alone = alice.post(address, {"as": "csv", "reminder": [second.pk]}).content.decode()
    assert "POST2" in alone
    assert "ZA des Mûriers" in alone
    assert "38200 Vienne" in alone
    assert "POST1" not in alone
    assert alice.post(address, {"as": "xlsx"}).content.startswith(b"PK")
    answer = alice.post(reverse("reminders-posted"), {"reminder": [first.pk]}, follow=True)
    assert "1 letter posted." in answer.content.decode()
    assert {one.pk: one.state for one in Reminder.objects.all()} == {first.pk: "sent", second.pk: "printed"}


def test_the_letter_that_is_printed_is_the_one_that_was_kept(alice: Client, organization: Organization):
    found = letter(organization)
    kept = Content.objects.get()
    Item.objects.update(open_amount=1)
    answer = alice.get(reverse("reminder-pdf", args=[found.pk]))
    assert answer.content == bytes(kept.body)


def test_another_day_is_shown_and_nothing_is_written(alice: Client, organization: Organization):
    morning(organization)
    buyer = customer(organization, "LATER", name="Laiterie")
    item(buyer, "F-7", date(2026, 12, 1), 2000)
    run(organization, TODAY)
    before = list(Reminder.objects.values_list("pk", "state", "amount").order_by("pk"))
    kept = list(Decision.objects.values_list("pk", "basis").order_by("pk"))
    seen = page(alice, "reminders-preview", on="2026-12-15")
    assert "15 December 2026" in seen
    assert "Laiterie" in seen
    assert "14 days late" in seen
    assert "Payment to allocate" in seen
    assert list(Reminder.objects.values_list("pk", "state", "amount").order_by("pk")) == before
    assert list(Decision.objects.values_list("pk", "basis").order_by("pk")) == kept
    assert "Verger" in page(alice, "reminders-preview")
    assert "Choose a day after today" in page(alice, "reminders-preview", on="2026-11-22")
    assert "At most 180 days" in page(alice, "reminders-preview", on="2028-01-01")
    assert "Enter a valid date." in page(alice, "reminders-preview", on="soon")


def test_those_who_may_not_act_read_everything(organization: Organization, manager: User):
    found = morning(organization)
    actions.postpone(found["SMALL"].customer, until=date(2026, 12, 1), reason="x", by=None, now=NOW)
    run(organization, TODAY)
    posted = letter(organization)
    member = add_member(
        organization, email="eve@lumiere.example", role=Role.AUDITOR, restricted=False, by=manager, now=NOW
    )
    member.user.language = "en"
    member.user.save()
    eve = signed_in(member.user)
    for tab in ("drafted", "confirmed", "sent", "held", "stuck", "letters", "past"):
        seen = page(eve, tab=tab)
        assert "Ask again" not in seen
        assert reverse("reminders-posted") not in seen
    assert "detail-bar" not in page(eve, "reminder", found["BIG"].pk)
    assert eve.post(reverse("reminders-letters"), {"as": "pdf"}).status_code == 200
    assert eve.post(reverse("reminders-posted"), {"reminder": posted.pk}).status_code == 403
    assert eve.post(reverse("reminders-lift", args=[found["SMALL"].customer_id])).status_code == 403


def test_a_portfolio_hides_the_others_everywhere(organization: Organization, manager: User):
    found = morning(organization)
    letter(organization)
    member = add_member(
        organization, email="dora@lumiere.example", role=Role.COLLECTOR, restricted=True, by=manager, now=NOW
    )
    member.user.language = "en"
    member.user.save()
    Customer.objects.filter(code="MID").update(collector=member.user)
    dora = signed_in(member.user)
    for tab in ("drafted", "held", "letters"):
        seen = page(dora, tab=tab).replace("verger.example", "")
        assert "Verger" not in seen
        assert "Papeterie" not in seen
    assert "Transports" in page(dora)
    assert "Verger" not in page(dora, "reminders-preview", on="2026-12-15")
    assert "Verger" not in dora.get(reverse("reminders-export", args=["csv"])).content.decode()
    for name in ("reminder", "reminder-pdf", "reminder-statement", "reminder-message"):
        assert dora.get(reverse(name, args=[found["BIG"].pk])).status_code == 404
    assert dora.post(reverse("reminders-lift", args=[found["BIG"].customer_id])).status_code == 404
    answer = dora.post(reverse("reminders-letters"), {"as": "csv"})
    assert answer.headers["Location"].endswith("?tab=letters")
    dora.post(reverse("reminders-posted"), {"reminder": [one.pk for one in Reminder.objects.all()]})
    assert Reminder.objects.get(customer__code="POST").state == "printed"


def test_a_stranger_reads_nothing(charlie: Client, organization: Organization):
    found = morning(organization)
    assert "Verger" not in page(charlie)
    assert charlie.get(reverse("reminder", args=[found["BIG"].pk])).status_code == 404
    assert charlie.get(reverse("reminder-pdf", args=[found["BIG"].pk])).status_code == 404


def test_queries_do_not_grow_with_the_list(
    alice: Client, organization: Organization, django_assert_max_num_queries
):
    hundreds(organization, 3)
    page(alice)
    with django_assert_max_num_queries(25) as few:
        page(alice)
    hundreds(organization, 47, start=3)
    with django_assert_max_num_queries(len(few)):
        page(alice)
    with django_assert_max_num_queries(25) as some:
        page(alice, tab="held")
    assert len(some) <= len(few)


def test_a_failed_one_is_seen_with_what_the_server_said(alice: Client, organization: Organization):
    found = morning(organization)
    sending = left(organization, found["BIG"], state="failed")
    Sending.objects.filter(pk=sending.pk).update(error_code="recipient_refused", error="550 no such user")
    Reminder.objects.filter(pk=found["BIG"].pk).update(failure="recipient_refused")
    assert "The mail server refused the recipient" in page(alice, tab="stuck")
    seen = page(alice, "reminder", found["BIG"].pk)
    assert "550 no such user" in seen
    assert "Prepare it again" in seen
    outcomes.retry(Reminder.objects.get(pk=found["BIG"].pk), by=None, now=NOW)
    assert "Prepare it again" not in page(alice, "reminder", found["BIG"].pk)
