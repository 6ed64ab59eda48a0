"""Where an uploaded file lies while its request is answered: in a file without a name, gone with the process.

Killed at any byte, the web leaves nothing of what people sent on the disk; and a file beyond every limit is counted to
its end, but not kept.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


def unnamed_file() -> IO[bytes]:
    """A new file that no folder lists, in the application's own place."""
    folder = Path(settings.PLACES.var) / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryFile(dir=folder)


class UnnamedFileUploadHandler(FileUploadHandler):
    """Takes what is too large for memory."""

    file: IO[bytes] | None = None
    received = 0

    def new_file(self, *given: Any, **named: Any) -> None:
        super().new_file(*given, **named)
        self.file, self.received = unnamed_file(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.file is not None
        self.received += len(raw_data)
        if self.received <= settings.FILE_UPLOAD_MOST:
            self.file.write(raw_data)
        else:
            self.file.truncate(0)

    def file_complete(self, file_size: int) -> UploadedFile:
        assert self.file is not None
        self.file.seek(0)
        return UploadedFile(
            self.file, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )

    def upload_interrupted(self) -> None:
        if self.file is not None:
            self.file.close()
