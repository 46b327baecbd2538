"""Replies: what debtors wrote, read and answered on one screen, with the customer beside it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.backoffice import answering
from encours.backoffice.case import decide_again
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.errors import REFUSALS, sentence
from encours.backoffice.listing import address, asked_text
from encours.backoffice.reply import ReadingForm, described, detail, meaning_name
from encours.backoffice.today import fragment, number
from encours.customers.queries import customers_of
from encours.dunning import readings
from encours.dunning.actions import readings as actions
from encours.dunning.errors import MessageUnmatchedError
from encours.dunning.models import InboundMessage, Reading
from encours.receivables.documents import add_document

QUEUES = ("mine", "all", "unmatched", "done")
AT_ONCE = 100
REFUSED = 422
LARGEST = 2**31
FOUND_AT_MOST = 20
Typed = ReadingForm | answering.AnswerForm


def chosen_queue(request: DeskRequest, found: dict[str, int]) -> str:
    """Return the queue asked for; one's own unless it is empty and others wait."""
    asked = request.GET.get("queue") or request.POST.get("queue") or ""
    return asked if asked in QUEUES else "mine" if found["mine"] else "all"


def queue_of(desk: Desk, queue: str) -> QuerySet[InboundMessage]:
    """Return the messages of a queue, in the order in which they are read."""
    every = readings.messages(desk.organization, desk.portfolio_user)
    if queue == "done":
        return every.exclude(state="new").order_by("-received_at", "-pk")
    found = readings.to_read(every)
    if queue == "mine":
        return found.filter(customer__collector=desk.user)
    return found.filter(customer=None) if queue == "unmatched" else found


def message_of(desk: Desk, reply_id: int) -> InboundMessage:
    """Return a message that the reader may see, or say that there is none."""
    return get_object_or_404(readings.messages(desk.organization, desk.portfolio_user), pk=reply_id)


def context(
    request: DeskRequest, chosen: InboundMessage | None = None, typed: Typed | None = None
) -> dict[str, Any]:
    """Gather the page: the queues, the list, and the chosen message or the first one."""
    desk = request.desk
    counted = readings.counts(desk.organization, desk.user.pk, desk.portfolio_user)
    queue = chosen_queue(request, counted)
    found = list(queue_of(desk, queue)[:AT_ONCE])
    opened = chosen is not None
    chosen = chosen or next(iter(found), None)
    return {
        "counts": counted,
        "queue": queue,
        "unseen": queue == "unmatched" and desk.portfolio_user is not None,
        "rows": [(one, described(one)) for one in found],
        "opened": opened,
        **(shown(request, chosen, queue, typed) if chosen else {"detail": None}),
    }


def shown(
    request: DeskRequest, message: InboundMessage, queue: str, typed: Typed | None = None
) -> dict[str, Any]:
    """Gather what the detail of a message shows, with what was typed into it if that was refused."""
    desk = request.desk
    found = detail(desk, message, typed if isinstance(typed, ReadingForm) else None)
    answer = typed if isinstance(typed, answering.AnswerForm) else None
    return {
        "detail": found,
        "queue": queue,
        "currency": desk.organization.currency,
        "answer": (answer or answering.AnswerForm(desk, found))
        if found.answerable and desk.may(permissions.REMIND)
        else None,
        "drafts": answering.drafts(desk, found) if found.answerable else [],
        "customers": candidates(request, message),
        "q": request.GET.get("q", ""),
    }


def candidates(request: DeskRequest, message: InboundMessage) -> list[Any]:
    """Return the customers that a search finds, to give a message to; the sender's name is a first guess."""
    if message.customer_id is not None and "q" not in request.GET:
        return []
    mine = customers_of(request.desk.organization.pk, request.desk.portfolio_user)
    return list(answering.customers_like(mine, asked_text(request), message)[:FOUND_AT_MOST])


@page()
def replies(request: DeskRequest) -> HttpResponse:
    wanted = number(request.GET.get("message"), 0, LARGEST)
    chosen = message_of(request.desk, wanted) if wanted else None
    return render(request, "backoffice/replies.html", context(request, chosen))


