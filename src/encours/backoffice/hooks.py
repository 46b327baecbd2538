"""Where carriers call: a call is signed by nobody, so it is only a reason to ask the carrier ourselves."""

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from encours.accounts import tenancy
from encours.backoffice.desk import clock
from encours.channels.actions import look_again
from encours.channels.queries import sendings_at
from encours.dunning import carriers

SALT = "encours.hooks"
LONGEST_CALL = 256 * 1024
NO_CONTENT = 204


@csrf_exempt
@require_http_methods(["GET", "POST"])
def hook_carrier(request: HttpRequest, place: str) -> HttpResponse:
    """Note that a message should be asked about again; nothing else in a call is believed."""
    try:
        organization_id, channel = signing.loads(place, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404 from error
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > LONGEST_CALL:
        return HttpResponse(status=NO_CONTENT)
    with tenancy.inside(organization_id):
        account = carriers.account_of(organization_id, channel)
        provider = carriers.provider_of(account) if account else None
        if provider is not None:
            named = provider.parse_callback(request.GET.dict(), request.body)
            look_again(sendings_at(organization_id, named).values_list("pk", flat=True), clock())
    return HttpResponse(status=NO_CONTENT)


urlpatterns = [path("hooks/carriers/<str:place>/", hook_carrier, name="hook-carrier")]
