"""The page of one reminder: the message as it left, its items, its sending, its story, its files."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from encours.accounts import people, permissions
from encours.backoffice import history
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.detail import detail
from encours.backoffice.paper import bytes_of
from encours.backoffice.today import reminder_of
from encours.channels.models import Delivery, Sending
from encours.channels.providers import DELIVERED, UNDELIVERED
from encours.channels.queries import deliveries_of, proof_of
from encours.channels.queries import sending as sending_of
from encours.channels.words import fault_sentence, status_words
from encours.dunning import letters, sentences, tracking
from encours.events.queries import timeline

EVENTS_SHOWN = 50
FILES = {
    "letter": ("application/pdf", "inline", "pdf"),
    "email": ("message/rfc822", "attachment", "eml"),
    "sms": ("text/plain; charset=utf-8", "attachment", "txt"),
}
PROOF_TYPES = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True)
class Told:
    """One thing a carrier told of a message, in words."""

    delivery: Delivery
    words: str
    proof: str
    icon: str
    tone: str


@page()
def reminder(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    found = detail(desk, reminder_of(desk, reminder_id))
    mine = found.reminder
    events = timeline(desk.organization.pk, mine.customer_id).filter(
        subject_type="reminder", subject_id=mine.pk
    )[:EVENTS_SHOWN]
    currency = desk.organization.currency
    by = people.names_of([mine.confirmed_by]) if mine.confirmed_by else {}
    shown = {
        "detail": found,
        "currency": currency,
        "place": "reminder",
        "story": history.lines(desk.organization.pk, list(events), currency, desk.portfolio_user),
        "confirmed_by": by.get(mine.confirmed_by or 0, _("the system") if mine.confirmed_at else ""),
        "outcome": sentences.call(mine.outcome) if mine.outcome else "",
        "held": sentences.withdrawn(mine.held),
        "recallable": tracking.recallable(mine, found.sending),
        "news": list(_news(found.sending)) if found.sending else [],
        "fault": fault_sentence(found.sending.error_code) if found.sending else "",
    }
    return render(request, "backoffice/reminder.html", shown)


@page(permissions.REMIND)
@require_POST
def reminder_recall(request: DeskRequest, reminder_id: int) -> HttpResponse:
    """Ask the carrier to stop a letter before it is printed."""
    tracking.recall(reminder_of(request.desk, reminder_id), by=request.desk.user, now=request.desk.now)
    messages.success(request, _("The carrier stopped this letter: it waits to be confirmed again."))
    return redirect("reminder", reminder_id=reminder_id)


@page()
def reminder_pdf(request: DeskRequest, reminder_id: int) -> HttpResponse:
    """Show the letter: the very one that was printed, or the one that would be printed today."""
    mine = reminder_of(request.desk, reminder_id)
    sending = sending_of(mine.sending_id) if mine.sending_id and mine.channel == "letter" else None
    if sending is not None:
        return _as_left(sending)
    return _pdf(letters.pdf(mine, request.desk.today), mine.customer.code)


@page()
def reminder_message(request: DeskRequest, reminder_id: int) -> HttpResponse:
    """Hand out the very bytes that left."""
    mine = reminder_of(request.desk, reminder_id)
    if mine.sending_id is None:
        raise Http404
    return _as_left(sending_of(mine.sending_id))


def _news(sending: Sending) -> Iterator[Told]:
    for delivery in deliveries_of(sending):
        lost, done = delivery.status in UNDELIVERED, delivery.status == DELIVERED
        yield Told(
            delivery=delivery,
            words=status_words(delivery.status),
            proof=str(history.PROOFS.get(delivery.proof_kind, "")),
            icon="warning" if lost else "check" if done else "send",
            tone="hurt" if lost else "good" if done else "",
        )


@page()
def reminder_proof(request: DeskRequest, reminder_id: int, delivery_id: int) -> HttpResponse:
    """Hand out a proof as the carrier gave it, if it is still that very file."""
    mine = reminder_of(request.desk, reminder_id)
    sending = sending_of(mine.sending_id) if mine.sending_id else None
    delivery = deliveries_of(sending).filter(pk=delivery_id).first() if sending else None
    proof = proof_of(delivery) if delivery and delivery.proof_hash else None
    if proof is None or hashlib.sha256(proof.body).hexdigest() != proof.sha256:
        raise Http404
    extension = PROOF_TYPES.get(proof.media_type)
    how = "inline" if extension else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{proof.sha256[:16]}.{extension or "bin"}"'}
    media_type = proof.media_type if extension else "application/octet-stream"
    return HttpResponse(bytes(proof.body), content_type=media_type, headers=headers)


@page()
def reminder_statement(request: DeskRequest, reminder_id: int) -> HttpResponse:
    """Show the statement of account that would go with the message today."""
    desk = request.desk
    mine = reminder_of(desk, reminder_id)
    return _pdf(letters.statement(desk.organization, mine.customer, desk.today), mine.customer.code)


def _as_left(sending: Sending) -> HttpResponse:
    content = bytes_of(sending)
    if content is None:
        raise Http404
    media_type, how, extension = FILES[sending.channel]
    name = f'{how}; filename="{sending.key}.{extension}"'
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": name})


def _pdf(content: bytes, name: str) -> HttpResponse:
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name)
    headers = {"Content-Disposition": f'inline; filename="{plain}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


urlpatterns = [
    path("reminders/<int:reminder_id>/", reminder, name="reminder"),
    path("reminders/<int:reminder_id>/recall/", reminder_recall, name="reminder-recall"),
    path("reminders/<int:reminder_id>/letter.pdf", reminder_pdf, name="reminder-pdf"),
    path("reminders/<int:reminder_id>/message/", reminder_message, name="reminder-message"),
    path("reminders/<int:reminder_id>/proofs/<int:delivery_id>/", reminder_proof, name="reminder-proof"),
    path("reminders/<int:reminder_id>/statement.pdf", reminder_statement, name="reminder-statement"),
]
