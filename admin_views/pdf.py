"""Papers as PDF: a sheet of ``templates/paper`` filled in with what is said, Chinese and English, in milliseconds.

``pdf("certificate", facts, QR)`` gives the bytes, ``sent`` the download. Facts reach the sheet as JSON: whatever
people typed is printed as it stands and never read as markup. The sheets are ours; nobody edits them on a screen.
"""

import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import segno
from flask import Response

from admin_views.words import CHINESE, locale

HERE = Path(__file__).resolve().parent
SHEETS = HERE / "templates" / "paper"


@cache
def _fonts() -> str:
    """Noto Sans and Serif SC lie in a package of their own."""
    import pylopdf_fonts_zh_cn

    return str(Path(pylopdf_fonts_zh_cn.__file__).parent)


def pdf(sheet: str, facts: Mapping[str, Any]) -> bytes:
    """A sheet as PDF/A-2b, in the reader's language; ``facts["on"]`` is the day it bears, as [year, month, day]."""
    import typst

    language = {"lang": "zh", "region": "cn"} if locale() == CHINESE else {"lang": "en", "region": "gb"}
    return typst.compile(
        str(SHEETS / f"{sheet}.typ"),
        root=str(HERE),
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps({**language, **facts}, ensure_ascii=False)},
        pdf_standards=["a-2b"],
    )


def qr_svg(address: str) -> str:
    """A QR code as SVG, without its quiet zone: the sheet leaves that."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


def sent(content: bytes, name: str) -> Response:
    """A download under that name, in whatever script it is written."""
    kept = "".join(one for one in name if one.isprintable() and one not in '\\/:*?"<>|')
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"attachment; filename=\"paper.pdf\"; filename*=UTF-8''{quote(kept)}.pdf"
    return response