@page()
def reply(request: DeskRequest, reply_id: int) -> HttpResponse:
    message = message_of(request.desk, reply_id)
    queue = request.GET.get("queue", "")
    if not fragment(request):
        return redirect(address("replies", message=message.pk, queue=queue))
    return render(request, "backoffice/reply_detail.html", shown(request, message, queue))


@page(permissions.REMIND)
@require_POST
def reply_accept(request: DeskRequest, reply_id: int, reading_id: int) -> HttpResponse:
    desk = request.desk
    message, reading = _reading(desk, reply_id, reading_id)
    items = readings.open_items(message.customer) if message.customer else []
    form = ReadingForm(reading, items, request.POST)
    if not form.is_valid():
        return _refused(request, message, form)
    try:
        actions.accept(reading, by=desk.user, now=desk.now, chosen=form.chosen())
    except REFUSALS as refusal:
        messages.error(request, sentence(refusal))
        return _refused(request, message, form)
    _again(desk, message)
    messages.success(
        request, _("Accepted: %(meaning)s.") % {"meaning": meaning_name(reading.meaning).lower()}
    )
    return _stay(request, message) if reading.meaning == "asks_copy" else _next(request, message)


@page(permissions.REMIND)
@require_POST
def reply_refuse(request: DeskRequest, reply_id: int, reading_id: int) -> HttpResponse:
    desk = request.desk
    message, reading = _reading(desk, reply_id, reading_id)
    actions.refuse(reading, by=desk.user, now=desk.now)
    _again(desk, message)
    messages.success(request, _("Refused: it will help to read better."))
    return _stay(request, message)


@page(permissions.REMIND)
@require_POST
def reply_read(request: DeskRequest, reply_id: int) -> HttpResponse:
    return _next(request, _moved(request, reply_id, actions.mark_read, _("Read: the plan goes on.")))


@page(permissions.REMIND)
@require_POST
def reply_aside(request: DeskRequest, reply_id: int) -> HttpResponse:
    return _next(request, _moved(request, reply_id, actions.set_aside, _("Set aside.")))


@page(permissions.REMIND)
@require_POST
def reply_reopen(request: DeskRequest, reply_id: int) -> HttpResponse:
    return _stay(request, _moved(request, reply_id, actions.take_up, _("It waits to be read again.")))


@page(permissions.REMIND)
@require_POST
def reply_assign(request: DeskRequest, reply_id: int) -> HttpResponse:
    desk, message = request.desk, message_of(request.desk, reply_id)
    mine = customers_of(desk.organization.pk, desk.portfolio_user)
    customer = get_object_or_404(mine, pk=number(request.POST.get("customer"), 0, LARGEST))
    actions.assign(message, customer, by=desk.user, now=desk.now)
    _again(desk, message_of(desk, reply_id))
    messages.success(request, _("This message is from %(customer)s.") % {"customer": customer.name})
    return _stay(request, message)


@page(permissions.REMIND)
@require_POST
def reply_answer(request: DeskRequest, reply_id: int) -> HttpResponse:
    desk, message = request.desk, message_of(request.desk, reply_id)
    form = answering.AnswerForm(desk, detail(desk, message), request.POST)
    if not form.is_valid():
        return _refused(request, message, form)
    if message.state == "answered" and request.POST.get("state") not in {None, "answered"}:
        messages.error(request, _("It was answered meanwhile: look at the history before you answer again."))
        return _refused(request, message, form)
    try:
        answering.send(desk, message, form)
    except REFUSALS as refusal:
        messages.error(request, sentence(refusal))
        return _refused(request, message, form)
    _again(desk, message)
    messages.success(
        request,
        _("Simulation: the answer is written down, nothing leaves.") if desk.simulation else _("Answered."),
    )
    return _next(request, message)


