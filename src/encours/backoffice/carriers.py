"""Who carries text messages and letters: keys, prices, test mode, tried before they are trusted."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts import permissions, places
from encours.accounts.actions import keep_provider_test, set_provider
from encours.accounts.models import Organization, ProviderAccount
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.hooks import SALT
from encours.channels import sms
from encours.channels.errors import InvalidMessageError, WireError
from encours.channels.models import Channel
from encours.channels.providers import Parcel, Provider
from encours.channels.words import fault_sentence
from encours.dunning import carriers
from encours.ui.formats import money

SECRET = {"autocomplete": "new-password"}
KEPT = gettext_lazy("Kept, encrypted. Leave empty to keep it.")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _secret(label: Any) -> forms.CharField:  # noqa: ANN401 - a lazy translation
    return forms.CharField(
        label=label, required=False, max_length=200, widget=forms.PasswordInput(attrs=SECRET)
    )


class CarrierForm(forms.Form):
    """What every account with a carrier has."""

    SECRETS: tuple[str, ...] = ()

    base_url = forms.CharField(
        label=gettext_lazy("Address of the service"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Leave empty for the usual one."),
    )
    test_mode = forms.BooleanField(
        label=gettext_lazy("Test mode: everything is done, nothing leaves this machine"),
        required=False,
    )

    def __init__(self, account: ProviderAccount | None, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.kept = account if account and account.sealed_secrets else None
        for name in self.SECRETS:
            if self.kept:
                self.fields[name].help_text = KEPT

    def clean_base_url(self) -> str:
        """Refuse an address that would let keys travel in clear."""
        text = str(self.cleaned_data["base_url"]).strip().rstrip("/")
        url = urlsplit(text)
        if text and not (
            url.hostname and (url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK))
        ):
            raise forms.ValidationError(_("Write an address that begins with https://"))
        return text

    def clean(self) -> dict[str, Any]:
        """Ask for the keys together: all of them, or none to keep those there are for the same address.

        Those kept are tried in test mode too: another address is then asked for them all the same.
        """
        found = super().clean() or self.cleaned_data
        missing = [name for name in self.SECRETS if not found.get(name)]
        given = len(missing) < len(self.SECRETS)
        if places.elsewhere(self.kept, found, places.CARRIER):
            said = _(
                "The address of the service has changed: enter this key again."
                " The one that is kept is shown to no other address."
            )
        elif (given or not self.kept) and not found.get("test_mode"):
            said = _("Without this key nothing can leave.")
        else:
            return found
        for name in missing:
            self.add_error(name, said)
        return found

    def parts(self) -> tuple[dict[str, Any], dict[str, str] | None]:
        """Return the account's fields, and its secrets, or nothing to keep those there are."""
        found = dict(self.cleaned_data)
        secrets = {name: found.pop(name) for name in self.SECRETS}
        account = {name: found.pop(name) for name in ("base_url", "test_mode")}
        options = {name: str(value) if isinstance(value, Decimal) else value for name, value in found.items()}
        return {**account, "options": options}, secrets if any(secrets.values()) else None


