"""Receiving large files: what exceeds the limit is read to its end and not kept, so that a page can say so."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class Quota(FileUploadHandler):
    """Lets go of a file as soon as it exceeds the limit, and remembers its name."""

    def __init__(self) -> None:
        super().__init__()
        self.limit: int = settings.UPLOAD_MAX_BYTES
        self.too_large: list[str] = []
        self.seen = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Begin to count."""
        super().new_file(*args, **kwargs)
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's signature
        """Count a block, and pass it on to the handlers that keep it."""
        self.seen += len(raw_data)
        if self.seen > self.limit:
            self.too_large.append(self.file_name or "")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that kept it."""
