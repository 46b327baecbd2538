"""Mailboxes that take no password: the application that asks, the consent of their owner, what was given and lost."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from encours.accounts import permissions
from encours.accounts.models import Sender, SenderPurpose, SignIn
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.channels import oauth
from encours.channels.errors import WireError
from encours.channels.oauth import ANY_TENANT, AUTHORITIES, TENANT
from encours.channels.words import fault_sentence
from encours.dunning import grants
from encours.dunning.actions import grants as actions
from encours.dunning.models import MailApplication, Mailbox, MailboxWay, MailGrant

SALT = "encours.mail_access"
SESSION_KEY = "mail_access"
LONGEST_ANSWER = 4_000


class ApplicationForm(forms.Form):
    """The application an organization registered at a provider."""

    client_id = forms.CharField(label=gettext_lazy("Application (client) ID"), max_length=200)
    secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=500,
        error_messages={"required": gettext_lazy("Without its secret the application is given no token.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    tenant = forms.CharField(
        label=gettext_lazy("Directory (tenant) ID"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Empty: any organization at Microsoft may give its consent."),
    )
    by_itself = forms.BooleanField(
        label=gettext_lazy("The application opens mailboxes by itself"),
        required=False,
        help_text=gettext_lazy(
            "An administrator gave it these mailboxes at Microsoft (IMAP.AccessAsApp, SMTP.SendAsApp):"
            " nobody is asked for each."
        ),
    )

    def __init__(self, provider: str, kept: MailApplication | None, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **{**options, "prefix": provider})
        self.kept = bool(kept and kept.sealed_secret)
        self.fields["secret"].required = not self.kept
        if self.kept:
            self.fields["secret"].help_text = _("Kept, encrypted. Leave empty to keep it.")
        if not AUTHORITIES[provider].by_itself:
            del self.fields["tenant"], self.fields["by_itself"]

    def clean_tenant(self) -> str:
        """Refuse what is no name of a directory: it becomes a part of an address."""
        tenant = str(self.cleaned_data["tenant"]).strip()
        if tenant and not TENANT.fullmatch(tenant):
            raise forms.ValidationError(_("Write the identifier of the directory, or its domain."))
        return tenant

    def clean(self) -> dict[str, Any]:
        """Ask for the directory of an application that nobody consents to."""
        found = super().clean() or self.cleaned_data
        if found.get("by_itself") and found.get("tenant", "") in ("", *ANY_TENANT):
            self.add_error("tenant", _("An application that opens mailboxes by itself names its directory."))
        return found


@dataclass(frozen=True)
class Ask:
    """One provider of the page: the form of its application, and what is copied to the provider's own pages."""

    provider: str
    name: str
    form: ApplicationForm
    own: MailApplication | None
    shared: bool
    scopes: str


