"""What is asked of a person who writes a plan: the plan, each of its steps, a rule."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.backoffice import plan_words as words
from encours.backoffice.fields import SumField
from encours.dunning import sentences
from encours.dunning.models import DunningPlan
from encours.rules.cases import Channel, Step, Trigger
from encours.rules.plan_steps import KINDS, Part

LONGEST_DAYS = 365
KIND_NAMES = {
    "message": gettext_lazy("E-mails and letters"),
    "sms": gettext_lazy("Text messages"),
    "script": gettext_lazy("Scripts of calls"),
}
USUAL: dict[Part, dict[str, Any]] = {
    "before_due": {"name": "", "days": 7, "mode": "automatic", "template": "pre_due"},
    "after_due": {"name": "", "days": 3, "mode": "to_confirm", "template": "reminder_1"},
    "event": {"name": "", "days": 1, "mode": "to_confirm", "template": "reminder_2"},
    "after_payment": {"name": "", "days": 0, "mode": "automatic", "template": "thanks"},
}


USUAL_WORDS: dict[tuple[Part, str], str] = {
    ("before_due", "sms"): "sms_notice",
    ("after_due", "sms"): "sms_reminder",
    ("after_due", "phone"): "call_script",
    ("event", "sms"): "sms_reminder",
    ("event", "sms_broken"): "sms_broken_promise",
    ("event", "phone"): "call_script",
    ("event", "phone_broken"): "call_broken_promise",
}


class PlanForm(forms.Form):
    """What a plan says of itself."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    description = forms.CharField(label=gettext_lazy("What it is for"), max_length=300, required=False)
    scope = forms.ChoiceField(
        label=gettext_lazy("Chase"), choices=list(words.SCOPES.items()), widget=forms.RadioSelect,
        help_text=gettext_lazy("May be changed at any time: what was said of each item is known either way."),
    )  # fmt: skip
    minimum_gap_days = forms.IntegerField(
        label=gettext_lazy("Days of silence between two contacts"), min_value=0, max_value=60
    )
    tolerance = SumField(label=gettext_lazy("Leave out items up to"))


def plan_form(plan: DunningPlan, data: Any = None) -> PlanForm:  # noqa: ANN401 - Django's form data
    """Return the form of what a plan says of itself."""
    initial = {name: getattr(plan, name) for name in PlanForm.base_fields}
    return PlanForm(data, initial={**initial, "name": sentences.step(plan.name)}, auto_id="plan_%s")


class NewPlanForm(forms.Form):
    """What a new plan begins with: a name, and a plan to start from."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True})
    )
    start = forms.ChoiceField(label=gettext_lazy("Start from"), widget=forms.RadioSelect)

    def __init__(self, starts: list[tuple[str, str]], *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        cast("forms.ChoiceField", self.fields["start"]).choices = starts


class NameForm(forms.Form):
    """A name, and nothing else."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)


