"""The words of messages, texts and calls: shipped ones given once, then a person's own."""

from collections.abc import Iterable
from datetime import datetime
from importlib.resources import files

from django.db import transaction
from django.utils.text import slugify

from encours.accounts.actions import actor
from encours.accounts.models import Organization, User
from encours.dunning.errors import TemplateNameError
from encours.dunning.figures import LANGUAGES
from encours.dunning.models import Template, TemplateKind
from encours.events.actions import record
from encours.rules import wording
from encours.rules.ready_plans import READY_WORDS

LONGEST_CODE = 40
SHIPPED_KINDS = {words.code: words.kind for words in READY_WORDS}
SHIPPED_NAMES = {words.code: words.name for words in READY_WORDS}


@transaction.atomic
def change_template(
    template: Template, *, subject: str, body: str, by: User | None, now: datetime
) -> Template:
    """Change the words of a message, refused if a letter could not be written from them."""
    wording.check(subject)
    wording.check(body)
    template.subject, template.body = subject.strip(), body.strip()
    template.save(update_fields=["subject", "body", "updated_at"])
    _tell("template.changed", template, by, now)
    return template


@transaction.atomic
def create_template(
    organization: Organization,
    *,
    kind: str,
    name: str,
    words: Iterable[tuple[str, str, str]],
    by: User | None,
    now: datetime,
) -> list[Template]:
    """Keep new words under a name of one's own, one template for each language, subject and body given."""
    if not name.strip():
        raise TemplateNameError
    code = _free_code(organization, name)
    made = []
    for language, subject, body in words:
        wording.check(subject)
        wording.check(body)
        made.append(
            Template.objects.create(
                organization=organization,
                code=code,
                kind=TemplateKind(kind),
                name=name.strip(),
                language=language,
                subject=subject.strip(),
                body=body.strip(),
            )
        )
        _tell("template.created", made[-1], by, now)
    return made


@transaction.atomic
def duplicate_template(
    organization: Organization, code: str, *, name: str, by: User | None, now: datetime
) -> list[Template]:
    """Copy words in all their languages under another name, so that one step may speak otherwise."""
    copied = list(Template.objects.filter(organization=organization, code=code).order_by("language"))
    if not copied:
        raise TemplateNameError
    return create_template(
        organization,
        kind=copied[0].kind,
        name=name,
        words=[(one.language, one.subject, one.body) for one in copied],
        by=by,
        now=now,
    )


@transaction.atomic
def add_language(template: Template, language: str, *, by: User | None, now: datetime) -> Template:
    """Begin the words of a template in another language, from the shipped ones or from those there are."""
    shipped = ships(template.code, language)
    subject, body = default_words(template.code, language) if shipped else (template.subject, template.body)
    made, new = Template.objects.get_or_create(
        organization_id=template.organization_id,
        code=template.code,
        language=language,
        defaults={"kind": template.kind, "name": template.name, "subject": subject, "body": body},
    )
    if new:
        _tell("template.created", made, by, now)
    return made


def give_words(organization: Organization, codes: Iterable[str]) -> None:
    """Give the organization the shipped words of these steps, in every language, unless it has its own."""
    known = set(Template.objects.filter(organization=organization).values_list("code", "language"))
    Template.objects.bulk_create(
        Template(
            organization=organization,
            code=code,
            kind=SHIPPED_KINDS.get(code, TemplateKind.MESSAGE),
            name=SHIPPED_NAMES.get(code, ""),
            language=language,
            subject=subject,
            body=body,
        )
        for code in dict.fromkeys(codes)
        for language in LANGUAGES
        if (code, language) not in known and ships(code, language)
        for subject, body in [default_words(code, language)]
    )


def ships(code: str, language: str) -> bool:
    """Tell whether words are shipped under this code."""
    return (
        code.isidentifier()
        and files("encours.dunning").joinpath("wording", language, f"{code}.txt").is_file()
    )


def default_words(code: str, language: str) -> tuple[str, str]:
    """Return the subject and the body that a message is shipped with: the first line, then the rest."""
    text = files("encours.dunning").joinpath("wording", language, f"{code}.txt").read_text(encoding="utf-8")
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip()


def _free_code(organization: Organization, name: str) -> str:
    """Return a code made of the name that no other template has, shipped ones included."""
    base = slugify(name).replace("-", "_")[: LONGEST_CODE - 4] or "template"
    taken = set(Template.objects.filter(organization=organization).values_list("code", flat=True))
    number, code = 1, base
    while code in taken or ships(code, LANGUAGES[0]):
        number += 1
        code = f"{base}_{number}"
    return code


def _tell(kind: str, template: Template, by: User | None, now: datetime) -> None:
    record(
        template.organization_id,
        kind,
        by=actor(by),
        at=now,
        subject=("template", template.pk),
        code=template.code,
        language=template.language,
    )
