"""The voices of the organization: each a mail server and an address, tried before they are trusted."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts import people, permissions
from encours.accounts.actions import (
    clear_alarm,
    keep_domain_report,
    keep_sender_test,
    remove_sender,
    set_sender,
)
from encours.accounts.models import Membership, Role, Sender, SenderPurpose, SignIn, User
from encours.backoffice import authorizations, domain_words
from encours.backoffice.authorizations import page_of
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.listing import row_numbers
from encours.backoffice.sign_in import SignInForm
from encours.channels.domains import check_domain
from encours.channels.email import Message, address, build
from encours.channels.errors import InvalidMessageError, WireError
from encours.channels.words import fault_sentence
from encours.dunning import grants, servers
from encours.dunning.actions import grants as granting

PATIENCE_SECONDS = 10.0
NAMES = (
    "name", "email", "reply_to", "host", "port", "security", "username", "signature", "plus_addresses", "bounce_to",
    "sign_in",
)  # fmt: skip
SERVER = ("host", "port", "security", "username", "sign_in")


class SenderForm(SignInForm):
    """How messages leave."""

    USE = "smtp"

    name = forms.CharField(
        label=gettext_lazy("Sender name"), max_length=100, help_text=gettext_lazy("As customers read it.")
    )
    email = forms.EmailField(label=gettext_lazy("Sender address"))
    reply_to = forms.EmailField(
        label=gettext_lazy("Reply-to address"),
        required=False,
        help_text=gettext_lazy("Where answers go, if elsewhere."),
    )
    signature = forms.CharField(
        label=gettext_lazy("Signature"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Added below every e-mail of this sender."),
    )
    host = forms.CharField(label=gettext_lazy("SMTP server"), max_length=200)
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535)
    security = forms.ChoiceField(
        label=gettext_lazy("Security"),
        choices=[
            ("starttls", gettext_lazy("STARTTLS (usual on port 587)")),
            ("tls", gettext_lazy("TLS (usual on port 465)")),
            ("none", gettext_lazy("None (a server on this machine only)")),
        ],
    )
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    plus_addresses = forms.BooleanField(
        label=gettext_lazy("The mail server takes name+word@ for name@"),
        required=False,
        help_text=gettext_lazy(
            "Then each answer and each return carries the word of its case. Write to yourself with +test first:"
            " where it does not arrive, leave this off."
        ),
    )
    bounce_to = forms.EmailField(
        label=gettext_lazy("Address for returns"),
        required=False,
        help_text=gettext_lazy("Where mail servers send back what they cannot deliver, if elsewhere."),
    )

    def fields_and_password(self) -> tuple[dict[str, Any], str | None]:
        """Return what to keep, and the password: empty where none is needed, nothing when it stays."""
        found = dict(self.cleaned_data)
        password = found.pop("password")
        if not found["username"] or found["sign_in"] != SignIn.PASSWORD:
            return found, ""
        return found, password or None


@dataclass(frozen=True)
class Voice:
    """One voice of the list: whose it is, where it is set, and what is set so far."""

    url: str
    name: str
    sender: Sender | None
    current: bool
    shut: bool = False


def voices(desk: Desk, purpose: str, person: User | None) -> list[Voice]:
    """Return the organization's voice, the higher one, and one for each collector."""
    set_so_far = {
        (one.purpose, one.user_id): one for one in Sender.objects.filter(organization=desk.organization)
    }
    chosen = (purpose, person.pk if person else None)
    main, higher = (SenderPurpose.MAIN, None), (SenderPurpose.ESCALATED, None)
    shut = {key for key, one in set_so_far.items() if grants.hindrance(one, desk.now)}

    def voice(key: tuple[str, int | None], url: str, name: str) -> Voice:
        return Voice(url, name, set_so_far.get(key), chosen == key, key in shut)

    found = [
        voice(main, reverse("settings-sender"), _("The organization")),
        voice(higher, reverse("sender-escalated"), _("A higher voice")),
    ]
    for membership in _collectors(desk):
        key = (SenderPurpose.COLLECTOR, membership.user_id)
        url = reverse("sender-collector", args=[membership.user_id])
        found.append(voice(key, url, str(membership.user)))
    return found


def _collectors(desk: Desk) -> list[Membership]:
    own = Sender.objects.filter(organization=desk.organization, purpose=SenderPurpose.COLLECTOR)
    speaking = set(own.values_list("user_id", flat=True))
    writing = {Role.COLLECTOR, Role.CREDIT_MANAGER, Role.ADMIN}
    members = people.members(desk.organization.pk)
    return [one for one in members if one.role in writing or one.user_id in speaking]


@page(permissions.CONFIGURE)
def settings_sender(request: DeskRequest, purpose: str = "main", user_id: int | None = None) -> HttpResponse:
    desk = request.desk
    person = _person(desk, user_id)
    sender = Sender.objects.filter(organization=desk.organization, purpose=purpose, user=person).first()
    form = SenderForm(sender, request.POST or None, initial=_initial(desk, sender, person))
    if request.method == "POST" and form.is_valid():
        found, password = form.fields_and_password()
        set_sender(
            desk.organization,
            password=password,
            by=desk.user,
            now=desk.now,
            purpose=purpose,
            person=person,
            **found,
        )
        messages.success(request, _("The sender is saved. Test it before you trust it."))
        return redirect(request.path)
    known = {
        "form": form,
        "sender": sender,
        "section": "sender",
        "voices": voices(desk, purpose, person),
        "purpose": purpose,
        "person": person,
        "checks": domain_words.lines(sender) if sender else [],
        "access": authorizations.access_of(sender, desk.now),
    }
    return authorizations.leading_out(request, render(request, "backoffice/settings_sender.html", known))


