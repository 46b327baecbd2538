"""The members: who works in the organization, what each role may do, and the link that lets a person in."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from encours.accounts import people, permissions
from encours.accounts.actions import (
    add_member,
    change_member,
    choose_password,
    invite,
    remove_member,
)
from encours.accounts.joining import person_of
from encours.accounts.models import Membership, Role, User
from encours.backoffice.desk import Desk, DeskRequest, clock, page

RIGHTS = {
    permissions.VIEW: gettext_lazy("See everything"),
    permissions.EDIT_CUSTOMERS: gettext_lazy("Edit customers and contacts"),
    permissions.REMIND: gettext_lazy("Confirm and send reminders"),
    permissions.ALLOCATE: gettext_lazy("Record and allocate payments"),
    permissions.IMPORT: gettext_lazy("Load files"),
    permissions.CONFIGURE: gettext_lazy("Change the settings"),
    permissions.SWITCH_SENDING: gettext_lazy("Switch sending on or off"),
    permissions.MANAGE_MEMBERS: gettext_lazy("Manage members"),
}
# A portfolio belongs to those who collect or sell; the others are held to none.
WITH_PORTFOLIO = (Role.COLLECTOR, Role.SALES)


class RoleForm(forms.Form):
    """What a member is, and whether a portfolio holds them."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, initial=Role.COLLECTOR)
    restricted = forms.BooleanField(
        label=gettext_lazy("Sees only their own portfolio"),
        required=False,
        help_text=gettext_lazy("For collectors and sales: the customers they collect from or sell to."),
    )

    def clean(self) -> dict[str, Any]:
        """Hold to a portfolio only those who have one."""
        found = super().clean() or self.cleaned_data
        if found.get("restricted") and found.get("role") not in WITH_PORTFOLIO:
            self.add_error("restricted", _("Only a collector or a salesperson can be held to a portfolio."))
        return found


class MemberForm(RoleForm):
    """A person to add."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    field_order = ["email", "role", "restricted"]

    def __init__(self, organization_id: int, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.organization_id = organization_id

    def clean_email(self) -> str:
        """Refuse somebody who is already here."""
        email = str(self.cleaned_data["email"]).lower()
        if people.members(self.organization_id).filter(user__email__iexact=email).exists():
            raise forms.ValidationError(_("This person is already a member."))
        return email


class JoinForm(forms.Form):
    """The password of a person who came by a link."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150, required=False)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("Password, again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, person: User, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.person = person
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        """Refuse a password that is easily guessed."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self.person)
        return password

    def clean(self) -> dict[str, Any]:
        """Refuse two different passwords."""
        found = super().clean() or self.cleaned_data
        if found.get("password") and found.get("again") and found["password"] != found["again"]:
            self.add_error("again", _("The two passwords differ."))
        return found


@page(permissions.MANAGE_MEMBERS)
def members(request: DeskRequest) -> HttpResponse:
    return _list(request, MemberForm(request.desk.organization.pk))


@require_POST
@page(permissions.MANAGE_MEMBERS)
def member_add(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    form = MemberForm(desk.organization.pk, request.POST)
    if not form.is_valid():
        return _list(request, form)
    known = people.person_by_email(form.cleaned_data["email"])
    member = add_member(desk.organization, by=desk.user, now=desk.now, **form.cleaned_data)
    if known is not None and known.has_usable_password():
        messages.success(
            request,
            _(
                "%(email)s already has an account here and signs in as before. Check with them that it is theirs."
            )
            % {"email": known.email},
        )
        return redirect("members")
    return _with_link(request, member)


@require_POST
@page(permissions.MANAGE_MEMBERS)
def member_invite(request: DeskRequest, member_id: int) -> HttpResponse:
    return _with_link(request, _member(request.desk, member_id))


@page(permissions.MANAGE_MEMBERS)
def member(request: DeskRequest, member_id: int) -> HttpResponse:
    desk = request.desk
    found = _member(desk, member_id)
    form = RoleForm(request.POST or None, initial={"role": found.role, "restricted": found.restricted})
    if request.method == "POST" and form.is_valid():
        change_member(found, by=desk.user, now=desk.now, **form.cleaned_data)
        messages.success(request, _("The role is changed; it holds from the next page on."))
        return redirect("members")
    return render(
        request, "backoffice/member.html", {"form": form, "member": found, "section": "members", **_rights()}
    )


@require_POST
@page(permissions.MANAGE_MEMBERS)
def member_remove(request: DeskRequest, member_id: int) -> HttpResponse:
    desk = request.desk
    found = _member(desk, member_id)
    name = str(found.user)
    remove_member(found, by=desk.user, now=desk.now)
    messages.success(
        request, _("%(name)s no longer works here; what they did stays in the activity.") % {"name": name}
    )
    return redirect("members" if found.user_id != desk.user.pk else "today")


@never_cache
def member_join(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Let a person choose a password, once; whoever comes with an old link is told what to do."""
    person = person_of(number, token)
    if person is None:
        return render(request, "backoffice/member_join.html", {"expired": True}, status=410)
    translation.activate(person.language)
    form = JoinForm(
        person, request.POST or None, initial={"first_name": person.first_name, "last_name": person.last_name}
    )
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        choose_password(
            person,
            found["password"],
            first_name=found["first_name"],
            last_name=found["last_name"],
            now=clock(),
        )
        messages.success(request, _("Your password is chosen: sign in with it."))
        return redirect("account_login")
    return render(request, "backoffice/member_join.html", {"form": form, "person": person})


def _member(desk: Desk, member_id: int) -> Membership:
    return get_object_or_404(people.members(desk.organization.pk), pk=member_id)


def _with_link(request: DeskRequest, member: Membership) -> HttpResponse:
    """Show the list with the link to pass on: it is shown this once and kept nowhere."""
    token = invite(member, by=request.desk.user, now=request.desk.now)
    address = settings.PUBLIC_URL + reverse("member-join", args=token.split("/"))
    return _list(request, MemberForm(request.desk.organization.pk), {"link": address, "invited": member.user})


def _list(request: DeskRequest, form: MemberForm, more: dict[str, object] | None = None) -> HttpResponse:
    return render(
        request,
        "backoffice/members.html",
        {
            "members": people.members(request.desk.organization.pk),
            "form": form,
            "section": "members",
            **_rights(),
            **(more or {}),
        },
    )


def _rights() -> dict[str, object]:
    """Return the table of what each role may do."""
    return {
        "roles": Role.labels,
        "rights": [
            (words, [permission in permissions.GRANTED[role] for role in Role.values])
            for permission, words in RIGHTS.items()
        ],
    }


urlpatterns = [
    path("settings/members/", members, name="members"),
    path("settings/members/add/", member_add, name="member-add"),
    path("settings/members/<int:member_id>/", member, name="member"),
    path("settings/members/<int:member_id>/invite/", member_invite, name="member-invite"),
    path("settings/members/<int:member_id>/remove/", member_remove, name="member-remove"),
    path("join/<str:number>/<str:token>/", member_join, name="member-join"),
]
