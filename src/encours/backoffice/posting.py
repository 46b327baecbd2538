"""Letters ready to post: printed together, listed for the post office, marked as posted, taken back the same day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.backoffice.desk import Desk, DeskRequest, back, page
from encours.backoffice.listing import row_numbers, table_file
from encours.backoffice.paper import bytes_of
from encours.backoffice.today import undoable
from encours.backoffice.work import Row
from encours.channels import letters as pages
from encours.channels.binding import bind, page_count
from encours.channels.models import Sending
from encours.channels.queries import sending as sending_of
from encours.channels.xlsx import Cell, Column
from encours.dunning import actions, letters, queries, sentences
from encours.dunning.actions.carriage import unpost
from encours.dunning.actions.outcomes import tracking_number
from encours.dunning.errors import DunningError, TrackingNumberError
from encours.dunning.models import Reminder
from encours.ui.formats import day

ADDRESS_LINES = 6
NUMBER_FIELD = "number-"
LONGEST_NUMBER = 40
TYPED = "letter_numbers"


@dataclass(frozen=True)
class Typed:
    """What was typed for a letter and is shown again: its number, what is wrong with it, whether it was ticked."""

    number: str = ""
    wrong: str = ""
    ticked: bool = False


def chosen(request: DeskRequest) -> "QuerySet[Reminder]":
    """Return the letters that were ticked; when none was, all those that were ready as the page was shown."""
    desk = request.desk
    found = queries.letters_to_post(desk.organization, collector_id=desk.portfolio_user)
    ticked = request.POST.getlist("reminder")
    if ticked:
        # Ticks that mean nothing choose nothing: they must not post every letter.
        return found.filter(pk__in=row_numbers(ticked))
    shown_at = _moment(request.POST.get("shown_at", ""))
    # A letter that became ready since was never printed: nobody can have posted it.
    return found.filter(sent_at__lte=shown_at) if shown_at else found


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


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
    if wanted == "list":
        return _pdf(post_list(request, found), f"{name}-{_('list')}")
    content = bind((letter_of(request, one) for one in found), two_sided="two_sided" in request.POST)
    return _pdf(content, name)


def _pdf(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def columns() -> list[Column]:
    """Return the head of the list for the post office."""
    lines = [_("Line %(number)s") % {"number": number} for number in range(1, ADDRESS_LINES + 1)]
    return [
        Column(_("Number"), "int"),
        Column(_("Code")),
        *(Column(line) for line in lines),
        Column(_("Registered")),
        Column(_("Number given by the post")),
        Column(_("Step")),
        Column(_("Pages"), "int", total=True),
        Column(_("Amount"), "money", total=True),
    ]


def rows(request: DeskRequest, found: list[Reminder]) -> Iterator[list[Cell]]:
    """Yield one line for each letter, its address cut into lines."""
    numbers = given_numbers(request)
    for number, reminder in enumerate(found, start=1):
        address = [part.strip() for part in reminder.recipient.split(", ")]
        address = [*address[: ADDRESS_LINES - 1], ", ".join(address[ADDRESS_LINES - 1 :])]
        yield [
            number,
            reminder.customer.code,
            *(address + [""] * ADDRESS_LINES)[:ADDRESS_LINES],
            _("yes") if letters.registered(reminder) else "",
            numbers.get(reminder.pk, ""),
            sentences.step(reminder.step.name),
            page_count(letter_of(request, reminder)),
            reminder.amount,
        ]


def given_numbers(request: DeskRequest) -> dict[int, str]:
    """Return the numbers of the post that were typed, by letter."""
    typed = {
        name.removeprefix(NUMBER_FIELD): str(value).strip()
        for name, value in request.POST.items()
        if name.startswith(NUMBER_FIELD)
    }
    return {number: typed[str(number)] for number in row_numbers(typed) if typed.get(str(number))}


def post_list(request: DeskRequest, found: list[Reminder]) -> bytes:
    """Set the list that goes to the post office with the letters, with room for the numbers it gives."""
    organization, today, numbers = request.desk.organization, request.desk.today, given_numbers(request)
    lines: list[dict[str, Any]] = []
    for rank, reminder in enumerate(found, start=1):
        name, *address = [part.strip() for part in reminder.recipient.split(", ")]
        registered = letters.registered(reminder)
        lines.append(
            {
                "rank": rank,
                "name": name,
                "lines": address,
                "code": reminder.customer.code,
                "service": _("Registered, with receipt") if registered else _("Simple letter"),
                "number": numbers.get(reminder.pk, ""),
                "pages": page_count(letter_of(request, reminder)),
                "registered": registered,
            }
        )
    count = sum(line["registered"] for line in lines)
    sheets = sum((line["pages"] + 1) // 2 for line in lines)
    figures = [
        (_("Simple letters"), len(lines) - count),
        (_("Registered letters"), count),
        (_("Sheets"), sheets),
    ]
    return pages.render(
        "posting",
        {
            "language": (get_language() or "fr").split("-")[0],
            "written_on": today,
            "title": _("Letters to post"),
            "subtitle": day(today),
            "organization": {
                "name": organization.name,
                "lines": [organization.address, f"{organization.postal_code} {organization.city}".strip()],
            },
            "rows": lines,
            "totals": [{"label": label, "value": str(value)} for label, value in figures],
        },
    )


@page(permissions.REMIND)
@require_POST
def reminders_posted(request: DeskRequest) -> HttpResponse:
    """Take the word that the chosen letters were posted, with the numbers of the registered ones."""
    desk = request.desk
    ids = list(chosen(request).values_list("pk", flat=True))
    numbers = {one: number for one, number in given_numbers(request).items() if one in ids}
    wrong = sum(bool(_wrong(number)) for number in numbers.values())
    if wrong:
        _keep_typed(request)
        told = ngettext(
            "One number is wrong: no letter was marked as posted.",
            "%(count)s numbers are wrong: no letter was marked as posted.",
            wrong,
        )
        messages.error(request, told % {"count": wrong})
        return back(request, f"{reverse('reminders')}?tab=letters")
    count = actions.post(desk.organization, ids, by=desk.user, now=desk.now, numbers=numbers)
    told = ngettext("%(count)s letter posted.", "%(count)s letters posted.", count) % {"count": count}
    address = f"{reverse('reminders-unposted')}?ids={'-'.join(map(str, ids))}"
    messages.success(request, undoable(request, told, address))
    return redirect(f"{reverse('reminders')}?tab=letters")


def _wrong(number: str) -> str:
    try:
        tracking_number(number)
    except TrackingNumberError as refusal:
        return _(str(refusal))
    return ""


def _keep_typed(request: DeskRequest) -> None:
    """Keep what was typed and ticked, until the letters are shown again."""
    numbers = {str(one): number[:LONGEST_NUMBER] for one, number in given_numbers(request).items()}
    ticked = row_numbers(request.POST.getlist("reminder"))
    request.session[TYPED] = [request.desk.organization.pk, numbers, ticked]


def with_typed(request: DeskRequest, rows: Sequence[Row]) -> list[tuple[Row, Typed]]:
    """Return the letters with what was typed for each before it was refused."""
    kept: tuple[int, dict[str, str], list[int]] = request.session.pop(TYPED, None) or (0, {}, [])
    organization, numbers, ticked = kept
    if organization != request.desk.organization.pk:
        numbers, ticked = {}, []

    def typed(number: int) -> Typed:
        text = numbers.get(str(number), "")
        return Typed(text, _wrong(text), number in ticked)

    return [(row, typed(row.reminder.pk)) for row in rows]


@page(permissions.REMIND)
@require_POST
def reminders_unposted(request: DeskRequest) -> HttpResponse:
    """Take back the word about letters posted today: they wait again."""
    desk = request.desk
    ids = row_numbers(request.GET.get("ids", "").split("-"))
    count, refused = 0, ""
    for reminder in posted_today(desk).filter(pk__in=ids):
        try:
            unpost(reminder, by=desk.user, now=desk.now)
            count += 1
        except DunningError as refusal:
            refused = _(str(refusal))
    if refused or not count:
        messages.error(request, refused or _("These letters were not posted today."))
    else:
        told = ngettext("%(count)s letter waits again.", "%(count)s letters wait again.", count)
        messages.success(request, told % {"count": count})
    return redirect(f"{reverse('reminders')}?tab=letters")


def posted_today(desk: Desk) -> "QuerySet[Reminder]":
    """Return the letters that a person marked as posted today."""
    by_hand = Sending.objects.filter(organization_id=desk.organization.pk, channel="letter", provider="")
    return (
        queries.reminders(desk.organization, state="sent", collector_id=desk.portfolio_user)
        .filter(channel="letter", sent_at__date=desk.today, sending_id__in=by_hand.values("pk"))
        .order_by("customer__name", "pk")
    )


urlpatterns = [
    path("reminders/letters/", reminders_letters, name="reminders-letters"),
    path("reminders/posted/", reminders_posted, name="reminders-posted"),
    path("reminders/unposted/", reminders_unposted, name="reminders-unposted"),
]
