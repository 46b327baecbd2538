"""The work of the day as a collector does it, with and without scripts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from tests.backoffice.conftest import NOW
from tests.backoffice.work import TODAY, customer, item, morning, only, run

from encours.accounts.models import Organization
from encours.channels.actions import reserve
from encours.channels.models import Channel, Sending
from encours.customers.models import Contact
from encours.dunning import actions
from encours.dunning.models import Decision, Pause, Reminder, Task
from encours.events.models import Event
from encours.receivables.models import Item

HTMX = {"HX-Request": "true"}


def page(client: Client, path: str = "/", **query: object) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, name: str, reminder: Reminder, *, scripts: bool = True, **data: object):
    return client.post(reverse(name, args=[reminder.pk]), data, headers=HTMX if scripts else {})


def state(reminder: Reminder) -> str:
    return Reminder.objects.get(pk=reminder.pk).state


def test_the_headline_adds_up_and_names_the_few_that_matter(alice: Client, organization: Organization):
    morning(organization)
    seen = page(alice)
    assert "3 actions, €12,500.00 at stake" in seen
    assert "The first one holds" in seen
    # In order of what it is worth, the largest first.
    places = [seen.index(name) for name in ("Verger des Tilleuls", "Transports du Pont", "Hôtel du Marché")]
    assert places == sorted(places)
    assert "Papeterie" not in seen


def test_the_share_is_that_of_what_would_stay_unpaid(alice: Client, organization: Organization):
    morning(organization)
    unpaid = {one.customer.code: one.expected_value / Decimal("0.8") for one in Reminder.objects.all()}
    share = unpaid["BIG"] / sum(unpaid.values())
    assert f"{share * 100:.0f}%" in page(alice)


def test_the_first_line_is_chosen_and_its_message_written(alice: Client, organization: Organization):
    morning(organization)
    seen = page(alice)
    assert "compta.big@verger.example" in seen
    assert '<div class="letter">' in seen
    assert "F-1" in seen
    assert "F-2" in seen
    assert "Statement of account" in seen
    assert "43 days late" in seen  # F-1 was due on October 10th
    assert 'data-key="enter"' in seen


def test_another_line_can_be_chosen_by_its_address(alice: Client, organization: Organization):
    found = morning(organization)
    seen = page(alice, reminder=found["SMALL"].pk)
    assert "compta.small@verger.example" in seen
    assert "data-open" in seen  # on a telephone the detail is in front
    detail = alice.get(reverse("today-reminder", args=[found["MID"].pk]), headers=HTMX).content.decode()
    assert "compta.mid@verger.example" in detail
    assert "<html" not in detail
    plain = alice.get(reverse("today-reminder", args=[found["MID"].pk]))
    assert plain.headers["Location"] == f"/?reminder={found['MID'].pk}"


def test_confirming_goes_on_to_the_next_line(alice: Client, organization: Organization):
    found = morning(organization)
    answer = post(alice, "reminder-confirm", found["BIG"])
    seen = answer.content.decode()
    assert state(found["BIG"]) == "confirmed"
    assert "2 actions, €3,500.00 at stake" in seen
    assert "compta.mid@verger.example" in seen
    assert "Simulation: nothing leaves." in seen
    assert reverse("reminder-takeback", args=[found["BIG"].pk]) in seen
    assert answer.headers["HX-Replace-Url"].startswith(f"/?reminder={found['MID'].pk}")


def test_a_confirmation_can_be_undone(alice: Client, organization: Organization):
    found = morning(organization)
    post(alice, "reminder-confirm", found["BIG"])
    seen = post(alice, "reminder-takeback", found["BIG"]).content.decode()
    assert state(found["BIG"]) == "drafted"
    assert "3 actions" in seen
    assert "compta.big@verger.example" in seen


def test_the_last_line_leads_to_the_first_again(alice: Client, organization: Organization):
    found = morning(organization)
    seen = post(alice, "reminder-confirm", found["SMALL"]).content.decode()
    assert "compta.big@verger.example" in seen


def test_everything_works_without_scripts(alice: Client, organization: Organization):
    found = morning(organization)
    answer = post(alice, "reminder-confirm", found["BIG"], scripts=False)
    assert answer.headers["Location"] == f"/?reminder={found['MID'].pk}"
    for kind in ("call", "postpone", "skip", "dispute", "edit"):
        seen = page(alice, reverse(f"reminder-{kind}", args=[found["MID"].pk]))
        assert 'method="post"' in seen
        assert "Transports du Pont" in seen
    answer = post(alice, "reminder-skip", found["MID"], scripts=False, reason="Director asked")
    assert answer.headers["Location"] == f"/?reminder={found['SMALL'].pk}"
    assert "Why this order?" in page(alice, reverse("today-order"))


def test_with_sending_on_a_confirmation_says_when_it_leaves(alice: Client, organization: Organization):
    organization.sending_on_since = NOW
    organization.save()
    found = morning(organization)
    seen = post(alice, "reminder-confirm", found["BIG"]).content.decode()
    assert "The e-mail leaves within a minute." in seen
    assert "Simulation" not in seen


def test_confirming_twice_is_refused_in_words(alice: Client, bob: Client, organization: Organization):
    found = morning(organization)
    post(bob, "reminder-confirm", found["BIG"])
    answer = post(alice, "reminder-confirm", found["BIG"])
    assert answer.status_code == 200
    assert "moved on meanwhile" in answer.content.decode()


def test_postponing_withdraws_the_message_and_can_be_undone(alice: Client, organization: Organization):
    found = morning(organization)
    seen = post(alice, "reminder-postpone", found["BIG"], days="7", reason="Holidays").content.decode()
    pause = Pause.objects.get()
    assert pause.until == TODAY + timedelta(days=7)
    assert pause.reason == "Holidays"
    assert state(found["BIG"]) == "canceled"
    assert Decision.objects.get(customer__code="BIG").reason == "on_hold"
    assert "left alone until 29 Nov 2026" in seen
    undo = reverse("today-lift", args=[pause.customer_id, pause.pk])
    assert undo in seen
    seen = alice.post(undo, headers=HTMX).content.decode()
    assert Pause.objects.get().lifted_at is not None
    assert "3 actions" in seen
    assert "compta.big@verger.example" in seen


def test_skipping_can_be_undone_for_the_day(alice: Client, charlie: Client, organization: Organization):
    found = morning(organization)
    seen = post(alice, "reminder-skip", found["BIG"], reason="Mistake").content.decode()
    undo = reverse("today-undo", args=[Event.objects.get(kind="reminder.skipped").pk])
    assert undo in seen
    assert 'data-key="u"' in seen
    assert charlie.post(undo).status_code == 404
    seen = alice.post(undo, headers=HTMX).content.decode()
    assert state(found["BIG"]) == "drafted"
    assert "3 actions" in seen
    assert "Undone" in seen
    assert "can no longer be undone" in alice.post(undo, headers=HTMX).content.decode()


def test_a_recorded_call_can_be_undone(alice: Client, organization: Organization):
    found = morning(organization)
    seen = post(alice, "reminder-call", found["BIG"], outcome="reached", note="Oops").content.decode()
    assert state(found["BIG"]) == "sent"
    undo = reverse("today-undo", args=[Event.objects.get(kind="call.recorded").pk])
    assert undo in seen
    assert alice.post(undo).headers["Location"] == f"/?reminder={found['BIG'].pk}"
    assert state(found["BIG"]) == "drafted"


def test_one_item_alone_can_be_postponed(alice: Client, organization: Organization):
    found = morning(organization)
    first = Item.objects.get(number="F-1")
    seen = post(alice, "reminder-postpone", found["BIG"], until="2026-12-01", item=str(first.pk))
    assert Pause.objects.get().item == first
    assert "3 actions, €6,500.00 at stake" in seen.content.decode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Choose how long to wait."),
        ({"until": "2026-11-22"}, "Choose a day after today."),
        ({"until": "2029-01-01"}, "At most one year"),
        ({"until": "soon"}, "Enter a valid date."),
    ],
)
def test_a_postponement_needs_a_sensible_day(
    alice: Client, organization: Organization, data: dict[str, str], said: str
):
    found = morning(organization)
    answer = post(alice, "reminder-postpone", found["BIG"], reason="x", **data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'id="postpone"' in answer.content.decode()
    assert "data-dialog-open" in answer.content.decode()
    assert not Pause.objects.exists()
    answer = post(alice, "reminder-postpone", found["BIG"], scripts=False, reason="x", **data)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_skipping_keeps_its_reason(alice: Client, organization: Organization):
    found = morning(organization)
    post(alice, "reminder-skip", found["BIG"], reason="Called yesterday")
    assert (state(found["BIG"]), Reminder.objects.get(pk=found["BIG"].pk).note) == (
        "skipped",
        "Called yesterday",
    )


def test_a_call_that_nobody_answered_takes_no_step(alice: Client, organization: Organization):
    found = morning(organization)
    post(alice, "reminder-call", found["BIG"], outcome="no_answer", note="")
    assert state(found["BIG"]) == "drafted"
    assert Task.objects.get().kind == "call"


def test_a_call_instead_counts_as_the_contact(alice: Client, organization: Organization):
    found = morning(organization)
    post(alice, "reminder-call", found["BIG"], outcome="reached", note="Pays on Friday")
    called = Reminder.objects.get(pk=found["BIG"].pk)
    assert (called.state, called.channel, called.outcome) == ("sent", "phone", "reached")
    answer = post(alice, "reminder-call", found["MID"], outcome="shouted")
    assert answer.status_code == 422
    assert state(found["MID"]) == "drafted"


@pytest.mark.parametrize("name", ["today-confirm", "reminders-letters"])
def test_a_sign_that_only_looks_like_a_number_chooses_nothing(
    alice: Client, organization: Organization, name: str
):
    morning(organization)
    assert alice.post(reverse(name), {"reminder": "²"}).status_code in {200, 302}
    assert not Reminder.objects.exclude(state="drafted").exists()


def test_words_are_edited_with_live_errors(alice: Client, organization: Organization):
    found = morning(organization)
    form = alice.get(reverse("reminder-edit", args=[found["BIG"].pk]), headers=HTMX).content.decode()
    assert "{{ invoice_list }}" in form
    assert "<html" not in form
    words = {"recipient": "boss@verger.example", "subject": "Ours", "body": "Dear {{ custmer_name }}"}
    seen = post(alice, "reminder-edit", found["BIG"], preview="1", **words).content.decode()
    assert "Did you mean “customer_name”?" in seen
    assert post(alice, "reminder-edit", found["BIG"], **words).status_code == 422
    words["body"] = "Dear {{ customer_name }} <b>now</b>"
    seen = post(alice, "reminder-edit", found["BIG"], preview="1", **words).content.decode()
    assert "Dear Verger des Tilleuls &lt;b&gt;now&lt;/b&gt;" in seen
    assert Reminder.objects.get(pk=found["BIG"].pk).edited_at is None
    seen = post(alice, "reminder-edit", found["BIG"], **words).content.decode()
    kept = Reminder.objects.get(pk=found["BIG"].pk)
    assert (kept.subject, kept.recipient) == ("Ours", "boss@verger.example")
    assert "boss@verger.example" in seen
    assert "3 actions" in seen


def test_several_are_confirmed_together_but_nothing_formal(alice: Client, organization: Organization):
    found = morning(organization)
    formal = found["SMALL"].plan.steps.get(formal=True)
    Reminder.objects.filter(pk=found["SMALL"].pk).update(step=formal)
    assert "Confirm 2 together" in page(alice)
    seen = page(alice, reverse("today-confirm"))
    assert "Hôtel du Marché" not in seen
    assert "€12,000.00" in seen
    everything = [one.pk for one in found.values()]
    answer = alice.post(reverse("today-confirm"), {"reminder": everything}, follow=True)
    assert "2 reminders confirmed. Simulation: nothing leaves." in answer.content.decode()
    assert state(found["SMALL"]) == "drafted"


def test_trouble_comes_first_and_is_settled(alice: Client, organization: Organization):
    found = morning(organization)
    sending = reserve(
        organization.pk, "k", channel=Channel.EMAIL, recipient="x@y.example", content=b"x",
        media_type="message/rfc822", now=NOW,
    )  # fmt: skip
    Sending.objects.update(state="in_doubt", started_at=NOW, error_code="no_answer")
    Reminder.objects.filter(pk=found["SMALL"].pk).update(
        state="in_doubt", sending_id=sending.pk, failure="no_answer", body="Bonjour"
    )
    Reminder.objects.filter(pk=found["MID"].pk).update(state="failed", failure="recipient_invalid")
    seen = page(alice)
    assert seen.index("To look at first") < seen.index("To confirm, worth most first")
    assert "The e-mail address is not valid" in seen
    assert "1 action, €9,000.00 at stake" in seen
    assert "It did not: send again" in page(alice, reminder=found["SMALL"].pk)
    post(alice, "reminder-resolve", found["SMALL"], left="yes")
    assert state(found["SMALL"]) == "sent"
    post(alice, "reminder-retry", found["MID"])
    assert state(found["MID"]) == "drafted"
    assert "To look at first" not in page(alice)


def test_what_cannot_leave_is_said_with_its_cause(alice: Client, organization: Organization):
    found = morning(organization)
    Reminder.objects.filter(pk=found["BIG"].pk).update(state="confirmed", held="sender_missing")
    seen = page(alice)
    assert "1 confirmed reminder cannot leave" in seen
    assert "No sender is set" in seen


def test_a_broken_template_is_said_instead_of_a_message(alice: Client, organization: Organization):
    from encours.dunning.models import Template

    found = morning(organization)
    Template.objects.filter(code=found["BIG"].step.template_code).update(body="{{ nobody }}")
    seen = page(alice)
    assert "The words have an error." in seen
    assert reverse("reminder-confirm", args=[found["BIG"].pk]) not in seen


def test_nothing_left_is_good_news_with_facts(alice: Client, organization: Organization):
    found = morning(organization)
    item(customer(organization, "LATER"), "F-9", date(2026, 12, 20), 250)
    for code in ("BIG", "MID"):
        post(alice, "reminder-confirm", found[code])
    seen = post(alice, "reminder-postpone", found["SMALL"], days="3").content.decode()
    assert "All done for today" in seen
    assert "You confirmed 2 reminders today, for €12,000.00." in seen
    assert "The next reminder may be written on Wednesday, 25 November 2026" in seen or "25 November" in seen
    assert "€250.00" in seen
    assert "20 December" in seen


def test_the_order_is_explained_by_its_arithmetic(alice: Client, organization: Organization):
    found = morning(organization)
    seen = alice.get(reverse("today-order"), headers=HTMX).content.decode()
    assert "data-dialog-open" in seen
    assert "€9,000.00" in seen
    assert f"= €{found['BIG'].expected_value:,.2f}" in seen
    assert "× 80%" in seen


def test_a_call_planned_by_telephone_is_made_not_confirmed(alice: Client, organization: Organization):
    found = morning(organization)
    Reminder.objects.filter(pk=found["BIG"].pk).update(channel="phone")
    seen = page(alice, reminder=found["BIG"].pk)
    assert reverse("reminder-confirm", args=[found["BIG"].pk]) not in seen
    assert f'data-key="enter" href="/calls/?customer={found["BIG"].customer_id}"' in seen
    assert "A call is not sent" in post(alice, "reminder-confirm", found["BIG"]).content.decode()


def test_yesterday_is_said_to_be_yesterday(alice: Client, organization: Organization):
    morning(organization)
    organization.daily_ran_on = TODAY - timedelta(days=1)
    organization.save()
    assert "Decided on 21 Nov 2026" in page(alice)


def test_thanks_are_not_money_at_stake(alice: Client, organization: Organization):
    found = morning(organization)
    Reminder.objects.filter(pk=found["SMALL"].pk).update(trigger="after_payment", expected_value=0)
    seen = page(alice)
    assert "3 actions, €12,000.00 at stake" in seen
    assert page(alice, reminder=found["SMALL"].pk)


def test_run_again_keeps_the_same_work(organization: Organization):
    found = morning(organization)
    run(organization, TODAY)
    assert only(organization, customer__code="BIG").pk == found["BIG"].pk
    assert actions.confirm_many(organization, [found["BIG"].pk], by=None, now=NOW) == 1


def test_an_organization_without_a_ledger_is_shown_where_to_begin(alice: Client, bob: Client):
    assert "No ledger yet" in alice.get(reverse("today")).content.decode()
    seen = bob.get(reverse("today")).content.decode()
    assert "All done for today" not in seen
    assert f'href="{reverse("import-new")}"' in seen


def test_who_is_held_is_not_said_to_be_asked(alice: Client, organization: Organization):
    actions.ensure_default_plan(organization, now=NOW)
    buyer = customer(organization, "MUTE")
    Contact.objects.filter(customer=buyer).delete()
    buyer.address = ""
    buyer.save()
    item(buyer, "F-1", date(2026, 11, 1), 900)
    run(organization, TODAY)
    seen = alice.get(reverse("today")).content.decode()
    assert "Nobody to ask today" in seen
    assert "1 customer is held, for €900.00: see why, it may need you." in seen
    assert "whoever is late was asked" not in seen