class StepForm(forms.Form):
    """Every field of a step; those that its part of the plan has no use for are not asked."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    days = forms.IntegerField(label=gettext_lazy("Days"), min_value=0, max_value=LONGEST_DAYS)
    counts_from = forms.ChoiceField(label=gettext_lazy("After"), choices=list(words.COUNTED.items()))
    event = forms.ChoiceField(label=gettext_lazy("When"), choices=list(words.EVENTS.items()))
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), choices=list(words.CHANNELS.items()), widget=forms.RadioSelect
    )
    registered = forms.BooleanField(label=gettext_lazy("Registered letter"), required=False)
    mode = forms.ChoiceField(
        label=gettext_lazy("Mode"), choices=list(words.MODES.items()), widget=forms.RadioSelect
    )
    template = forms.ChoiceField(label=gettext_lazy("Words"))
    contact_role = forms.ChoiceField(
        label=gettext_lazy("To"), choices=list(words.ROLES.items()), required=False
    )
    escalate_to = forms.ChoiceField(label=gettext_lazy("Also to"), required=False)
    copy_to = forms.ChoiceField(
        label=gettext_lazy("Colleague in copy"), choices=list(words.COPIES.items()), required=False
    )
    sender = forms.ChoiceField(label=gettext_lazy("Signed by"), choices=list(words.SENDERS.items()))
    attach_statement = forms.BooleanField(label=gettext_lazy("Attach the statement"), required=False)
    attach_invoices = forms.BooleanField(label=gettext_lazy("Attach the invoices"), required=False)
    minimum_amount = SumField(
        label=gettext_lazy("Minimum amount"),
        help_text=gettext_lazy("Below it, this step waits for more to be overdue."),
    )
    states_interest = forms.BooleanField(
        label=gettext_lazy("State late interest and the recovery fee"), required=False
    )
    formal = forms.BooleanField(label=gettext_lazy("Formal notice"), required=False)

    UNUSED = {
        "before_due": ("counts_from", "event", "registered", "states_interest", "formal", "escalate_to"),
        "after_due": ("event",),
        "event": ("counts_from", "formal"),
        "after_payment": (
            "counts_from", "event", "registered", "states_interest", "formal", "escalate_to", "minimum_amount",
        ),
    }  # fmt: skip
    LETTERS, WRITTEN = ("registered",), ("attach_statement", "attach_invoices")

    def __init__(
        self, part: Part, step: Step | None, templates: dict[str, dict[str, str]], *args: Any, **options: Any  # noqa: ANN401 - Django's form options
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        self.part, self.step = part, step
        # A step that is looked at leaves the keys to the line; Enter goes into it.
        entering: dict[str, Any] = {"data-key": "enter", "data-key-label": _("Change the step")}
        self.fields["name"].widget.attrs |= entering if step else {"autofocus": True}
        self.kinds = {code: kind for kind, named in templates.items() for code in named}
        cast("forms.ChoiceField", self.fields["template"]).choices = [
            (str(KIND_NAMES[kind]), list(named.items())) for kind, named in templates.items() if named
        ]
        cast("forms.ChoiceField", self.fields["escalate_to"]).choices = [
            ("", _("Nobody")), *((role, name) for role, name in words.ROLES.items() if role),
        ]  # fmt: skip
        self.fields["days"].label = {
            "before_due": _("Days before the due date"),
            "after_due": _("Days"),
            "event": _("Days after it"),
            "after_payment": _("Days after the payment"),
        }[part]
        for name in self.UNUSED[part]:
            del self.fields[name]

    def clean_name(self) -> str:
        """Keep the name of a shipped step as it is known in every language, if nobody changed it."""
        name: str = self.cleaned_data["name"].strip()
        if self.step is not None and name == sentences.step(self.step.name):
            return self.step.name
        return name

    def clean(self) -> dict[str, Any]:
        """Refuse what a channel cannot carry, and a formal notice that would leave by itself."""
        found = super().clean() or self.cleaned_data
        channel = found.get("channel", "email")
        if self.step is None and "template" not in self.changed_data:
            # Whoever chose a channel and no words gets those made for it.
            broken = "_broken" if found.get("event") == "promise_broken" else ""
            found["template"] = USUAL_WORDS.get((self.part, f"{channel}{broken}"), found.get("template", ""))
        if self.kinds.get(found.get("template", "")) not in {None, KINDS[channel]}:
            self.add_error("template", _("These words are made for another channel."))
        if channel != "letter":
            found["registered"] = False
        if channel in {"sms", "phone"}:
            found |= dict.fromkeys(self.WRITTEN, False)
        if found.get("formal") and found.get("mode") == "automatic":
            self.add_error("mode", _("A formal notice never leaves by itself."))
        return found

    @property
    def particular(self) -> bool:
        """Tell whether something beyond the usual is said, so that it should be in sight."""
        names = (
            "contact_role",
            "escalate_to",
            "copy_to",
            "attach_statement",
            "attach_invoices",
            "minimum_amount",
        )
        return any(self[name].value() for name in names if name in self.fields) or any(
            name in self.errors for name in (*names, "sender")
        )

    def written(self) -> Step:
        """Return the step that the answers describe; its rank is the plan's to give."""
        found = self.cleaned_data
        rest = {
            name: found[name]
            for name in (
                "registered", "contact_role", "escalate_to", "copy_to", "sender", "attach_statement",
                "attach_invoices", "minimum_amount", "states_interest", "formal", "event",
            )
            if found.get(name)
        }  # fmt: skip
        trigger: Trigger = "after_due" if self.part == "event" else self.part
        return Step(
            rank=self.step.rank if self.step else 0,
            name=found["name"],
            trigger=trigger,
            days=found["days"],
            channel=cast("Channel", found["channel"]),
            mode=found["mode"],
            template=found["template"],
            counts_from="event" if self.part == "event" else found.get("counts_from", "due"),
            **rest,
        )


