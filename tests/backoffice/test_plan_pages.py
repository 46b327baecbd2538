"""Plans at the desk: written from nothing, tried on the portfolio, put in force; rules tried; choices made."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.backoffice import work
from tests.backoffice.conftest import NOW

from encours.accounts.models import Organization, User
from encours.customers.models import Customer
from encours.dunning import plans, queries
from encours.dunning.actions import ensure_default_plan, run
from encours.dunning.actions import plans as actions
from encours.dunning.models import DunningPlan, PlanRule, Reminder, Template
from encours.rules.ready_plans import READY_PLANS

FIRST = {
    "name": "First word", "days": "3", "counts_from": "due", "channel": "email", "mode": "to_confirm",
    "template": "reminder_1", "sender": "main", "minimum_amount": "0",
}  # fmt: skip
HTMX = {"hx-request": "true"}


@pytest.fixture
def standard(organization: Organization, manager: User) -> DunningPlan:
    return ensure_default_plan(organization, by=manager, now=NOW)


@pytest.fixture
def draft(standard: DunningPlan, organization: Organization, manager: User) -> DunningPlan:
    return actions.create_plan(organization, name="Soft", by=manager, now=NOW)


def text(client: Client, name: str, *arguments: object) -> str:
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200, name
    return answer.content.decode()


def test_bob_writes_a_plan_from_nothing(
    bob: Client, standard: DunningPlan, organization: Organization
) -> None:
    answer = bob.post(reverse("plan-new"), {"name": "Soft", "start": "nothing"})
    draft = plans.drafts(organization).popitem()[1]
    assert answer["Location"] == reverse("plan", args=[draft.pk])
    page = text(bob, "plan", draft.pk)
    assert "This plan has no step yet" in page
    assert "Add a step" in page
    assert "disabled" in page

    assert 'value="3"' in text(bob, "plan-step-new", draft.pk, "after_due")
    editor = bob.post(
        reverse("plan-step-new", args=[draft.pk, "after_due"]), FIRST, headers=HTMX
    ).content.decode()
    assert "<html" not in editor
    assert 'id="editor"' in editor
    assert "D+3" in editor
    assert 'value="17"' in text(bob, "plan-step-new", draft.pk, "after_due")
    call = {**FIRST, "name": "Call", "days": "10", "channel": "phone", "template": "reminder_2"}
    wrong = bob.post(reverse("plan-step-new", args=[draft.pk, "after_due"]), call, headers=HTMX)
    assert wrong.status_code == 422
    assert "made for another channel" in wrong.content.decode()
    bob.post(reverse("plan-force", args=[draft.pk]))
    found = plans.in_force(organization)[draft.pk]
    assert (found.version, found.steps.get().name) == (1, "First word")
    assert "Soft" in text(bob, "plans")


def test_every_field_of_a_step_is_kept(bob: Client, draft: DunningPlan) -> None:
    everything = {
        **FIRST, "channel": "letter", "registered": "on", "mode": "manual", "contact_role": "buyer",
        "escalate_to": "director", "copy_to": "salesperson", "sender": "escalated", "attach_statement": "on",
        "attach_invoices": "on", "minimum_amount": "1 150,50", "states_interest": "on", "formal": "on",
        "template": "formal_notice",
    }  # fmt: skip
    bob.post(reverse("plan-step-new", args=[draft.pk, "after_due"]), everything)
    (step,) = queries.stated_plan(draft).steps
    assert (step.registered, step.formal, step.states_interest, step.attach_invoices) == (True,) * 4
    assert (step.contact_role, step.escalate_to, step.copy_to, step.sender) == (
        "buyer", "director", "salesperson", "escalated",
    )  # fmt: skip
    assert str(step.minimum_amount) == "1150.50"
    page = text(bob, "plan", draft.pk)
    for words in ("Registered letter", "also to: director", "copy: the salesperson", "with the invoices"):
        assert words in page

    automatic = bob.post(reverse("plan-step", args=[draft.pk, "1"]), {**everything, "mode": "automatic"})
    assert "never leaves by itself" in automatic.content.decode()
    bob.post(reverse("plan-step", args=[draft.pk, "1"]), {**everything, "channel": "email", "formal": ""})
    (step,) = queries.stated_plan(DunningPlan.objects.get(pk=draft.pk)).steps
    assert (step.registered, step.formal, step.attach_invoices) == (False, False, True)


def test_a_step_that_answers_an_event_and_one_that_thanks(bob: Client, draft: DunningPlan) -> None:
    bob.post(
        reverse("plan-step-new", args=[draft.pk, "event"]), {**FIRST, "event": "promise_broken", "days": "1"}
    )
    bob.post(reverse("plan-step-new", args=[draft.pk, "after_payment"]), {**FIRST, "template": "thanks"})
    bob.post(reverse("plan-step-new", args=[draft.pk, "before_due"]), {**FIRST, "template": "pre_due"})
    steps = queries.stated_plan(draft).steps
    assert [(step.rank, step.trigger, step.event) for step in steps] == [
        (0, "before_due", ""), (500, "after_due", "promise_broken"), (1000, "after_payment", ""),
    ]  # fmt: skip
    assert "A promise is broken" in text(bob, "plan", draft.pk)
    bob.post(reverse("plan-step-remove", args=[draft.pk, "500"]))
    assert len(queries.stated_plan(DunningPlan.objects.get(pk=draft.pk)).steps) == 2


def test_who_changes_the_channel_alone_gets_words_made_for_it(bob: Client, draft: DunningPlan) -> None:
    address = reverse("plan-step-new", args=[draft.pk, "after_due"])
    bob.post(address, {**FIRST, "channel": "sms"})
    bob.post(address, {**FIRST, "channel": "phone", "days": "9"})
    words = plans.words_of(draft.organization)
    kinds = [words[step.template].kind for step in queries.stated_plan(draft).steps]
    assert kinds == ["sms", "script"]
    wrong = bob.post(address, {**FIRST, "channel": "sms", "template": "reminder_2"})
    assert "made for another channel" in wrong.content.decode()


def test_what_is_wrong_is_said_by_the_name_of_the_step(bob: Client, draft: DunningPlan) -> None:
    for name, days in (("First word", 3), ("Second word", 20)):
        bob.post(
            reverse("plan-step-new", args=[draft.pk, "after_due"]), {**FIRST, "name": name, "days": str(days)}
        )
    bob.post(reverse("plan-step-move", args=[draft.pk, "1"]), {"later": "1"}, headers=HTMX)
    page = text(bob, "plan", draft.pk)
    assert "“First word” comes 3 days after the due date, but follows “Second word”" in page
    refused = bob.post(
        reverse("plan-force", args=[draft.pk]),
        follow=True,
        headers={"referer": reverse("plan", args=[draft.pk])},
    )
    assert "cannot come into force yet" in refused.content.decode()
    bob.post(reverse("plan-step-move", args=[draft.pk, "2"]), {"earlier": "1"})
    assert "but follows" not in text(bob, "plan", draft.pk)
    for address in ("9", "A"):
        assert bob.get(reverse("plan-step", args=[draft.pk, address])).status_code == 404
    assert bob.get(reverse("plan-step-new", args=[draft.pk, "nowhere"])).status_code == 404


def test_a_plan_is_described_and_its_name_is_its_own(bob: Client, draft: DunningPlan) -> None:
    about = {
        "name": "Softer",
        "description": "x",
        "scope": "item",
        "minimum_gap_days": "4",
        "tolerance": "5.5",
    }
    bob.post(reverse("plan-describe", args=[draft.pk]), about)
    draft.refresh_from_db()
    assert (draft.name, draft.scope, draft.minimum_gap_days, str(draft.tolerance)) == (
        "Softer",
        "item",
        4,
        "5.50",
    )
    taken = bob.post(reverse("plan-describe", args=[draft.pk]), {**about, "name": "Standard"})
    assert "Another plan already has this name" in taken.content.decode()
    taken = bob.post(reverse("plan-new"), {"name": "Standard", "start": "risky"})
    assert "Another plan already has this name" in taken.content.decode()


def test_what_it_would_do_today_is_beside_the_plan(bob: Client, organization: Organization) -> None:
    work.morning(organization)
    standard = queries.default_plan(organization)
    assert standard is not None
    before = Reminder.objects.count()
    bob.post(reverse("plan-draft", args=[standard.pk]))
    draft = plans.drafts(organization)[standard.pk]
    bob.post(reverse("plan-step-remove", args=[draft.pk, "1"]))
    assert "removed: First reminder" in text(bob, "plan", draft.pk)
    today = text(bob, "plan-today", draft.pk)
    assert "Verger des Tilleuls" in today
    assert "the version in force:" in today
    assert "Payment to allocate" in today
    assert "First reminder (removed)" in today
    assert 'hx-swap-oob="true"' in today
    assert Reminder.objects.count() == before
    soft = actions.create_plan(organization, name="Soft", by=None, now=NOW)
    assert "Nothing to try yet" in text(bob, "plan-today", soft.pk)
    bob.post(reverse("plan-step-new", args=[soft.pk, "after_due"]), FIRST)
    assert "as if it were the plan of every customer" in text(bob, "plan-today", soft.pk)


@pytest.mark.parametrize("ready", READY_PLANS, ids=lambda ready: ready.code)
def test_a_plan_begins_from_a_ready_one(
    ready: object, bob: Client, standard: DunningPlan, organization: Organization
) -> None:
    bob.post(reverse("plan-new"), {"name": "Mine", "start": ready.code})  # type: ignore[attr-defined]
    draft = plans.drafts(organization).popitem()[1]
    page = text(bob, "plan", draft.pk)
    assert 'class="late"' not in page
    for step in queries.stated_plan(draft).steps:
        assert text(bob, "plan-step", draft.pk, step.rank)
    bob.post(reverse("plan-force", args=[draft.pk]))
    assert draft.pk in plans.in_force(organization)


def test_a_plan_lives_its_life(bob: Client, standard: DunningPlan, organization: Organization) -> None:
    bob.post(reverse("plan-new"), {"name": "Copy", "start": str(standard.pk)})
    copy = plans.drafts(organization).popitem()[1]
    assert copy.steps.count() == standard.steps.count()
    bob.post(reverse("plan-force", args=[copy.pk]))
    bob.post(reverse("plan-default", args=[copy.pk]))
    copy.refresh_from_db()
    assert copy.default
    bob.post(reverse("plan-duplicate", args=[copy.pk]), {"name": "Again"})
    again = next(one for one in plans.drafts(organization).values() if one.name == "Again")
    bob.post(reverse("plan-discard", args=[again.pk]))
    assert not DunningPlan.objects.filter(name="Again").exists()
    bob.post(reverse("plan-retire", args=[standard.pk]))
    standard.refresh_from_db()
    assert standard.retired_at is not None
    assert "retired" in text(bob, "plan", standard.pk)
    refused = bob.post(
        reverse("plan-retire", args=[copy.pk]), follow=True, headers={"referer": reverse("plans")}
    )
    assert "make another one the default first" in refused.content.decode()


def test_rules_are_tried_then_applied_and_moved(
    bob: Client, organization: Organization, manager: User
) -> None:
    work.morning(organization)
    draft = actions.create_plan(organization, name="Soft", by=manager, now=NOW)
    bob.post(reverse("plan-step-new", args=[draft.pk, "after_due"]), FIRST)
    bob.post(reverse("plan-force", args=[draft.pk]))
    rule = {"name": "Big ones", "lineage": str(draft.pk), "outstanding_from": "5 000"}
    answer = bob.post(reverse("plan-rule", args=["new"]), {**rule, "countries": "France"})
    assert "two letters" in answer.content.decode()
    bob.post(reverse("plan-rule", args=["new"]), {**rule, "countries": "fr, be"})
    page = text(bob, "plan-rules")
    assert "These rules do not apply yet. 1 customer would change plan." in page
    assert "owes €5,000.00 or more" in page
    assert "Verger des Tilleuls" in page
    assert not PlanRule.objects.exists()

    bob.post(reverse("plan-rule", args=["new"]), {"name": "Nobody", "lineage": "0", "grades": ["E"]})
    big_ones, nobody = rule_keys(bob)
    bob.post(reverse("plan-rules-change"), {"rule": nobody, "verb": "earlier"})
    bob.post(reverse("plan-rules-change"), {"rule": nobody, "verb": "rest"})
    bob.post(reverse("plan-rules-apply"))
    assert [(one.name, one.active) for one in plans.rules_of(organization)] == [
        ("Nobody", False), ("Big ones", True),
    ]  # fmt: skip
    assert PlanRule.objects.get(name="Big ones").conditions == {
        "countries": ["BE", "FR"], "outstanding_from": "5000",
    }  # fmt: skip
    big = Customer.objects.get(code="BIG")
    assert plans.lineages(organization, work.TODAY)[big.pk] == draft.pk
    assert "by the rule “Big ones”" in text(bob, "customer", big.pk)
    run(organization, work.TODAY, NOW)
    listed = bob.get(reverse("customers-csv"), {"q": "BIG"}).content.decode()
    assert "First word by e-mail" in listed
    nobody, big_ones = rule_keys(bob)
    assert 'value="5000"' in text(bob, "plan-rule", big_ones)
    bob.post(reverse("plan-rules-change"), {"rule": nobody, "verb": "remove"})
    bob.post(reverse("plan-rules-forget"))
    assert "These rules do not apply yet" not in text(bob, "plan-rules")
    for unknown in ("x", "99999999999999999999"):
        assert bob.get(reverse("plan-rule", args=[unknown])).status_code == 404


def rule_keys(client: Client) -> list[str]:
    return re.findall(r'name="rule" value="([^"]+)"', text(client, "plan-rules"))


def test_a_second_click_on_remove_takes_out_no_other_rule(bob: Client, organization: Organization) -> None:
    for name in ("One", "Two", "Three"):
        bob.post(reverse("plan-rule", args=["new"]), {"name": name, "lineage": "0"})
    keys = rule_keys(bob)
    assert len(set(keys)) == 3
    for _click in range(2):
        answer = bob.post(reverse("plan-rules-change"), {"rule": keys[0], "verb": "remove"})
        assert answer.headers["Location"] == reverse("plan-rules")
    assert rule_keys(bob) == keys[1:]
    bob.post(reverse("plan-rules-apply"))
    one, two = rule_keys(bob)
    for _click in range(2):
        bob.post(reverse("plan-rules-change"), {"rule": two, "verb": "remove"})
    bob.post(reverse("plan-rule", args=[one]), {"name": "Two again", "lineage": "0"})
    assert rule_keys(bob) == [one]
    bob.post(reverse("plan-rules-apply"))
    assert [rule.name for rule in plans.rules_of(organization)] == ["Two again"]
    assert "These rules do not apply yet" not in text(bob, "plan-rules")


def test_alice_chooses_the_plan_of_a_customer_and_of_many(alice: Client, organization: Organization) -> None:
    work.morning(organization)
    big = Customer.objects.get(code="BIG")
    assert "the plan of whoever has no other" in text(alice, "customer", big.pk)
    alice.post(reverse("customer-plan", args=[big.pk]), {"plan": "never"})
    assert "Never chased" in text(alice, "customer", big.pk)
    assert Reminder.objects.get(customer=big).state == "canceled"
    ids = list(Customer.objects.values_list("pk", flat=True))
    alice.post(reverse("customers-plan"), {"plan": "never", "customer": ids})
    assert set(plans.lineages(organization, work.TODAY).values()) == {None}
    alice.post(reverse("customers-plan"), {"plan": "rules", "customer": ids})
    assert plans.chosen(organization) == {}
    for wrong in ("99", "nobody"):
        answer = alice.post(reverse("customers-plan"), {"plan": wrong, "customer": ids}, follow=True)
        assert "Choose a plan among those in force." in answer.content.decode()


def test_alice_reads_plans_and_changes_none(alice: Client, draft: DunningPlan, standard: DunningPlan) -> None:
    assert "Standard" in text(alice, "plans")
    page = text(alice, "plan", standard.pk)
    assert "Second reminder" in page
    assert "Change this plan" not in page
    assert "Add a step" not in text(alice, "plan", draft.pk)
    assert "to confirm" in text(alice, "plan-step", standard.pk, 2)
    assert text(alice, "plan-rules")
    for name, arguments in [
        ("plan-new", []), ("plan-describe", [draft.pk]), ("plan-draft", [standard.pk]),
        ("plan-force", [draft.pk]), ("plan-discard", [draft.pk]), ("plan-duplicate", [draft.pk]),
        ("plan-retire", [standard.pk]), ("plan-default", [standard.pk]),
        ("plan-step-new", [draft.pk, "after_due"]), ("plan-step-move", [draft.pk, "1"]),
        ("plan-step-remove", [draft.pk, "1"]), ("plan-rule", ["new"]), ("plan-rules-change", []),
        ("plan-rules-apply", []), ("plan-rules-forget", []),
    ]:  # fmt: skip
        assert alice.post(reverse(name, args=arguments)).status_code == 403, name
    alice.post(reverse("plan-step", args=[standard.pk, "1"]), FIRST)
    assert standard.steps.get(rank=1).name != "First word"


def test_charlie_sees_none_of_ours(charlie: Client, standard: DunningPlan) -> None:
    for name in ("plan", "plan-today"):
        assert charlie.get(reverse(name, args=[standard.pk])).status_code == 404
    assert charlie.post(reverse("plan-draft", args=[standard.pk])).status_code == 404


def test_words_are_copied_written_anew_and_given_another_language(
    bob: Client, standard: DunningPlan, organization: Organization
) -> None:
    first = Template.objects.get(code="reminder_1", language="fr")
    bob.post(reverse("settings-template-copy", args=[first.pk]))
    copied = Template.objects.filter(name="First reminder (copy)")
    assert {one.language for one in copied} == {"fr", "en"}
    bob.post(reverse("settings-template-new"), {"name": "Short", "kind": "sms", "language": "en"})
    short = Template.objects.get(name="Short")
    page = text(bob, "settings-template", short.pk)
    assert "Subject" not in page.partition("<main")[2].partition("Variables")[0]
    bob.post(reverse("settings-template", args=[short.pk]), {"body": "Pay {{ amount_overdue }}"})
    bob.post(reverse("settings-template-language", args=[short.pk, "fr"]))
    assert Template.objects.get(name="Short", language="fr").body == "Pay {{ amount_overdue }}"
    assert bob.post(reverse("settings-template-language", args=[short.pk, "de"])).status_code == 404
    listed = text(bob, "settings-templates")
    assert "Standard: First reminder" in listed
