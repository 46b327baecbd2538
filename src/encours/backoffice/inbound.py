"""Where a mail provider hands over what debtors write: a public door that opens to its secret only."""

import json
from collections.abc import Mapping
from email import message_from_bytes
from email.message import Message
from urllib.parse import parse_qs

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from encours.accounts import tenancy
from encours.accounts.errors import SenderPasswordLostError
from encours.backoffice.desk import clock
from encours.channels.imap import LARGEST
from encours.dunning.intake import DoorClosedError, hand_over

SIGNATURE_HEADER = "X-Encours-Signature"
# Under these names, providers put the whole message in what they post.
FIELDS = ("body-mime", "email", "raw", "message", "RawEmail")
TAKEN, UNREADABLE, LENGTH_MISSING, TOO_LARGE = 204, 400, 411, 413


@csrf_exempt
@require_POST
def inbound_message(request: HttpRequest, organization_id: int, mailbox_id: int, secret: str) -> HttpResponse:
    """Keep the message that is handed over, whole; a provider that is told nothing else has no reason to retry."""
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal() or int(length) > LARGEST:
        return HttpResponse(status=TOO_LARGE if length.isdecimal() else LENGTH_MISSING)
    try:
        content = _message_in(
            request.content_type or "", request.headers.get("Content-Type", ""), request.read()
        )
    except ValueError:
        content = b""
    if not content:
        return HttpResponse(status=UNREADABLE)
    with tenancy.inside(organization_id):
        try:
            hand_over(
                organization_id,
                mailbox_id,
                secret,
                content,
                signature=request.headers.get(SIGNATURE_HEADER, ""),
                now=clock(),
            )
        except (DoorClosedError, SenderPasswordLostError) as error:
            raise Http404 from error
    return HttpResponse(status=TAKEN)


def _message_in(kind: str, header: str, body: bytes) -> bytes:
    """Return the message that a provider posts: the body itself, or a field of a form or of a JSON object."""
    if kind == "application/json":
        said = json.loads(body)
        return _first(said if isinstance(said, dict) else {})
    if kind == "application/x-www-form-urlencoded":
        form = parse_qs(body.decode("ascii", "replace"), errors="surrogateescape")
        return _first({name: values[0] for name, values in form.items()})
    if kind == "multipart/form-data":
        posted = message_from_bytes(b"Content-Type: " + header.encode() + b"\r\n\r\n" + body)
        parts = posted.get_payload() if posted.is_multipart() else []
        fields = {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
            for part in parts
            if isinstance(part, Message)
        }
        return _first(fields)
    return body


def _first(fields: Mapping[str, object]) -> bytes:
    found = next((fields[name] for name in FIELDS if fields.get(name)), b"")
    return found if isinstance(found, bytes) else str(found).encode("utf-8", "surrogateescape")


urlpatterns = [
    path(
        "inbound/<int:organization_id>/<int:mailbox_id>/<str:secret>/",
        inbound_message,
        name="hook-inbound",
    ),
]