class TextsForm(CarrierForm):
    """An SMS account at OVHcloud."""

    SECRETS = ("application_secret", "consumer_key")

    service = forms.CharField(label=gettext_lazy("SMS account"), max_length=60, help_text="sms-ab12345-1")
    sender = forms.CharField(
        label=gettext_lazy("Sender shown"),
        required=False,
        max_length=11,
        help_text=gettext_lazy(
            "A name validated by OVHcloud, at most 11 letters and figures. Empty: a number that can be answered."
        ),
    )
    application_key = forms.CharField(label=gettext_lazy("Application key"), max_length=60)
    application_secret = _secret(gettext_lazy("Application secret"))
    consumer_key = _secret(gettext_lazy("Consumer key"))
    credit_price = forms.DecimalField(
        label=gettext_lazy("Price of one message"),
        required=False,
        min_value=0,
        max_value=10,
        decimal_places=4,
        help_text=gettext_lazy("Shown while writing and before confirming."),
    )
    stop_clause = forms.BooleanField(
        label=gettext_lazy("Add “STOP 36111”"),
        required=False,
        help_text=gettext_lazy(
            "For advertising only: OVHcloud then holds messages at night and at week-ends. A reminder needs none."
        ),
    )
    field_order = (
        "service",
        "sender",
        "application_key",
        "application_secret",
        "consumer_key",
        "credit_price",
        "stop_clause",
        "test_mode",
        "base_url",
    )

    def clean_sender(self) -> str:
        """Refuse a name that no network shows."""
        name = str(self.cleaned_data["sender"]).strip()
        try:
            return sms.sender_name(name) if name else ""
        except InvalidMessageError as error:
            raise forms.ValidationError(
                _("At most 11 letters and figures without accents, at least one letter.")
            ) from error


class PostForm(CarrierForm):
    """An account at MySendingBox."""

    SECRETS = ("key",)

    key = _secret(gettext_lazy("API key"))
    carry = forms.ChoiceField(
        label=gettext_lazy("Which letters it prints and posts"),
        choices=[
            (carriers.ALL, gettext_lazy("All of them")),
            (carriers.REGISTERED_ONLY, gettext_lazy("Registered letters only: we post the others")),
            (carriers.NONE, gettext_lazy("None: we print and post them ourselves")),
        ],
    )
    postage = forms.ChoiceField(
        label=gettext_lazy("Post of simple letters"),
        choices=[
            ("verte", gettext_lazy("Green letter, three days")),
            ("prioritaire", gettext_lazy("Priority letter")),
            ("ecopli", gettext_lazy("Ecopli, the slowest")),
        ],
    )
    address_page = forms.BooleanField(
        label=gettext_lazy("Print the address on a sheet of its own"),
        required=False,
        help_text=gettext_lazy("One more sheet; our letters already show the address in the window."),
    )
    color = forms.BooleanField(label=gettext_lazy("Print in color"), required=False)
    field_order = ("key", "carry", "postage", "color", "address_page", "test_mode", "base_url")


FORMS: dict[str, type[CarrierForm]] = {Channel.SMS: TextsForm, Channel.LETTER: PostForm}
PAGES = {Channel.SMS.value: "settings-texts", Channel.LETTER.value: "settings-post"}
COMPANIES = {channel.value: carriers.COMPANIES[name] for channel, name in carriers.PROVIDERS.items()}


