"""The mailboxes that are read, and the doors where a provider hands over what debtors write."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.accounts.actions import unseal
from encours.accounts.errors import SenderPasswordLostError
from encours.accounts.models import SignIn
from encours.accounts.queries import sender_of
from encours.backoffice import authorizations
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.sign_in import SignInForm
from encours.channels import imap
from encours.channels.errors import WireError
from encours.channels.words import fault_sentence
from encours.dunning.actions import grants as granting
from encours.dunning.actions import mailboxes as actions
from encours.dunning.intake import account_of
from encours.dunning.models import Mailbox, MailboxWay

PATIENCE_SECONDS = 10.0
NAMES = ("name", "email", "sign_in", "host", "port", "security", "username", "folder", "active")


class MailboxForm(SignInForm):
    """How a mailbox is read."""

    USE = "imap"

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    email = forms.EmailField(label=gettext_lazy("Address"))
    host = forms.CharField(label=gettext_lazy("IMAP server"), max_length=200)
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535)
    security = forms.ChoiceField(
        label=gettext_lazy("Security"),
        choices=[
            ("tls", gettext_lazy("TLS (usual on port 993)")),
            ("starttls", gettext_lazy("STARTTLS (usual on port 143)")),
            ("none", gettext_lazy("None (a server on this machine only)")),
        ],
    )
    username = forms.CharField(
        label=gettext_lazy("User name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    folder = forms.CharField(label=gettext_lazy("Folder"), max_length=200)
    active = forms.BooleanField(label=gettext_lazy("Read this mailbox every minute"), required=False)

    def __init__(self, desk: Desk, mailbox: Mailbox | None, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(mailbox, *args, **options)
        self.desk, self.mailbox = desk, mailbox

    def clean(self) -> dict[str, Any]:
        """Refuse a folder that is already read: its messages would be looked at twice."""
        found = super().clean()
        places = {name: found.get(name) for name in ("host", "username", "folder")}
        same = Mailbox.objects.filter(organization=self.desk.organization, way=MailboxWay.IMAP, **places)
        if self.mailbox:
            same = same.exclude(pk=self.mailbox.pk)
        if all(places.values()) and same.exists():
            raise forms.ValidationError(_("This folder is already read."))
        return found


@page(permissions.CONFIGURE)
def settings_mailboxes(request: DeskRequest, mailbox_id: int | None = None) -> HttpResponse:
    desk = request.desk
    own = Mailbox.objects.filter(organization=desk.organization)
    mailbox = get_object_or_404(own, pk=mailbox_id, way=MailboxWay.IMAP) if mailbox_id else None
    form = MailboxForm(desk, mailbox, request.POST or None, initial=_initial(desk, mailbox))
    if request.method == "POST" and form.is_valid():
        found = dict(form.cleaned_data)
        password = found.pop("password") or None
        if found["sign_in"] != SignIn.PASSWORD:
            password = ""
        kept = actions.set_mailbox(
            desk.organization, mailbox, password=password, by=desk.user, now=desk.now, **found
        )
        messages.success(request, _("The mailbox is saved. Test it: the first answers come in a minute."))
        return redirect("settings-mailbox", kept.pk)
    known = {
        "form": form,
        "mailbox": mailbox,
        "section": "mailboxes",
        "mailboxes": [(one, fault_words(one.fault)) for one in own.order_by("way", "pk")],
        "fault": fault_words(mailbox.fault) if mailbox else "",
        "access": authorizations.access_of(mailbox, desk.now),
        "doors": [(one, _address(request, one)) for one in own.filter(way=MailboxWay.PUSHED).order_by("pk")],
    }
    page_shown = render(request, "backoffice/settings_mailboxes.html", known)
    return authorizations.leading_out(request, page_shown)


def fault_words(fault: str) -> str:
    """Return what keeps a mailbox from being read, with the words of its server."""
    code, _colon, said = fault.partition(": ")
    known = {
        "folder_unknown": _("There is no folder of this name in the mailbox."),
        "password_lost": _("The password can no longer be read: enter it again."),
    }
    words = known.get(code) or fault_sentence(code) or code
    return f"{words} ({said})" if said else words


def _initial(desk: Desk, mailbox: Mailbox | None) -> dict[str, object]:
    if mailbox:
        return {name: getattr(mailbox, name) for name in NAMES}
    sender = sender_of(desk.organization)
    email = (sender.reply_to or sender.email) if sender else desk.organization.email
    return {
        "name": _("Answers"),
        "email": email,
        "username": email,
        "sign_in": sender.sign_in if sender else SignIn.PASSWORD,
        "port": 993,
        "folder": "INBOX",
        "active": True,
    }


def _address(request: DeskRequest, door: Mailbox) -> str:
    """Return where a provider posts, the secret of the door in it; nothing when it can no longer be read."""
    try:
        secret = unseal(door.sealed_password)
    except SenderPasswordLostError:
        return ""
    return request.build_absolute_uri(reverse("hook-inbound", args=[door.organization_id, door.pk, secret]))


@require_POST
@page(permissions.CONFIGURE)
def mailbox_test(request: DeskRequest, mailbox_id: int) -> HttpResponse:
    """Reach the mailbox, open its folder, and say how much is in it; nothing is taken in."""
    desk = request.desk
    mailbox = get_object_or_404(Mailbox, organization=desk.organization, pk=mailbox_id, way=MailboxWay.IMAP)
    fault = ""
    try:
        count = imap.check(account_of(mailbox, desk.now, patience=PATIENCE_SECONDS, trying=True))
    except WireError as error:
        fault = error.code if error.message in {"", error.code} else f"{error.code}: {error.message}"
    except SenderPasswordLostError:
        fault = "password_lost"
    if fault:
        messages.error(request, fault_words(fault))
        actions.keep_check(mailbox, now=desk.now, fault=fault)
    else:
        said = ngettext(
            "The mailbox opens: %(count)s message in it.",
            "The mailbox opens: %(count)s messages in it.",
            count,
        )
        messages.success(request, said % {"count": count})
        granting.note_success(mailbox, now=desk.now)
    return redirect("settings-mailbox", mailbox.pk)


@require_POST
@page(permissions.CONFIGURE)
def mailbox_remove(request: DeskRequest, mailbox_id: int) -> HttpResponse:
    """Read a mailbox, or open a door, no more."""
    desk = request.desk
    mailbox = get_object_or_404(Mailbox, organization=desk.organization, pk=mailbox_id)
    actions.remove_mailbox(mailbox, by=desk.user, now=desk.now)
    messages.success(request, _("Removed. The messages that came in by it stay."))
    return redirect("settings-mailboxes")


@require_POST
@page(permissions.CONFIGURE)
def mailbox_door(request: DeskRequest) -> HttpResponse:
    """Open a door where a provider hands over messages."""
    desk = request.desk
    sender = sender_of(desk.organization)
    email = (sender.reply_to or sender.email) if sender else desk.organization.email
    actions.open_door(
        desk.organization, name=_("Provider"), email=email or desk.user.email, by=desk.user, now=desk.now
    )
    return redirect(reverse("settings-mailboxes") + "#doors")


def state(desk: Desk) -> tuple[str, str]:
    """Return how the intake stands, and what is missing."""
    active = Mailbox.objects.filter(organization=desk.organization, active=True)
    count, broken = active.count(), active.exclude(fault="").count()
    if broken:
        return "", ngettext("%(count)s cannot be read", "%(count)s cannot be read", broken) % {
            "count": broken
        }
    if not count:
        return "", _("answers are not read")
    return ngettext("%(count)s mailbox read", "%(count)s mailboxes read", count) % {"count": count}, ""


urlpatterns = [
    path("settings/mailboxes/", settings_mailboxes, name="settings-mailboxes"),
    path("settings/mailboxes/<int:mailbox_id>/", settings_mailboxes, name="settings-mailbox"),
    path("settings/mailboxes/<int:mailbox_id>/test/", mailbox_test, name="mailbox-test"),
    path("settings/mailboxes/<int:mailbox_id>/remove/", mailbox_remove, name="mailbox-remove"),
    path("settings/mailboxes/door/", mailbox_door, name="mailbox-door"),
]
