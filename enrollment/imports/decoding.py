"""How the characters of a text file are coded. Part of the reading process; knows no Django."""

from __future__ import annotations

import re

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# a cell with two Chinese characters as UTF-8 writes them; the delimiters are no part of any character in GB18030
_TWO_OF_UTF_8 = re.compile(
    rb"(?:^|[,;\t\r\n\"])([^,;\t\r\n\"]*(?:[\xe4-\xe9][\x80-\xbf]{2}){2}[^,;\t\r\n\"]*)"
)


class UnreadableFileError(Exception):
    """The file cannot be taken; the code says why."""

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        super().__init__(code)


def decode(data: bytes) -> tuple[str, str]:
    """A byte order mark decides; else UTF-8 where it fits; else the national standard GB18030.

    Raises UnreadableFileError, also where parts are coded one way and parts the other.
    """
    text, encoding = _decoded(data)
    if "\x00" in text:
        raise UnreadableFileError("nul")
    if encoding in ("gbk", "gb18030") and _is_mixed(data):
        raise UnreadableFileError("mixed")
    return text, encoding


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding), encoding.removesuffix("-sig")
    for encoding in ("utf-8", "gbk"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return _strictly(data, "gb18030"), "gb18030"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFileError("mixed" if _is_mixed(data) else "encoding") from None


def _is_mixed(data: bytes) -> bool:
    """Whether some cell is Chinese in UTF-8 from beginning to end, in a file that is not UTF-8."""
    for found in _TWO_OF_UTF_8.finditer(data):
        try:
            found[1].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False
