"""A workbook as Excel 97 wrote it (BIFF8 in a compound file), the least of one: no library of today writes it."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SECTOR, _FREE, _END, _FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_GLOBALS, _SHEET = 0x0005, 0x0010


def old_workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """An .xls with one sheet of texts."""
    stream = _workbook(rows)
    stream += b"\0" * (max(4096, -(-len(stream) // _SECTOR) * _SECTOR) - len(stream))
    sectors = len(stream) // _SECTOR
    chain = [*range(1, sectors), _END, _END, _FAT]  # the stream, the directory, this table
    table = struct.pack("<128I", *chain, *([_FREE] * (128 - len(chain))))
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 0, len(stream))
    directory += _entry("", 0, _FREE, 0, 0) * 2
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, sectors, 0, 4096, _END, 0, _END, 0, sectors + 1,
    )  # fmt: skip
    return header.ljust(_SECTOR, b"\xff") + stream + directory + table


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + (b"\0\0" if name else b"")
    return struct.pack(
        "<64sHBBIII16xI16xIII", text, len(text), kind, 1, _FREE, _FREE, child, 0, start, size, 0
    )


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    name = "Sheet1".encode("latin-1")
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, _GLOBALS, 0x0DBB, 0x07CC, 0, 6))
    coding = _record(0x0042, struct.pack("<H", 1200))
    place = len(begin) + len(coding) + 4 + 8 + len(name) + 4
    sheet = _record(0x0085, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name)
    cells = b"".join(
        _record(0x0204, struct.pack("<HHHHB", line, column, 0, len(text), 1) + text.encode("utf-16-le"))
        for line, row in enumerate(rows)
        for column, text in enumerate(row)
    )
    end = _record(0x000A, b"")
    return (
        begin + coding + sheet + end
        + _record(0x0809, struct.pack("<HHHHII", 0x0600, _SHEET, 0x0DBB, 0x07CC, 0, 6)) + cells + end
    )  # fmt: skip


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body
