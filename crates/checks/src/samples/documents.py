"""Writes the samples that are neither plain text nor made by an encoder: PDF, office documents, MIDI.

Called by make.sh. Output is the same on every run: no dates, no randomness.
"""

import pathlib
import struct
import zipfile

FILES = pathlib.Path(__file__).parent / "files"
PARAGRAPHS = [
    "Tidal power for Port Lindholm",
    "Mayor Elena Marquez opened a tidal power station at the mouth of the River Ask on Thursday.",
    "Fishermen from the village of Tarn say the turbines have driven away the herring.",
]
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/"


def pdf():
    lines = "".join(f"({text}) Tj T*\n" for text in PARAGRAPHS)
    stream = f"BT /F1 11 Tf 16 TL 50 780 Td\n{lines}ET\n"
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}endstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    text, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF\n"
    text += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}{trailer}"
    (FILES / "article.pdf").write_bytes(text.encode("ascii"))


def package(name, parts):
    with zipfile.ZipFile(FILES / name, "w", zipfile.ZIP_DEFLATED) as out:
        for path, text in parts:
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            stored = path == "mimetype"
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            out.writestr(entry, text)


def open_xml(name, main, content_type, parts):
    types = (
        f'{XML}<Types xmlns="{OFFICE}package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="/{path}" ContentType="{kind}"/>' for path, kind in content_type)
        + "</Types>"
    )
    relations = (
        f'{XML}<Relationships xmlns="{OFFICE}package/2006/relationships"><Relationship Id="r1"'
        f' Type="{OFFICE}officeDocument/2006/relationships/officeDocument" Target="{main}"/></Relationships>'
    )
    package(name, [("[Content_Types].xml", types), ("_rels/.rels", relations), *parts])


def docx():
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    paragraphs = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in PARAGRAPHS)
    body = f'{XML}<w:document xmlns:w="{OFFICE}wordprocessingml/2006/main"><w:body>{paragraphs}</w:body></w:document>'
    open_xml("letter.docx", "word/document.xml", [("word/document.xml", kind)], [("word/document.xml", body)])


def xlsx():
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    space = f'xmlns="{OFFICE}spreadsheetml/2006/main" xmlns:r="{OFFICE}officeDocument/2006/relationships"'
    book = f'{XML}<workbook {space}><sheets><sheet name="Tide" sheetId="1" r:id="r1"/></sheets></workbook>'
    links = (
        f'{XML}<Relationships xmlns="{OFFICE}package/2006/relationships"><Relationship Id="r1"'
        f' Type="{OFFICE}officeDocument/2006/relationships/worksheet" Target="sheet1.xml"/></Relationships>'
    )
    cells = [("tide_m", "power_kw"), (1.2, 410), (2.9, 1630), (0.4, 35)]
    cell = lambda v: f"<c><v>{v}</v></c>" if not isinstance(v, str) else f'<c t="inlineStr"><is><t>{v}</t></is></c>'
    rows = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in cells)
    sheet = f"{XML}<worksheet {space}><sheetData>{rows}</sheetData></worksheet>"
    parts = [("xl/workbook.xml", book), ("xl/_rels/workbook.xml.rels", links), ("xl/sheet1.xml", sheet)]
    types = [("xl/workbook.xml", kind + "sheet.main+xml"), ("xl/sheet1.xml", kind + "worksheet+xml")]
    open_xml("table.xlsx", "xl/workbook.xml", types, parts)


def odt():
    kind = "application/vnd.oasis.opendocument.text"
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    manifest = (
        f'{XML}<m:manifest xmlns:m="{space}manifest:1.0" m:version="1.2">'
        f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>'
        '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
    )
    paragraphs = "".join(f"<t:p>{text}</t:p>" for text in PARAGRAPHS)
    content = (
        f'{XML}<o:document-content xmlns:o="{space}office:1.0" xmlns:t="{space}text:1.0" o:version="1.2">'
        f"<o:body><o:text>{paragraphs}</o:text></o:body></o:document-content>"
    )
    package("letter.odt", [("mimetype", kind), ("META-INF/manifest.xml", manifest), ("content.xml", content)])


def midi():
    notes = b"".join(bytes([0, 0x90, key, 90, 96, 0x80, key, 0]) for key in (60, 62, 64, 65, 67, 72))
    track = b"\x00\xff\x51\x03\x07\xa1\x20" + notes + b"\x00\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 192)
    (FILES / "tune.mid").write_bytes(head + b"MTrk" + struct.pack(">I", len(track)) + track)


for make in (pdf, docx, xlsx, odt, midi):
    make()
