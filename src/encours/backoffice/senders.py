"""The mail server and the address that the organization writes from, tried before they are trusted."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.accounts.actions import keep_sender_test, sender_password, set_sender
from encours.accounts.models import Sender
from encours.accounts.queries import sender_of
from encours.backoffice.desk import DeskRequest, page
from encours.channels.email import Message, build
from encours.channels.errors import InvalidMessageError, WireError
from encours.channels.smtp import SmtpTransport
from encours.channels.words import fault_sentence

PATIENCE_SECONDS = 10.0
NAMES = ("name", "email", "reply_to", "host", "port", "security", "username")


class SenderForm(forms.Form):
    """How messages leave."""

    name = forms.CharField(
        label=gettext_lazy("Sender name"), max_length=100, help_text=gettext_lazy("As customers read it.")
    )
    email = forms.EmailField(label=gettext_lazy("Sender address"))
    reply_to = forms.EmailField(
        label=gettext_lazy("Reply-to address"),
        required=False,
        help_text=gettext_lazy("Where answers go, if elsewhere."),
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

    def __init__(self, sender: Sender | None, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        if sender and sender.sealed_password:
            self.fields["password"].help_text = _("Kept, encrypted. Leave empty to keep it.")

    def fields_and_password(self) -> tuple[dict[str, Any], str | None]:
        """Return what to keep, and the password: empty without a user name, nothing when it stays."""
        found = dict(self.cleaned_data)
        password = found.pop("password")
        if not found["username"]:
            return found, ""
        return found, password or None


@page(permissions.CONFIGURE)
def settings_sender(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    sender = sender_of(desk.organization)
    initial: dict[str, object] = (
        {name: getattr(sender, name) for name in NAMES}
        if sender
        else {"name": desk.organization.name, "email": desk.organization.email, "port": 587}
    )
    form = SenderForm(sender, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        found, password = form.fields_and_password()
        set_sender(desk.organization, password=password, by=desk.user, now=desk.now, **found)
        messages.success(request, _("The sender is saved. Test it before you trust it."))
        return redirect("settings-sender")
    return render(
        request, "backoffice/settings_sender.html", {"form": form, "sender": sender, "section": "sender"}
    )


@require_POST
@page(permissions.CONFIGURE)
def sender_test(request: DeskRequest) -> HttpResponse:
    """Reach the server, and write to the reader when they asked for a message."""
    desk = request.desk
    sender = sender_of(desk.organization)
    if sender is None:
        return redirect("settings-sender")
    transport = SmtpTransport(
        host=sender.host,
        port=sender.port,
        security=sender.security,  # type: ignore[arg-type]  # the database knows these three only
        user=sender.username,
        password=sender_password(sender),
        timeout=PATIENCE_SECONDS,
    )
    try:
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
    return redirect("settings-sender")


def _test_message(request: DeskRequest, sender: Sender) -> Message:
    desk = request.desk
    return Message(
        key=f"sender-test-{sender.pk}-{desk.now:%Y%m%d%H%M%S%f}",
        sender=sender.email,
        sender_name=sender.name,
        reply_to=sender.reply_to,
        recipient=desk.user.email,
        subject=_("Test message of %(name)s") % {"name": desk.organization.name},
        text=_("This message comes from the settings of %(name)s. Reminders will leave the same way.")
        % {"name": desk.organization.name},
        written_at=desk.now,
        language=desk.user.language,
        automatic=True,
    )


urlpatterns = [
    path("settings/sender/", settings_sender, name="settings-sender"),
    path("settings/sender/test/", sender_test, name="sender-test"),
]
