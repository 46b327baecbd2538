"""Plans as people make them: begun, changed as drafts, put in force, retired; rules tried; choices kept."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.dunning import desk
from tests.dunning.desk import customer, item, only, run

from encours.accounts.models import Organization, User
from encours.dunning import plans, queries
from encours.dunning.actions import assignments, ensure_default_plan, preview, templates
from encours.dunning.actions import plans as actions
from encours.dunning.errors import (
    PlanDefaultError,
    PlanDraftError,
    PlanInvalidError,
    PlanNameError,
    PlanRetiredError,
    PlanRuleError,
    PlanUsedError,
    TemplateNameError,
)
from encours.dunning.models import DunningPlan, PlanRule, Reminder, Template
from encours.events.models import Event
from encours.rules import wording
from encours.rules.assignment import AssignmentRule, Conditions
from encours.rules.cases import Remind, Step
from encours.rules.ready_plans import READY_PLANS, READY_WORDS

TODAY = date(2026, 11, 22)
NOW = desk.at(TODAY)
CALL = Step(0, "Call", "after_due", 8, "phone", "to_confirm", "call_script")
FIRST = Step(0, "First", "after_due", 3, "email", "to_confirm", "reminder_1")


pytestmark = pytest.mark.django_db


@pytest.fixture
def organization() -> Organization:
    return desk.company()


@pytest.fixture
def manager(organization: Organization) -> User:
    return User.objects.create_user("bob@lumiere.example", "a long password")


@pytest.fixture
def standard(organization: Organization) -> DunningPlan:
    return ensure_default_plan(organization, now=NOW)


def begun(organization: Organization, name: str = "Risky", *steps: Step) -> DunningPlan:
    draft = actions.create_plan(organization, name=name, by=None, now=NOW)
    templates.give_words(organization, ["call_script", "reminder_1"])
    for step in steps:
        actions.add_step(draft, step, by=None)
    return draft


def test_a_plan_begins_from_nothing_and_comes_into_force(
    organization: Organization, standard: DunningPlan
) -> None:
    draft = begun(organization)
    assert draft.pk in {one.pk for one in plans.drafts(organization).values()}
    with pytest.raises(PlanInvalidError):
        actions.put_in_force(draft, by=None, now=NOW)
    assert actions.add_step(draft, FIRST, by=None) == 1
    assert actions.add_step(draft, CALL, by=None) == 2
    kept = actions.put_in_force(draft, by=None, now=NOW)
    assert (kept.in_force_at, kept.default, kept.lineage) == (NOW, False, draft.pk)
    assert list(plans.in_force(organization)) == [standard.lineage, draft.pk]
    with pytest.raises(PlanDraftError):
        actions.add_step(kept, CALL, by=None)
    assert Event.objects.filter(kind="plan.changed", payload__plan_name="Risky").count() == 1


def test_each_ready_plan_comes_with_words_in_both_languages(organization: Organization) -> None:
    for ready in READY_PLANS:
        draft = actions.create_plan(
            organization, name=f"My {ready.code}", steps=ready.steps, by=None, now=NOW
        )
        actions.put_in_force(draft, by=None, now=NOW)
    assert {words.code for words in READY_WORDS} <= set(plans.words_of(organization))
    assert all(words.languages == {"fr", "en"} for words in plans.words_of(organization).values())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("words", READY_WORDS, ids=lambda words: words.code)
def test_every_shipped_text_can_be_written(language: str, words: object) -> None:
    subject, body = templates.default_words(words.code, language)  # type: ignore[attr-defined]
    wording.check(subject)
    wording.check(body)
    assert "'" not in body
    assert bool(subject) is (words.kind != "sms")  # type: ignore[attr-defined]


DEMANDS = {
    step.template
    for ready in READY_PLANS
    for step in ready.steps
    if step.trigger == "after_due" and not step.event
}
EARLIER = re.compile(
    r"sans réponse|sans effet|pas reçu de réponse|malgré nos|en dépit de|premier|deuxième|"
    r"no answer|no effect|despite our|first (message|reminder)|second re",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", sorted(DEMANDS))
def test_no_shipped_text_claims_a_message_that_may_never_have_left(code: str, language: str) -> None:
    assert not EARLIER.search("\n".join(templates.default_words(code, language)))


def test_a_name_is_taken_once(organization: Organization, standard: DunningPlan) -> None:
    for name in ("  ", "standard"):
        with pytest.raises(PlanNameError):
            actions.create_plan(organization, name=name, by=None, now=NOW)
    draft = actions.start_draft(standard, by=None, now=NOW)
    assert actions.describe_plan(draft, by=None, name="Standard", minimum_gap_days=5).minimum_gap_days == 5


def test_the_next_version_is_written_beside_the_one_in_force(
    organization: Organization, standard: DunningPlan
) -> None:
    late = customer(organization, "C1")
    item(late, "F-1", date(2026, 11, 10), 500)
    run(organization, TODAY)
    draft = actions.start_draft(standard, by=None, now=NOW)
    assert actions.start_draft(standard, by=None, now=NOW).pk == draft.pk
    assert queries.stated_plan(draft).steps == queries.stated_plan(standard).steps
    first = queries.stated_plan(draft).steps[1]
    actions.change_step(draft, 1, replace(first, days=5), by=None)
    actions.remove_step(draft, 4, by=None)
    assert actions.move_step(draft, 1, later=True, by=None) == 2
    assert actions.move_step(draft, 2, later=False, by=None) == 1
    with pytest.raises(PlanDraftError):
        actions.remove_step(draft, 77, by=None)
    actions.put_in_force(draft, by=None, now=NOW)
    standard.refresh_from_db()
    assert (standard.retired_at, standard.default) == (NOW, False)
    found = queries.default_plan(organization)
    assert found is not None
    assert (found.pk, found.version) == (draft.pk, 2)
    assert only(organization).plan_id == standard.pk
    assert [one.version for one in plans.versions(organization, found.lineage or 0)] == [2, 1]


def test_a_draft_is_forgotten_without_a_trace_on_the_plan(
    organization: Organization, standard: DunningPlan
) -> None:
    draft = actions.start_draft(standard, by=None, now=NOW)
    actions.discard_draft(draft, by=None, now=NOW)
    assert list(plans.versions(organization, standard.pk)) == [standard]
    with pytest.raises(PlanDraftError):
        actions.discard_draft(standard, by=None, now=NOW)


def test_a_plan_is_duplicated_under_another_name(organization: Organization, standard: DunningPlan) -> None:
    copy = actions.duplicate_plan(standard, name="Copy", by=None, now=NOW)
    assert copy.in_force_at is None
    assert queries.stated_plan(copy).steps == queries.stated_plan(standard).steps


def test_a_plan_that_is_used_does_not_retire(organization: Organization, standard: DunningPlan) -> None:
    other = actions.put_in_force(begun(organization, "Other", FIRST), by=None, now=NOW)
    with pytest.raises(PlanDefaultError):
        actions.retire_plan(standard, by=None, now=NOW)
    rule = assignments.NewRule("All", other.lineage, {})
    assignments.set_rules(organization, [rule], by=None, now=NOW)
    with pytest.raises(PlanUsedError):
        actions.retire_plan(other, by=None, now=NOW)
    assignments.set_rules(organization, [], by=None, now=NOW)
    actions.make_default(other, by=None, now=NOW)
    actions.start_draft(standard, by=None, now=NOW)
    actions.retire_plan(standard, by=None, now=NOW)
    assert list(plans.in_force(organization)) == [other.lineage]
    assert plans.drafts(organization) == {}
    assert list(plans.retired(organization)) == [standard.lineage]
    with pytest.raises(PlanRetiredError):
        actions.make_default(standard, by=None, now=NOW)


def test_a_plan_is_tried_on_the_portfolio_and_nothing_is_written(
    organization: Organization, standard: DunningPlan
) -> None:
    late = customer(organization, "C1")
    item(late, "F-1", date(2026, 11, 10), 500)
    run(organization, TODAY)
    before = Reminder.objects.count()
    draft = begun(organization, "Soft", replace(FIRST, days=30))
    assert (
        preview(organization, TODAY, plan=queries.rule_plan(draft, organization))[0].reason_code
        == "step_not_due"
    )
    actions.add_step(draft, replace(FIRST, name="Early", days=1), by=None)
    draft.refresh_from_db()
    (decision,) = preview(organization, TODAY, plan=queries.rule_plan(draft, organization))
    assert isinstance(decision, Remind)
    assert (decision.step.name, decision.amount) == ("Early", Decimal(500))
    assert Reminder.objects.count() == before


def test_rules_are_tried_before_they_apply_and_take_existing_customers(
    organization: Organization, standard: DunningPlan, manager: User
) -> None:
    mairie = customer(organization, "M1", public_buyer=True)
    item(mairie, "F-1", date(2026, 11, 10), 500)
    firm = customer(organization, "E1")
    item(firm, "F-2", date(2026, 11, 10), 900)
    public = actions.put_in_force(begun(organization, "Public", FIRST), by=manager, now=NOW)
    tried = plans.try_rules(
        organization, TODAY, [AssignmentRule("new", public.lineage, Conditions(public_buyer=True))]
    )
    assert tried.share("new") == plans.Share(1, Decimal(500))
    assert tried.share("default") == plans.Share(1, Decimal(900))
    assert [(one.customer_id, one.before, one.after) for one in tried.moves] == [
        (mairie.pk, standard.lineage, public.lineage)
    ]
    assert plans.lineages(organization, TODAY)[mairie.pk] == standard.lineage
    rule = assignments.NewRule("Public buyers", public.lineage, {"public_buyer": True, "grades": []})
    assignments.set_rules(organization, [rule], by=manager, now=NOW)
    assert PlanRule.objects.get().conditions == {"public_buyer": True}
    assert plans.lineages(organization, TODAY) == {mairie.pk: public.lineage, firm.pk: standard.lineage}
    for wrong, refusal in (((" ", None), PlanRuleError), (("X", 9_999), PlanRetiredError)):
        with pytest.raises(refusal):
            assignments.set_rules(organization, [assignments.NewRule(*wrong, {})], by=manager, now=NOW)


def test_a_person_chooses_for_one_customer_whatever_the_rules_say(
    organization: Organization, standard: DunningPlan, manager: User
) -> None:
    one, two = customer(organization, "C1"), customer(organization, "C2")
    both = [one, two]
    assert assignments.choose_plan(organization, both, "never", by=manager, now=NOW) == 2
    assert plans.lineages(organization, TODAY) == {one.pk: None, two.pk: None}
    assert assignments.choose_plan(organization, both, "never", by=manager, now=NOW) == 0
    assert assignments.choose_plan(organization, [one], standard.pk, by=manager, now=NOW) == 1
    assert assignments.choose_plan(organization, both, "rules", by=manager, now=NOW) == 2
    assert plans.chosen(organization) == {}
    told = Event.objects.filter(kind="customer.plan_chosen", customer_id=one.pk)
    assert [event.payload["plan"] for event in told.order_by("pk")] == ["never", "Standard", "rules"]
    with pytest.raises(PlanRetiredError):
        assignments.choose_plan(organization, [one], 9_999, by=manager, now=NOW)


def test_words_of_ones_own_are_kept_apart_from_the_shipped_ones(
    organization: Organization, standard: DunningPlan
) -> None:
    made = templates.duplicate_template(organization, "reminder_1", name="Reminder 1", by=None, now=NOW)
    assert {(one.code, one.language) for one in made} == {("reminder_1_2", "fr"), ("reminder_1_2", "en")}
    (text,) = templates.create_template(
        organization, kind="sms", name="Court", words=[("fr", "", "Bonjour")], by=None, now=NOW
    )
    english = templates.add_language(text, "en", by=None, now=NOW)
    assert (english.code, english.kind, english.body) == ("court", "sms", "Bonjour")
    assert templates.add_language(text, "en", by=None, now=NOW).pk == english.pk
    assert Template.objects.filter(code="court").count() == 2
    for call in (
        lambda: templates.duplicate_template(organization, "nothing", name="X", by=None, now=NOW),
        lambda: templates.create_template(organization, kind="sms", name=" ", words=[], by=None, now=NOW),
    ):
        with pytest.raises(TemplateNameError):
            call()
