"""Small PDF documents for the demo: one page of plain text, written by hand."""

LINES_PER_PAGE = 46


def letter(lines: list[str]) -> bytes:
    """A PDF of one page with these lines in Helvetica. Characters outside Windows-1252 become question marks."""
    text = b"BT /F1 11 Tf 60 780 Td 16 TL\n"
    for line in lines[:LINES_PER_PAGE]:
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        text += b"(" + escaped.encode("cp1252", "replace") + b") Tj T*\n"
    text += b"ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(text)).encode() + b" >>\nstream\n" + text + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    document, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(document))
        document += str(number).encode() + b" 0 obj\n" + body + b"\nendobj\n"
    start = len(document)
    document += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    document += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    document += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return document
