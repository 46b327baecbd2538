"""What a person decides for themselves: name, language, colors, password, second factor, sessions."""

from typing import cast

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import RedirectView

from encours.accounts.actions import change_profile, forget_ended_sessions
from encours.accounts.adapter import remember_choices
from encours.accounts.models import User
from encours.backoffice.desk import DeskRequest, page


class ProfileForm(forms.Form):
    """How a person is called, and in which language and colors they work."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(
        label=gettext_lazy("Colors"),
        choices=[
            ("auto", gettext_lazy("As the computer")),
            ("light", gettext_lazy("Light")),
            ("dark", gettext_lazy("Dark")),
        ],
    )


@page(welcome=True)
def profile(request: DeskRequest) -> HttpResponse:
    user = cast("User", request.user)
    form = ProfileForm(
        request.POST or None,
        initial={
            "first_name": user.first_name,
            "last_name": user.last_name,
            "language": user.language,
            "theme": request.COOKIES.get("theme", user.theme),
        },
    )
    if request.method == "POST" and form.is_valid():
        change_profile(user, **form.cleaned_data)
        translation.activate(user.language)
        messages.success(request, _("Your profile is saved."))
        return remember_choices(redirect("profile"), user)
    return render(
        request,
        "backoffice/profile.html",
        {"form": form, "second_factor": is_mfa_enabled(user), "session_count": forget_ended_sessions(user)},
    )


to_profile = RedirectView.as_view(pattern_name="profile")

urlpatterns = [
    path("account/", profile, name="profile"),
    # Pages of the sign-in library that have no meaning here: addresses are managed by administrators.
    path("account/email/", to_profile),
    path("account/2fa/", to_profile),
    path("account/password/set/", to_profile),
]
