"""What the words of messages are called: by a person's name, by the shipped one, by the step they serve."""

from django.utils.translation import gettext

from encours.accounts.models import Organization
from encours.dunning import sentences
from encours.dunning.queries import templates
from encours.rules.dunning import DEFAULT_PLAN_STEPS
from encours.rules.ready_plans import READY_WORDS

SHIPPED = {
    **{step.template: step.name for step in DEFAULT_PLAN_STEPS},
    **{words.code: words.name for words in READY_WORDS},
}
KINDS = ("message", "sms", "script")


def template_name(code: str, name: str = "") -> str:
    """Return what words are called."""
    if name and name != SHIPPED.get(code):
        return name
    return sentences.step(SHIPPED[code]) if code in SHIPPED else gettext(code)


def template_names(organization: Organization, *, shipped: bool = False) -> dict[str, dict[str, str]]:
    """Return the names of all words by code, kind by kind; of those shipped and never used too, where asked."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    for ready in READY_WORDS if shipped else ():
        found[ready.kind][ready.code] = template_name(ready.code)
    for template in templates(organization):
        found[template.kind][template.code] = template_name(template.code, template.name)
    return {kind: dict(sorted(named.items(), key=lambda pair: pair[1])) for kind, named in found.items()}