def step_form(
    part: Part, step: Step | None, templates: dict[str, dict[str, str]], data: Any = None, *, kept: bool = False, **usual: object,  # noqa: ANN401, E501 - Django's form data
) -> StepForm:  # fmt: skip
    """Return the form of a step, or of one that would be added.

    The names of its places differ once it is kept: the focus does not come back into it, and the keys are free.
    """
    initial: dict[str, Any] = {
        "channel": "email", "sender": "main", "minimum_amount": 0, "counts_from": "due", **USUAL[part], **usual,
    }  # fmt: skip
    if step is not None:
        initial = {name: getattr(step, name) for name in StepForm.base_fields}
        initial["name"] = sentences.step(step.name)
    places = "kept_%s" if kept else "step_%s" if step else "new_%s"
    return StepForm(part, step, templates, data, initial=initial, auto_id=places)


class RuleForm(forms.Form):
    """Whom a rule takes, and to which plan."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True})
    )
    lineage = forms.ChoiceField(label=gettext_lazy("Plan"))
    grades = forms.MultipleChoiceField(
        label=gettext_lazy("Grade"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[*((grade, grade) for grade in "ABCDE"), ("", gettext_lazy("not graded"))],
    )  # fmt: skip
    segments = forms.MultipleChoiceField(
        label=gettext_lazy("Segment"), required=False, widget=forms.CheckboxSelectMultiple
    )
    outstanding_from = SumField(label=gettext_lazy("Owes at least"), required=False)
    outstanding_below = SumField(label=gettext_lazy("Owes less than"), required=False)
    FLAGS = [("", gettext_lazy("Either")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
    public_buyer = forms.ChoiceField(label=gettext_lazy("Public buyer"), required=False, choices=FLAGS)
    sole_trader = forms.ChoiceField(label=gettext_lazy("Sole trader"), required=False, choices=FLAGS)
    countries = forms.CharField(
        label=gettext_lazy("Country"), required=False, max_length=200,
        help_text=gettext_lazy("Two letters each, as in FR BE LU; nothing for all."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Language of letters"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=list(words.LANGUAGES.items()),
    )  # fmt: skip

    def __init__(
        self, plans: list[tuple[str, str]], segments: list[str], *args: Any, **options: Any  # noqa: ANN401 - Django's form options
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        cast("forms.ChoiceField", self.fields["lineage"]).choices = plans
        if segments:
            cast("forms.MultipleChoiceField", self.fields["segments"]).choices = [
                (one, one) for one in segments
            ]
        else:
            del self.fields["segments"]

    def clean_countries(self) -> list[str]:
        """Read the codes of countries however they are separated."""
        codes = self.cleaned_data["countries"].upper().replace(",", " ").replace(";", " ").split()
        wrong = [code for code in codes if len(code) != 2 or not code.isalpha()]  # noqa: PLR2004 - ISO 3166
        if wrong:
            raise forms.ValidationError(
                _("A country is written in two letters: %(wrong)s is not.") % {"wrong": ", ".join(wrong)}
            )
        return list(dict.fromkeys(codes))

    def conditions(self) -> dict[str, object]:
        """Return what the rule asks of a customer, as it is stored."""
        found = self.cleaned_data
        asked: dict[str, object] = {
            name: found[name] for name in ("grades", "segments", "countries", "languages") if found.get(name)
        }
        for name in ("public_buyer", "sole_trader"):
            if found[name]:
                asked[name] = found[name] == "yes"
        for name in ("outstanding_from", "outstanding_below"):
            if found[name] is not None:
                asked[name] = str(found[name])
        return asked
