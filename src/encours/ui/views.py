"""The page of components: every part of the interface in every state, as a living style sheet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from encours.ui import specimens


def components(request: HttpRequest) -> HttpResponse:
    """Show every component."""
    return render(request, "ui/components.html", specimens.context())
