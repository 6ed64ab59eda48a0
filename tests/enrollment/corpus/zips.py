"""Workbooks as files: cut, locked, blown up, with outside entities."""

from __future__ import annotations

import io
import random
import zipfile

from tests.enrollment.corpus.making import (
    HEADS,
    NAME,
    NUMBER,
    OTHER,
    Case,
    book,
    heads_xml,
    packed,
    parts,
    raw,
    row_xml,
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def _whole() -> bytes:
    return book([[NAME, NUMBER, 400], [*OTHER, 380]])


def _cut(tenth: int) -> bytes:
    whole = _whole()
    offset = random.Random(tenth).randrange(len(whole) * tenth // 10 + 1, len(whole) * (tenth + 1) // 10)
    return whole[: max(offset, 40)]


def _with(name: str, data: bytes) -> bytes:
    return packed(parts(heads_xml() + row_xml(2)) | {name: data})


def _strings(text: str, times: int) -> bytes:
    """One long shared string, shown in a great many cells."""
    members = parts(heads_xml() + "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}" t="s"><v>0</v></c>' for c in "ABCDEFGHIJ") + "</row>"
        for n in range(2, times // 10)
    ))  # fmt: skip
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    members["xl/sharedStrings.xml"] = f'<sst xmlns="{main}"><si><t>{text}</t></si></sst>'.encode()
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    members["xl/_rels/workbook.xml.rels"] = members["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="rId2" Type="{relation}" Target="sharedStrings.xml"/></Relationships>'.encode(),
    )
    return _stored(members)


def _stored(members: dict[str, bytes], padding: int = 400_000) -> bytes:
    """A zip that stays under the ratio by a part that cannot be packed."""
    noise = random.Random(1).randbytes(padding)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (members | {"xl/noise.bin": noise}).items():
            archive.writestr(name, data)
    return made.getvalue()


def _flagged() -> bytes:
    """Every member says that it is encrypted."""
    data = bytearray(_whole())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def _lying() -> bytes:
    """The directory says that the sheet is small; it is not."""
    huge = b"<worksheet>" + b" " * 60_000_000
    data = bytearray(_with("xl/worksheets/sheet1.xml", huge))
    size = len(huge).to_bytes(4, "little")
    place = data.find(size)
    while place >= 0:
        data[place : place + 4] = (1000).to_bytes(4, "little")
        place = data.find(size, place + 4)
    return bytes(data)


def _case(name: str, make: object, **expected: object) -> Case:
    return Case(f"zip: {name}", make, **expected)  # type: ignore[arg-type]


def cases() -> list[Case]:
    """None of them is opened further than it takes to see what it is."""
    external = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    parameter = (
        '<!DOCTYPE w SYSTEM "http://127.0.0.1:1/x.dtd" [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]>'
    )
    laughs = f'<!DOCTYPE w [<!ENTITY l0 "ha">{_LAUGHS}]>'
    return [
        *(_case(f"cut in the {tenth + 1}. tenth", lambda tenth=tenth: _cut(tenth), refused="damaged") for tenth in range(10)),
        _case("whole", _whole, good=2),
        _case("bytes before it", lambda: b"x" + _whole(), refused="encoding"),
        _case("bytes after it", lambda: _whole() + b"\x00" * 100, good=2),
        _case("half a zip", lambda: b"PK\x03\x04 half a zip", refused="damaged"),
        _case("an empty zip", lambda: packed({}), refused="nul"),
        _case("a zip of something else", lambda: packed({"hello.txt": b"no workbook"}), refused="damaged"),
        _case("a text document", lambda: packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
              refused="damaged"),
        _case("a zip in a zip", lambda: packed({"inner.xlsx": _whole()}), refused="damaged"),
        _case("locked by a password", lambda: _OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), refused="encrypted"),
        _case("locked member by member", _flagged, refused="encrypted"),
        _case("an old one, empty", lambda: _OLE + b"\0" * 600, refused="damaged"),
        _case("an old one, noise", lambda: _OLE + random.Random(2).randbytes(4000), refused="damaged"),
        _case("30 MB of zeros", lambda: _with("xl/worksheets/sheet1.xml", b"0" * 30_000_000), refused="bomb"),
        _case("300 MB in all", lambda: packed({f"x{n}": b"0" * 30_000_000 for n in range(10)}), refused="bomb"),
        _case("300 members", lambda: packed({f"x{n}": b"x" for n in range(300)}), refused="bomb"),
        _case("10,000 members", lambda: packed({f"x{n}": b"" for n in range(10_000)}), refused="bomb"),
        _case("lying about its size", _lying, refused="damaged", alone=True),
        _case("one long text shown a hundred thousand times", lambda: _strings("长" * 4000, 100_000), refused="bomb", alone=True),
        _case("a billion laughs", lambda: raw(row_xml(2, name="&l9;"), doctype=laughs), refused="damaged"),
        _case("an outside entity", lambda: raw(row_xml(2, name="&x;"), doctype=external), refused="damaged"),
        _case("an outside entity not used", lambda: raw(row_xml(2), doctype=external), good=1),
        _case("a definition from elsewhere", lambda: raw(row_xml(2), doctype=parameter), good=1),
        _case("names that lead out of the folder", lambda: _with("../../../etc/cron.d/x", b"x"), good=1),
        _case("a script beside the sheet", lambda: _with("xl/vbaProject.bin", _OLE + b"\0" * 600), good=1),
        _case("2,000 people", lambda: book(
            [[NAME, f"220104{50 + n // 336:02d}{1 + n // 28 % 12:02d}{1 + n % 28:02d}001", 300] for n in range(2000)], HEADS),
            good=2000),
    ]  # fmt: skip