def _settings(request: DeskRequest, channel: str) -> HttpResponse:
    desk = request.desk
    account = carriers.account_of(desk.organization, channel)
    initial: dict[str, object] = (
        {**account.options, "base_url": account.base_url, "test_mode": account.test_mode}
        if account
        else {"test_mode": True, "carry": carriers.ALL}
    )
    form = FORMS[channel](account, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields, secrets = form.parts()
        provider = carriers.PROVIDERS[Channel(channel)]
        set_provider(
            desk.organization,
            channel,
            provider=provider,
            secrets=secrets,
            by=desk.user,
            now=desk.now,
            **fields,
        )
        messages.success(request, _("Kept. Try the keys before you trust them."))
        return redirect(PAGES[channel])
    shown = {
        "form": form,
        "account": account,
        "known": _known(account) if account else [],
        "channel": channel,
        "company": COMPANIES[channel],
        "section": PAGES[channel].removeprefix("settings-"),
        "hook": request.build_absolute_uri(_hook(desk.organization, channel)),
    }
    return render(request, "backoffice/settings_carrier.html", shown)


def _known(account: ProviderAccount) -> list[tuple[str, str]]:
    """Return what the carrier said of the account when it was last tried, in words."""
    said = account.options.get("known", {})
    prices = {name: money(Decimal(said[name])) for name in ("simple", "registered") if said.get(name)}
    facts = [
        (_("Credits left"), said.get("balance", "")),
        (_("Names that may send"), said.get("senders", "")),
        (_("A letter of one sheet"), prices.get("simple", "")),
        (_("The same, registered"), prices.get("registered", "")),
        (_("Keys"), _("test keys: the carrier prints and posts nothing") if said.get("test") else ""),
    ]
    return [(name, value) for name, value in facts if value]


def _hook(organization: Organization, channel: str) -> str:
    return reverse("hook-carrier", args=[signing.dumps([organization.pk, channel], salt=SALT)])


@page(permissions.CONFIGURE)
def settings_texts(request: DeskRequest) -> HttpResponse:
    return _settings(request, Channel.SMS)


@page(permissions.CONFIGURE)
def settings_post(request: DeskRequest) -> HttpResponse:
    return _settings(request, Channel.LETTER)


@page(permissions.CONFIGURE)
@require_POST
def carrier_test(request: DeskRequest, channel: str) -> HttpResponse:
    """Try the keys at the carrier, or send one text to a number that was typed."""
    if channel not in PAGES:
        raise Http404
    account = carriers.account_of(request.desk.organization, channel)
    provider = carriers.provider_of(account, really=True) if account else None
    if account is None or provider is None:
        messages.error(request, _("Enter the keys first."))
        return redirect(PAGES[channel])
    if request.POST.get("number") and channel == Channel.SMS:
        return _tried(request, account, lambda: (_send_text(request, account), None))
    return _tried(request, account, lambda: _ask_account(channel, provider))


def _tried(
    request: DeskRequest, account: ProviderAccount, verb: Callable[[], tuple[str, dict[str, str] | None]]
) -> HttpResponse:
    try:
        told, known = verb()
    except WireError as fault:
        # The words of the carrier come after ours: its support will want them.
        said = f" ({fault.message})" if fault.message and fault.message != fault.code else ""
        told = (fault_sentence(fault.code) or _("The test failed.")) + said
        keep_provider_test(account, now=request.desk.now, fault=told)
        messages.error(request, told)
    except InvalidMessageError:
        messages.error(request, _("This number cannot receive text messages."))
    else:
        keep_provider_test(account, now=request.desk.now, known=known)
        messages.success(request, told)
    return redirect(PAGES[account.channel])


def _ask_account(channel: str, provider: Provider) -> tuple[str, dict[str, str]]:
    """Try the keys and learn what is worth knowing before anything leaves: what is left, what a message costs."""
    found = provider.check()
    known = {
        "balance": found.balance,
        "senders": ", ".join(found.senders),
        "test": "yes" if found.test else "",
    }
    if channel == Channel.LETTER:
        for name, registered in (("simple", False), ("registered", True)):
            price = provider.price(Parcel(b"", "", "", {"registered": registered, "pages": 2}))
            known[name] = "" if price is None else str(price)
    return _("The carrier lets us in."), {name: value for name, value in known.items() if value}


def _send_text(request: DeskRequest, account: ProviderAccount) -> str:
    desk = request.desk
    provider = carriers.provider_of(account)
    number = sms.mobile(str(request.POST["number"]), desk.organization.country)
    words = _("Test text of %(name)s: reminders will leave the same way.") % {"name": desk.organization.name}
    parcel = Parcel(sms.plain(words).encode(), str(account.options.get("sender", "")), number)
    if (
        provider is None
        or provider.send(parcel, f"{desk.organization.pk}-test-{desk.now:%Y%m%d%H%M%S%f}").test
    ):
        return _("Test mode: the text was written for %(number)s and stayed here.") % {"number": number}
    return _("The carrier took a text for %(number)s.") % {"number": number}


urlpatterns = [
    path("settings/texts/", settings_texts, name="settings-texts"),
    path("settings/post/", settings_post, name="settings-post"),
    path("settings/carriers/<str:channel>/test/", carrier_test, name="carrier-test"),
]