@page()
def reply_attachment(request: DeskRequest, reply_id: int, place: int) -> HttpResponse:
    """Hand out what was attached as it came, to be kept and never shown by the browser as one of our pages."""
    name, media_type, content = _attachment(message_of(request.desk, reply_id), place)
    answer = FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=media_type)
    return cast("HttpResponse", answer)


@page(permissions.EDIT_CUSTOMERS)
@require_POST
def reply_attachment_keep(request: DeskRequest, reply_id: int, place: int) -> HttpResponse:
    """Keep what was attached among the documents of the customer."""
    desk, message = request.desk, message_of(request.desk, reply_id)
    name, media_type, content = _attachment(message, place)
    if message.customer_id is None:
        raise MessageUnmatchedError
    add_document(
        desk.organization.pk,
        [content],
        kind="proof" if any(one.meaning == "already_paid" for one in message.readings.all()) else "other",
        name=name,
        media_type=media_type,
        by=desk.by,
        by_user=desk.user.pk,
        now=desk.now,
        customer_id=message.customer_id,
    )
    messages.success(request, _("%(name)s is kept with the customer’s documents.") % {"name": name})
    return _stay(request, message)


def _attachment(message: InboundMessage, place: int) -> tuple[str, str, bytes]:
    found = readings.attached(message, place)
    if found is None:
        raise Http404(_("What was attached is no longer there."))
    name, media_type, content = found
    return name or _("file"), media_type, content


def _reading(desk: Desk, reply_id: int, reading_id: int) -> tuple[InboundMessage, Reading]:
    message = message_of(desk, reply_id)
    return message, get_object_or_404(
        Reading.objects.select_related("message"), pk=reading_id, message=message
    )


def _again(desk: Desk, message: InboundMessage) -> None:
    if message.customer_id is not None:
        decide_again(desk, [message.customer_id])


def _moved(
    request: DeskRequest, reply_id: int, verb: Callable[..., InboundMessage], said: str
) -> InboundMessage:
    """Move a message to another state, decide again for its customer, and say so."""
    desk, message = request.desk, message_of(request.desk, reply_id)
    verb(message, by=desk.user, now=desk.now)
    _again(desk, message)
    messages.success(request, said)
    return message


def _refused(request: DeskRequest, message: InboundMessage, typed: Typed) -> HttpResponse:
    """Show the page again with what was typed and what is wrong with it."""
    return render(request, "backoffice/replies.html", context(request, message, typed), status=REFUSED)


def _stay(request: DeskRequest, message: InboundMessage) -> HttpResponse:
    return redirect(address("replies", message=message.pk, queue=request.POST.get("queue", "")))


def _next(request: DeskRequest, message: InboundMessage) -> HttpResponse:
    """Go on with the message after this one, or stay while something in it is undecided."""
    desk, queue = request.desk, request.POST.get("queue", "")
    here = message_of(desk, message.pk)
    if here.state == "new":
        return _stay(request, here)
    following = queue_of(desk, queue if queue in QUEUES else "all").first()
    return redirect(
        address("replies", queue=queue, message=following.pk if following and queue != "done" else None)
    )


ONE = "replies/<int:reply_id>"
urlpatterns = [
    path("replies/", replies, name="replies"),
    path(f"{ONE}/", reply, name="reply"),
    path(f"{ONE}/readings/<int:reading_id>/accept/", reply_accept, name="reply-accept"),
    path(f"{ONE}/readings/<int:reading_id>/refuse/", reply_refuse, name="reply-refuse"),
    path(f"{ONE}/read/", reply_read, name="reply-read"),
    path(f"{ONE}/aside/", reply_aside, name="reply-aside"),
    path(f"{ONE}/reopen/", reply_reopen, name="reply-reopen"),
    path(f"{ONE}/assign/", reply_assign, name="reply-assign"),
    path(f"{ONE}/answer/", reply_answer, name="reply-answer"),
    path(f"{ONE}/attachments/<int:place>/", reply_attachment, name="reply-attachment"),
    path(f"{ONE}/attachments/<int:place>/keep/", reply_attachment_keep, name="reply-attachment-keep"),
]
