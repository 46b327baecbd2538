"""The settings: one page that says how the organization is set up, and leads to each section."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encours.accounts import people, permissions
from encours.accounts.models import Organization, Sender
from encours.accounts.queries import rate_table, sender_of
from encours.backoffice import (
    authorizations,
    carriers,
    defaults,
    guardrails,
    identity,
    mailboxes,
    rates,
    senders,
    sending,
    trusting,
    wordings,
)
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.dunning.carriers import account_of
from encours.dunning.grants import hindrance
from encours.dunning.guardrails import guardrails_of
from encours.dunning.queries import default_plan
from encours.rules.rates import half_year_of
from encours.ui import terms
from encours.ui.formats import day


@dataclass(frozen=True)
class Section:
    """One section: where it is, what it holds, how it stands now, and whether something is missing."""

    url: str
    icon: str
    name: str
    state: str
    missing: str = ""


@page(permissions.CONFIGURE)
def settings(request: DeskRequest) -> HttpResponse:
    return render(request, "backoffice/settings.html", {"sections": sections(request.desk)})


def sections(desk: Desk) -> list[Section]:
    """Return every section of the settings that the reader may open, with how it stands."""
    organization = desk.organization
    found = [
        _company(desk),
        _terms(desk),
        _rates(desk),
        *_dunning(desk),
        _sender(desk, sender_of(organization)),
        _mailboxes(desk),
        _authorizations(desk),
    ]
    found += [*(_carrier(organization, channel) for channel in ("sms", "letter")), _replies(desk)]
    if desk.may(permissions.SWITCH_SENDING):
        found.append(
            Section(
                reverse("settings-sending"),
                "send",
                _("Sending"),
                _("On since %(day)s") % {"day": day(organization.sending_on_since)}
                if organization.sending_on_since
                else _("Simulation: nothing leaves"),
            )
        )
    if desk.may(permissions.MANAGE_MEMBERS):
        count = people.members(organization.pk).count()
        state = ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
        found.append(Section(reverse("members"), "users", _("Members"), state))
    return found


def _company(desk: Desk) -> Section:
    organization = desk.organization
    known = [
        organization.name,
        f"SIREN {organization.siren}" if organization.siren else "",
        organization.city,
    ]
    missing = [] if organization.iban else [_("no IBAN: letters cannot say where to pay")]
    if not organization.siren:
        missing.append(_("no SIREN"))
    return Section(
        reverse("settings-organization"),
        "building",
        _("Company"),
        " · ".join(filter(None, known)),
        "; ".join(missing),
    )


def _terms(desk: Desk) -> Section:
    return Section(
        reverse("settings-terms"),
        "calendar",
        _("Terms and aged balance"),
        terms.said(desk.organization.default_terms),
    )


def _rates(desk: Desk) -> Section:
    table = rate_table(desk.organization.pk)
    missing = not table.knows(half_year_of(desk.today))
    return Section(
        reverse("settings-rates"),
        "scale",
        _("Late interest"),
        _("Rates known until %(day)s") % {"day": day(table.known_until())},
        _("the rates of this half-year are missing") if missing else "",
    )


def _dunning(desk: Desk) -> list[Section]:
    current = default_plan(desk.organization)
    count = len(current.steps.all()) if current else 0
    return [
        Section(
            reverse("plans"),
            "bell",
            _("Dunning plans"),
            ngettext("%(count)s step", "%(count)s steps", count) % {"count": count},
        ),
        Section(reverse("settings-guardrails"), "shield", _("Guardrails"), guardrails.state(desk)),
        Section(reverse("settings-templates"), "pencil", _("Templates"), _("The words of each step")),
    ]


def _mailboxes(desk: Desk) -> Section:
    said, missing = mailboxes.state(desk)
    return Section(reverse("settings-mailboxes"), "download", _("Mailboxes"), said, missing)


def _authorizations(desk: Desk) -> Section:
    said, missing = authorizations.state(desk)
    return Section(reverse("settings-authorizations"), "key", _("Microsoft 365 and Google"), said, missing)


def _sender(desk: Desk, sender: Sender | None) -> Section:
    missing = ""
    if sender is None:
        missing = _("no mail server: no e-mail can leave")
    elif sender.alarm:
        missing = _("mail servers refuse what it writes")
    elif hindrance(sender, desk.now):
        missing = _("its mailbox is to be authorized: nothing leaves")
    elif sender.tested_at is None:
        missing = _("never tested")
    return Section(
        reverse("settings-sender"),
        "mail",
        _("Sender"),
        f"{sender.name} <{sender.email}>" if sender else "",
        missing,
    )


def _carrier(organization: Organization, channel: str) -> Section:
    account = account_of(organization, channel)
    names = {"sms": _("Text messages"), "letter": _("Letters by a carrier")}
    state = carriers.COMPANIES[channel] if account else _("none")
    if account and account.test_mode:
        state = _("%(carrier)s, test mode: nothing leaves") % {"carrier": state}
    missing = _("never tested") if account and account.tested_at is None else ""
    icon = "message" if channel == "sms" else "printer"
    return Section(reverse(carriers.PAGES[channel]), icon, names[channel], state, missing)


def _replies(desk: Desk) -> Section:
    count = len(guardrails_of(desk.organization).accepted_classes)
    state = ngettext(
        "%(count)s meaning accepted by itself", "%(count)s meanings accepted by themselves", count
    )
    said = state % {"count": count} if count else _("Nothing is true before a person accepts it")
    return Section(reverse("settings-replies"), "mail", _("Replies"), said)


urlpatterns = [
    path("settings/", settings, name="settings"),
    *identity.urlpatterns,
    *defaults.urlpatterns,
    *rates.urlpatterns,
    *wordings.urlpatterns,
    *guardrails.urlpatterns,
    *senders.urlpatterns,
    *mailboxes.urlpatterns,
    *authorizations.urlpatterns,
    *carriers.urlpatterns,
    *trusting.urlpatterns,
    *sending.urlpatterns,
]
