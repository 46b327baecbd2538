"""Letters ready to post: printed together, listed for the post office, then marked as posted."""

from collections.abc import Iterator

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.listing import table_file
from encours.backoffice.paper import bytes_of
from encours.channels.binding import bind, page_count
from encours.channels.queries import sending as sending_of
from encours.channels.xlsx import Cell, Column
from encours.dunning import actions, letters, queries, sentences
from encours.dunning.models import Reminder

ADDRESS_LINES = 6


def chosen(request: DeskRequest) -> "QuerySet[Reminder]":
    """Return the letters that were ticked; all of them when none was."""
    desk = request.desk
    found = queries.letters_to_post(desk.organization, collector_id=desk.portfolio_user)
    ticked = [int(one) for one in request.POST.getlist("reminder") if one.isdigit()]
    return found.filter(pk__in=ticked) if ticked else found


def letter_of(request: DeskRequest, reminder: Reminder) -> bytes:
    """Return the letter as it was printed; set again only if its bytes were erased."""
    sending = sending_of(reminder.sending_id) if reminder.sending_id else None
    return (bytes_of(sending) if sending else None) or letters.pdf(reminder, request.desk.today)


@page()
@require_POST
def reminders_letters(request: DeskRequest) -> HttpResponse:
    """Hand out the chosen letters as one file to print, or the list of where they go."""
    found = list(chosen(request))
    if not found:
        return redirect(f"{reverse('reminders')}?tab=letters")
    wanted = request.POST.get("as", "pdf")
    name = f"{_('letters')}-{request.desk.today:%Y%m%d}"
    if wanted in {"csv", "xlsx"}:
        title = _("Letters to post")
        return table_file(
            wanted,
            name=name,
            title=title,
            columns=columns(),
            rows=rows(request, found),
            today=request.desk.today,
        )
    bound = bind((letter_of(request, one) for one in found), two_sided="two_sided" in request.POST)
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(bound, content_type="application/pdf", headers=headers)


def columns() -> list[Column]:
    """Return the head of the list for the post office."""
    lines = [_("Line %(number)s") % {"number": number} for number in range(1, ADDRESS_LINES + 1)]
    return [
        Column(_("Number"), "int"),
        Column(_("Code")),
        *(Column(line) for line in lines),
        Column(_("Registered")),
        Column(_("Step")),
        Column(_("Pages"), "int", total=True),
        Column(_("Amount"), "money", total=True),
    ]


def rows(request: DeskRequest, found: list[Reminder]) -> Iterator[list[Cell]]:
    """Yield one line for each letter, its address cut into lines."""
    for number, reminder in enumerate(found, start=1):
        address = [part.strip() for part in reminder.recipient.split(", ")]
        address = [*address[: ADDRESS_LINES - 1], ", ".join(address[ADDRESS_LINES - 1 :])]
        yield [
            number,
            reminder.customer.code,
            *(address + [""] * ADDRESS_LINES)[:ADDRESS_LINES],
            _("yes") if reminder.step.formal else "",
            sentences.step(reminder.step.name),
            page_count(letter_of(request, reminder)),
            reminder.amount,
        ]


@page(permissions.REMIND)
@require_POST
def reminders_posted(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    ids = list(chosen(request).values_list("pk", flat=True))
    count = actions.post(desk.organization, ids, by=desk.user, now=desk.now)
    told = ngettext("%(count)s letter posted.", "%(count)s letters posted.", count) % {"count": count}
    messages.success(request, told)
    return redirect(f"{reverse('reminders')}?tab=letters")


urlpatterns = [
    path("reminders/letters/", reminders_letters, name="reminders-letters"),
    path("reminders/posted/", reminders_posted, name="reminders-posted"),
]
