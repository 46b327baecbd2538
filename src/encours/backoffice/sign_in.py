"""How a mail server is told who we are, as the forms of senders and of mailboxes ask it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.accounts import places
from encours.accounts.models import Sender, SignIn
from encours.channels.oauth import AUTHORITIES
from encours.dunning.models import Mailbox


class SignInForm(forms.Form):
    """What a sender and a mailbox have in common: a password, or an authorization given at the provider."""

    USE = ""
    BY_PASSWORD = ("host", "port", "security", "username")
    # A field that the choice has hidden must not keep the form from being sent.
    use_required_attribute = False

    sign_in = forms.ChoiceField(
        label=gettext_lazy("Sign-in"),
        choices=[
            (SignIn.PASSWORD.value, gettext_lazy("With a password")),
            (SignIn.MICROSOFT.value, gettext_lazy("Microsoft 365, by authorization")),
            (SignIn.GOOGLE.value, gettext_lazy("Google, by authorization")),
        ],
        help_text=gettext_lazy(
            "Microsoft 365 and Google take no passwords from programs any more: their owner authorizes us there."
        ),
    )

    def __init__(self, holder: Sender | Mailbox | None, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.kept = holder if holder and holder.sealed_password else None
        if self.kept:
            self.fields["password"].help_text = _("Kept, encrypted. Leave empty to keep it.")
        if not self.is_bound:
            return
        chosen = self.data.get("sign_in") or SignIn.PASSWORD.value
        self.fields["sign_in"].required = bool(self.data.get("sign_in"))
        for name in self.BY_PASSWORD if chosen in AUTHORITIES else ():
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Put the provider's own server in the place of what was written: a token is shown to no other."""
        found = super().clean() or self.cleaned_data
        found["sign_in"] = found.get("sign_in") or SignIn.PASSWORD.value
        if found["sign_in"] in AUTHORITIES:
            authority = AUTHORITIES[found["sign_in"]]
            server = authority.smtp if self.USE == "smtp" else authority.imap
            found |= {"host": server.host, "port": server.port, "security": server.security, "password": ""}
            found["username"] = found.get("username") or found.get("email", "")
            for name in self.BY_PASSWORD:
                self.errors.pop(name, None)
        elif (
            found.get("username")
            and not found.get("password")
            and places.elsewhere(self.kept, found, places.MAIL)
        ):
            self.add_error(
                "password",
                _(
                    "The server or the user name has changed: enter the password again."
                    " The one that is kept is shown to no other server."
                ),
            )
        self.cleaned_data = found
        return found