def _person(desk: Desk, user_id: int | None) -> User | None:
    if user_id is None:
        return None
    return get_object_or_404(people.members(desk.organization.pk), user_id=user_id).user


def _initial(desk: Desk, sender: Sender | None, person: User | None) -> dict[str, object]:
    """Return what is set, else what can be guessed: a further voice mostly leaves by the same server."""
    if sender:
        return {name: getattr(sender, name) for name in NAMES}
    main = Sender.objects.filter(organization=desk.organization, purpose=SenderPurpose.MAIN).first()
    known: dict[str, object] = {name: getattr(main, name) for name in SERVER} if main else {"port": 587}
    if person:
        return {**known, "name": person.get_full_name() or person.email, "email": person.email}
    return {**known, "name": desk.organization.name, "email": "" if main else desk.organization.email}


def _sender(request: DeskRequest) -> Sender:
    """Return the sender that a button speaks of, else the organization's own."""
    chosen = request.POST.get("sender", "")
    senders = Sender.objects.filter(organization=request.desk.organization)
    found = (
        senders.filter(pk__in=row_numbers([chosen])) if chosen else senders.filter(purpose=SenderPurpose.MAIN)
    )
    sender = found.first()
    if sender is None:
        raise Http404
    return sender


@require_POST
@page(permissions.CONFIGURE)
def sender_test(request: DeskRequest) -> HttpResponse:
    """Reach the server, and write to the reader when they asked for a message."""
    desk = request.desk
    sender = _sender(request)
    try:
        transport = servers.server_of(sender, desk.now, patience=PATIENCE_SECONDS, trying=True)
        if request.POST.get("message"):
            message = _test_message(request, sender)
            transport.send(build(message), sender.email, desk.user.email)
            messages.success(
                request, _("The mail server took a message for %(email)s.") % {"email": desk.user.email}
            )
        else:
            transport.check_connection()
            messages.success(request, _("The mail server answers and lets us in."))
    except WireError as fault:
        # The words of the server come after ours: its administrator will want them.
        said = f" ({fault.message})" if fault.message and fault.message != fault.code else ""
        messages.error(request, (fault_sentence(fault.code) or _("The test failed.")) + said)
    except InvalidMessageError as fault:
        messages.error(request, _(str(fault)))
    else:
        keep_sender_test(sender, now=desk.now)
        granting.note_success(sender, now=desk.now)
    return redirect(page_of(sender))


@require_POST
@page(permissions.CONFIGURE)
def sender_check(request: DeskRequest) -> HttpResponse:
    """Ask the name servers about the domain a sender writes from."""
    sender = _sender(request)
    try:
        domain = address(sender.email).rpartition("@")[2]
    except InvalidMessageError as fault:
        messages.error(request, _(str(fault)))
    else:
        keep_domain_report(sender, check_domain(domain), domain=domain, now=request.desk.now)
    return redirect(page_of(sender) + "#domain")


@require_POST
@page(permissions.CONFIGURE)
def sender_clear(request: DeskRequest) -> HttpResponse:
    """Take the reader's word that what made mail servers refuse is mended."""
    sender = _sender(request)
    clear_alarm(sender, by=request.desk.user, now=request.desk.now)
    return redirect(page_of(sender))


@require_POST
@page(permissions.CONFIGURE)
def sender_remove(request: DeskRequest) -> HttpResponse:
    """Give up a voice other than the organization's own."""
    sender = _sender(request)
    if sender.purpose == SenderPurpose.MAIN:
        raise Http404
    remove_sender(sender, by=request.desk.user, now=request.desk.now)
    messages.success(request, _("The sender is removed: the organization speaks instead."))
    return redirect("settings-sender")


def _test_message(request: DeskRequest, sender: Sender) -> Message:
    desk = request.desk
    text = _("This message comes from the settings of %(name)s. Reminders will leave the same way.")
    signature = f"\n\n-- \n{sender.signature.strip()}\n" if sender.signature.strip() else ""
    return Message(
        key=f"sender-test-{sender.pk}-{desk.now:%Y%m%d%H%M%S%f}",
        sender=sender.email,
        sender_name=sender.name,
        reply_to=sender.reply_to,
        recipient=desk.user.email,
        subject=_("Test message of %(name)s") % {"name": desk.organization.name},
        text=text % {"name": desk.organization.name} + signature,
        written_at=desk.now,
        language=desk.user.language,
        automatic=True,
    )


urlpatterns = [
    path("settings/sender/", settings_sender, name="settings-sender"),
    path("settings/sender/escalated/", settings_sender, {"purpose": "escalated"}, name="sender-escalated"),
    path(
        "settings/sender/collector/<int:user_id>/",
        settings_sender,
        {"purpose": "collector"},
        name="sender-collector",
    ),
    path("settings/sender/test/", sender_test, name="sender-test"),
    path("settings/sender/check/", sender_check, name="sender-check"),
    path("settings/sender/clear/", sender_clear, name="sender-clear"),
    path("settings/sender/remove/", sender_remove, name="sender-remove"),
]