@dataclass(frozen=True)
class Access:
    """How a mailbox that takes no password stands: whose it is, and what is to be done."""

    provider: str
    by_itself: bool
    known: bool
    obstacle: str
    waiting: str
    authorized_at: datetime | None
    field: str
    number: int

    @property
    def open(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.obstacle


def access_of(holder: Sender | Mailbox | None, now: datetime) -> Access | None:
    """Return how the mailbox of a sender or of an intake stands; nothing where a password opens it."""
    if holder is None or not grants.by_token(holder):
        return None
    known = grants.application_of(holder.organization_id, holder.sign_in)
    grant = grants.grant_of(holder)
    obstacle = grants.hindrance_of(known, grant, grants.use_of(holder), now)
    waits = grant is not None and not obstacle and grant.retry_at is not None
    return Access(
        provider=grants.provider_name(holder.sign_in),
        by_itself=bool(known and known.by_itself),
        known=known is not None,
        obstacle=words(str(obstacle)) if obstacle else "",
        waiting=words(f"authority_silent: {grant.fault}") if grant and waits else "",
        authorized_at=grant.authorized_at if grant and grant.sealed_refresh_token else None,
        field="sender" if isinstance(holder, Sender) else "mailbox",
        number=holder.pk,
    )


def words(fault: str) -> str:
    """Return what keeps a mailbox shut, with the words of the other side."""
    code, _colon, said = fault.partition(": ")
    sentence = fault_sentence(code) or code
    return f"{sentence} ({said})" if said else sentence


def leading_out(request: DeskRequest, response: HttpResponse) -> HttpResponse:
    """Let the buttons of a page lead to where consent is given: the browser asks before it follows them there."""
    csp_update({"form-action": oauth.consent_origins()})(lambda _request: response)(request)
    return response


def redirect_address() -> str:
    """Return where a provider sends a person back; the same for every organization of this installation."""
    return settings.PUBLIC_URL + reverse("authorization-back")


@page(permissions.CONFIGURE)
def settings_authorizations(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    chosen = request.POST.get("provider", "") if request.method == "POST" else ""
    asks = [_ask_of(desk, provider, request.POST if provider == chosen else None) for provider in AUTHORITIES]
    ask = next((one for one in asks if one.provider == chosen), None)
    if ask is not None and request.POST.get("remove") and ask.own:
        actions.remove_application(ask.own, by=desk.user, now=desk.now)
        messages.success(request, _("The application is removed."))
        return redirect("settings-authorizations")
    if ask is not None and ask.form.is_valid():
        found = ask.form.cleaned_data
        actions.set_application(
            desk.organization,
            ask.provider,
            client_id=found["client_id"].strip(),
            tenant=found.get("tenant", ""),
            by_itself=bool(found.get("by_itself")),
            secret=found["secret"] or None,
            by=desk.user,
            now=desk.now,
        )
        messages.success(request, _("The application is kept. Now authorize each mailbox."))
        return redirect("settings-authorizations")
    shown = {
        "asks": asks,
        "redirect": redirect_address(),
        "given": [_given(grant) for grant in _grants(desk)],
        "section": "authorizations",
    }
    return render(request, "backoffice/settings_authorizations.html", shown)


def _ask_of(desk: Desk, provider: str, posted: Any) -> Ask:  # noqa: ANN401 - Django's form data
    own = MailApplication.objects.filter(organization=desk.organization, provider=provider).first()
    initial = (
        {"client_id": own.client_id, "tenant": own.tenant, "by_itself": own.by_itself}
        if own is not None
        else {}
    )
    return Ask(
        provider,
        AUTHORITIES[provider].name,
        ApplicationForm(provider, own, posted, initial=initial),
        own,
        bool(settings.MAIL_APPLICATIONS.get(provider, {}).get("client_id")),
        " ".join(AUTHORITIES[provider].scopes),
    )


def _grants(desk: Desk) -> list[MailGrant]:
    found = MailGrant.objects.filter(organization=desk.organization).exclude(
        authorized_at=None, refused_at=None
    )
    return list(found.order_by("provider", "username"))


def _given(grant: MailGrant) -> tuple[MailGrant, str, str]:
    return grant, grants.provider_name(grant.provider), words(grant.fault) if grant.refused_at else ""


@require_POST
@page(permissions.CONFIGURE)
def authorization_begin(request: DeskRequest) -> HttpResponse:
    """Send the reader to the provider, to say there that this application may open the mailbox."""
    desk = request.desk
    holder, back = _holder(request)
    known = grants.application_of(desk.organization.pk, holder.sign_in)
    if known is None:
        messages.error(request, fault_sentence("application_missing"))
        return redirect("settings-authorizations")
    grant, word, verifier = actions.begin(desk.organization, holder.sign_in, holder.username, now=desk.now)
    request.session[SESSION_KEY] = {"word": word, "organization": desk.organization.pk, "back": back}
    try:
        address = oauth.consent_address(
            holder.sign_in,
            known.application,
            redirect=redirect_address(),
            state=signing.dumps([grant.pk, desk.organization.pk, word], salt=SALT),
            verifier=verifier,
            user=holder.username,
        )
    except WireError as fault:
        messages.error(request, words(f"{fault.code}: {fault.message}"))
        return redirect("settings-authorizations")
    return HttpResponseRedirect(address)


def _holder(request: DeskRequest) -> tuple[Sender | Mailbox, str]:
    """Return the sender or the mailbox that a button speaks of, and its page."""
    organization = request.desk.organization
    for name in ("sender", "mailbox"):
        number = request.POST.get(name, "")
        if not number.isdecimal() or len(number) > len(str(2**62)):
            continue
        if name == "mailbox":
            box = get_object_or_404(Mailbox, organization=organization, pk=int(number), way=MailboxWay.IMAP)
            return _by_token(box), reverse("settings-mailbox", args=[box.pk])
        sender = get_object_or_404(Sender, organization=organization, pk=int(number))
        return _by_token(sender), page_of(sender)
    raise Http404


def _by_token(holder: Sender | Mailbox) -> Sender | Mailbox:
    if holder.sign_in == SignIn.PASSWORD or not holder.username:
        raise Http404
    return holder


def page_of(sender: Sender) -> str:
    """Return the page where a sender is set."""
    if sender.purpose == SenderPurpose.COLLECTOR:
        return reverse("sender-collector", args=[sender.user_id])
    return reverse("sender-escalated" if sender.purpose == SenderPurpose.ESCALATED else "settings-sender")


@require_safe
@page(permissions.CONFIGURE)
def authorization_back(request: DeskRequest) -> HttpResponse:
    """Take up what a person answered at the provider: once, in the session and the organization that asked."""
    desk = request.desk
    begun = request.session.pop(SESSION_KEY, None) or {}
    taken = _taken_up(request, begun)
    if taken is None:
        messages.error(
            request, _("This authorization was not begun here, or too long ago: begin again, in one go.")
        )
        return redirect("settings-authorizations")
    grant, verifier = taken
    known = grants.application_of(desk.organization.pk, grant.provider)
    code = request.GET.get("code", "")[:LONGEST_ANSWER]
    if known is None or not code:
        said = request.GET.get("error_description") or request.GET.get("error") or ""
        told = _("The mailbox was not authorized.") + (
            f" ({said.splitlines()[0][:200]})" if said.strip() else ""
        )
        messages.error(request, told)
        return redirect(begun["back"])
    try:
        tokens = oauth.exchange(
            grant.provider, known.application, code=code, verifier=verifier, redirect=redirect_address()
        )
    except WireError as fault:
        messages.error(
            request, words(f"{fault.code}: {fault.message}" if fault.message != fault.code else fault.code)
        )
    else:
        actions.keep_consent(grant, tokens, by=desk.user, now=desk.now)
        messages.success(request, _("The mailbox is authorized. Test it before you trust it."))
    return redirect(begun["back"])


def _taken_up(request: DeskRequest, begun: dict[str, Any]) -> tuple[MailGrant, str] | None:
    organization = request.desk.organization
    try:
        number, asked_in, word = signing.loads(request.GET.get("state", "")[:LONGEST_ANSWER], salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    same_session = hmac.compare_digest(str(begun.get("word", "")).encode(), str(word).encode())
    if not same_session or not asked_in == begun.get("organization") == organization.pk:
        return None
    return actions.take_up(organization, number, word, now=request.desk.now)


@require_POST
@page(permissions.CONFIGURE)
def authorization_forget(request: DeskRequest, grant_id: int) -> HttpResponse:
    """Give up what was authorized for a mailbox."""
    desk = request.desk
    grant = get_object_or_404(MailGrant, organization=desk.organization, pk=grant_id)
    actions.forget(grant, by=desk.user, now=desk.now)
    messages.success(request, _("Forgotten here. Withdraw the consent at the provider too."))
    return redirect("settings-authorizations")


def state(desk: Desk) -> tuple[str, str]:
    """Return how authorizations stand, and what is missing."""
    holders: list[Sender | Mailbox] = [
        *Sender.objects.filter(organization=desk.organization).exclude(sign_in=SignIn.PASSWORD),
        *Mailbox.objects.filter(organization=desk.organization, active=True).exclude(sign_in=SignIn.PASSWORD),
    ]
    shut = {one.username.lower() for one in holders if grants.hindrance(one, desk.now)}
    if shut:
        return "", ngettext(
            "%(count)s mailbox to be authorized", "%(count)s mailboxes to be authorized", len(shut)
        ) % {"count": len(shut)}
    count = len({one.username.lower() for one in holders})
    if not count:
        return _("none"), ""
    return ngettext("%(count)s mailbox authorized", "%(count)s mailboxes authorized", count) % {
        "count": count
    }, ""


urlpatterns = [
    path("settings/authorizations/", settings_authorizations, name="settings-authorizations"),
    path("settings/authorizations/begin/", authorization_begin, name="authorization-begin"),
    path("settings/authorizations/back/", authorization_back, name="authorization-back"),
    path("settings/authorizations/<int:grant_id>/forget/", authorization_forget, name="authorization-forget"),
]
