"""Whether this process lives, and whether it can work: for load balancers and watchers."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from encours import __version__


@require_GET
def live(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Answer that the process runs."""
    return JsonResponse({"status": "live", "version": __version__})


@require_GET
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Answer whether the database answers and carries this version's tables; say nothing else to strangers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NULL"
            )
            waiting = cursor.fetchone()[0]
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ready", "jobs_waiting": waiting})
