"""Files kept under the hash of their content, one folder an organization: the same content is kept once."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from encours.events.actions import record
from encours.receivables.models import Document


def path_of(organization_id: int, sha256: str) -> Path:
    """Return where a content lies."""
    return Path(settings.DOCUMENTS) / str(organization_id) / sha256[:2] / sha256


def keep(organization_id: int, blocks: Iterable[bytes]) -> tuple[str, int]:
    """Write a content and return its hash and size; a half-written file is never seen under its name."""
    folder = Path(settings.DOCUMENTS) / str(organization_id)
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as writer:
        for block in blocks:
            digest.update(block)
            size += len(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    target = path_of(organization_id, digest.hexdigest())
    target.parent.mkdir(exist_ok=True)
    Path(writer.name).replace(target)
    return digest.hexdigest(), size


def add_document(
    organization_id: int,
    blocks: Iterable[bytes],
    *,
    kind: str,
    name: str,
    media_type: str,
    by: str,
    by_user: int | None,
    now: datetime,
    customer_id: int | None = None,
) -> Document:
    """Keep a file and say so in history."""
    sha256, size = keep(organization_id, blocks)
    document = Document.objects.create(
        organization_id=organization_id,
        customer_id=customer_id,
        kind=kind,
        name=name[:255],
        media_type=media_type,
        sha256=sha256,
        size=size,
        added_by=by_user,
    )
    record(
        organization_id,
        "document.added",
        by=by,
        at=now,
        customer_id=customer_id,
        subject=("document", document.pk),
        sha256=sha256,
        kind_of_document=kind,
    )
    return document
