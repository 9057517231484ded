"""Broken tables: what is in them, and what should become of them."""

import gzip
import io
import zipfile
from dataclasses import dataclass, field

import xlsxwriter

GOOD = b"email,name\nann@x.com,Ann\nbo@x.com,Bo\n"


@dataclass(frozen=True)
class Case:
    """A broken table, and either the sentence that refuses it or what is taken of it."""

    name: str
    content: bytes
    refused: str = ""
    created: int = 0
    rejected: dict[int, str] = field(default_factory=dict)  # line: part of the reason
    fields: dict[str, dict[str, object]] = field(default_factory=dict)  # key: fields
    note: str = ""
    file: str = "people.csv"


def workbook(rows: list[list[object]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str) and value.startswith("="):
                sheet.write_formula(at, column, value, None, 42)
            else:
                sheet.write(at, column, value)
    book.close()
    return buffer.getvalue()


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("people.csv", GOOD)
    return buffer.getvalue()


REFUSED = [
    Case("empty", b"", refused="is empty"),
    Case("only blank lines", b"\r\n \r\n\t\r\n", refused="is empty"),
    Case("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, refused="is a picture"),
    Case("a PDF called CSV", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", refused="is a PDF"),
    Case("binary", bytes(range(256)) * 50, refused="not a table of text"),
    Case(
        "a web page called XLS",
        b"<html><table><tr><td>a@x.com</td></tr></table>",
        refused="web page",
        file="people.xls",
    ),
    Case("an archive", archive(), refused="archive", file="people.zip"),
    Case(
        "a damaged workbook",
        workbook([["email"], ["a@x.com"]])[:900],
        refused="cannot be opened as a workbook",
        file="p.xlsx",
    ),
    Case(
        "a cut gzip",
        gzip.compress(GOOD * 1000)[:40],
        refused="cannot be read to its end",
        file="people.csv.gz",
    ),
    Case(
        "a damaged Parquet", b"PAR1" + b"\0" * 100, refused="cannot be read as Parquet", file="people.parquet"
    ),
    Case(
        "a quote that never closes",
        GOOD + b'cy@x.com,"Cy\n' + b"di@x.com,Di\n" * 20,
        refused="quote opens on line 4 and never closes",
    ),
    Case(
        "a giant cell",
        b"email,name\na@x.com," + b"x" * 1_100_000 + b"\n",
        refused="longer than a million characters",
    ),
    Case(
        "2000 columns",
        (",".join(["email", *(f"c{n}" for n in range(2000))]) + "\na@x.com" + ",1" * 2000 + "\n").encode(),
        refused="2000 columns that would become fields",
    ),
]

TAKEN = [
    Case("only a heading", b"email,name\n", created=0),
    Case(
        "NUL characters",
        b"email,name\nann@x.com,A\0nn\n",
        created=1,
        fields={"ann@x.com": {"name": "Ann"}},
        note="NUL",
    ),
    Case("a mark and Windows line ends", b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n"), created=2),
    Case(
        "old Macintosh line ends", GOOD.replace(b"\n", b"\r"), created=2, fields={"bo@x.com": {"name": "Bo"}}
    ),
    Case("UTF-16 with a mark", GOOD.decode().encode("utf-16"), created=2),
    Case(
        "UTF-16 without a mark",
        "email,name\nann@x.com,Zoë\n".encode("utf-16-le"),
        created=1,
        fields={"ann@x.com": {"name": "Zoë"}},
    ),
    Case(
        "UTF-16 big-endian without a mark",
        "email,name\nann@x.com,安\n".encode("utf-16-be"),
        created=1,
        fields={"ann@x.com": {"name": "安"}},
    ),
    Case(
        "GB18030",
        "email,姓名,城市\nann@x.com,王小明,上海\nbo@x.com,李雷,北京\n".encode("gb18030"),
        created=2,
        fields={"ann@x.com": {"姓名": "王小明", "城市": "上海"}},
        note="gb18030",
    ),
    Case(
        "Big5",
        "email,姓名,城市\nann@x.com,陳大文,臺北市\nbo@x.com,林美玲,高雄市\n".encode("big5"),
        created=2,
        fields={"ann@x.com": {"姓名": "陳大文"}},
        note="big5",
    ),
    Case(
        "Windows-1252",
        "email,name,city\nann@x.com,Zoé,Orléans\n".encode("cp1252"),
        created=1,
        fields={"ann@x.com": {"name": "Zoé", "city": "Orléans"}},
        note="cp1252",
    ),
    Case(
        "a workbook called CSV",
        workbook([["email", "phone"], ["ann@x.com", 13800138000]]),
        created=1,
        fields={"ann@x.com": {"phone": "+8613800138000"}},
    ),
    Case("a CSV called XLSX", GOOD, created=2, file="people.xlsx"),
    Case(
        "formula cells",
        workbook([["email", "points"], ["ann@x.com", "=6*7"]]),
        created=1,
        fields={"ann@x.com": {"points": 42}},
        file="p.xlsx",
    ),
    Case(
        "a formula as text",
        b'email,zip,name\nann@x.com,"=""00123""",=cmd()\n',
        created=1,
        fields={"ann@x.com": {"zip": "00123", "name": "=cmd()"}},
    ),
    Case(
        "titles above the heading",
        b"Customers of May\nexported by Bo\n\nemail,name,city\nann@x.com,Ann,Rome\n",
        created=1,
        fields={"ann@x.com": {"city": "Rome"}},
        note="taken as a title",
    ),
    Case(
        "two headings in two languages",
        "email,name,number\n邮箱,姓名,数量\nann@x.com,Ann,3\nbo@x.com,Bo,4\n".encode(),
        created=2,
        fields={"ann@x.com": {"name": "Ann", "number": "3"}},
        note="both look like headings",
    ),
    Case(
        "a blank before each quote",
        b'email, name\n"ann@x.com", "Ann, Dr."\n',
        created=1,
        fields={"ann@x.com": {"name": "Ann, Dr."}},
    ),
    Case(
        "files put together, heading and all",
        GOOD + b"email,name\ncy@x.com,Cy\n",
        created=3,
    ),
    Case(
        "a line of groups above the heading",
        b"Person,,Orders,\nemail,name,number,last\nann@x.com,Ann,3,2026-01-02\nbo@x.com,Bo,4,2026-02-03\n",
        created=2,
        fields={"ann@x.com": {"name": "Ann", "last": "2026-01-02"}},
        note="taken as a title",
    ),
    Case(
        "no heading at all",
        b"ann@x.com,Ann\nbo@x.com,Bo\n",
        created=2,
        fields={"bo@x.com": {"column_2": "Bo"}},
        note="no heading line",
    ),
    Case(
        "doubled headings",
        b"email,city,city\nann@x.com,Rome,Oslo\n",
        created=1,
        fields={"ann@x.com": {"city": "Rome", "city 2": "Oslo"}},
        note="more than once",
    ),
    Case(
        "a nameless column",
        b"email,,city\nann@x.com,blue,Oslo\n",
        created=1,
        fields={"ann@x.com": {"column_2": "blue"}},
        note="have no name",
    ),
    Case(
        "mixed delimiters",
        b"email;name\nann@x.com;Ann\nbo@x.com,Bo\ncy@x.com;Cy\n",
        created=2,
        rejected={3: "not an e-mail address"},
    ),
    Case(
        "rows longer than the heading",
        b"email,name\nann@x.com,Ann\nbo@x.com,Bo, Esq.\ncy@x.com,Cy,\n",
        created=2,
        rejected={3: "3 cells, the heading has 2"},
    ),
    Case(
        "rows shorter than the heading",
        b"email,name,city\nann@x.com\nbo@x.com,Bo,Oslo\n",
        created=2,
        fields={"ann@x.com": {"city": None}},
    ),
    Case(
        "a quote that closes too late",
        b'email,name\nann@x.com,"Ann\nbo@x.com,Bo\ncy@x.com,Cy" x\ndi@x.com,Di\n',
        created=1,
        rejected={2: "Lines 2 to 4 read as one row"},
        fields={"di@x.com": {"name": "Di"}},
    ),
    Case(
        "line breaks within quotes",
        b'email,note\nann@x.com,"one\r\ntwo"\nbad,"x\ny"\nbo@x.com,z\n',
        created=2,
        rejected={4: "not an e-mail"},
        fields={"ann@x.com": {"note": "one\r\ntwo"}},
    ),
    Case(
        "pipes and single quotes",
        b"email|name\n'ann@x.com'|'Ann|a'\n'bo@x.com'|'Bo'\n'cy@x.com'|'Cy'\n",
        created=3,
        fields={"ann@x.com": {"name": "Ann|a"}},
    ),
    Case("blank lines and blank rows", b"\n\nemail,name\n\nann@x.com,Ann\n,\n \nbo@x.com,Bo\n\n", created=2),
    Case(
        "bytes that are no UTF-8 far below",
        b"email,name\n"
        + b"".join(b"p%d@x.com,P\n" % n for n in range(9000))
        + "z@x.com,Zoé\n".encode("cp1252"),
        created=9001,
        fields={"z@x.com": {"name": "Zoé"}},
    ),
]
