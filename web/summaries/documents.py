"""A summary as a file: .docx, .pdf, .xlsx. Documents are written in Chinese, whoever asks; English where it is asked for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from models.errors import N_, Mistake
from models.installation import site
from models.summaries.content import collect
from models.summaries.handing_in import content_of, put_together
from models.summaries.part import Part
from models.summaries.tables import SealedSummary
from models.summaries.texts import texts_of
from web.summaries import pdf_document, word_document, workbook
from web.summaries.names import title_of
from web.summaries.outline import outline

MEDIA_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def draft(part: Part, ending: str, now: datetime, language: str = "zh") -> bytes:
    """The figures as they are now, with the texts written so far."""
    texts = {str(section): text for section, text in texts_of(part).items()}
    return _write(part, collect(part, now) | put_together(part), texts, ending, language)


def of_sealed(part: Part, sealed: SealedSummary, ending: str, language: str = "zh") -> bytes:
    """The document as it was handed in."""
    content = content_of(sealed)
    return _write(part, content, content["texts"], ending, language, site().url(f"/verify/{sealed.sha256}"))


def _write(
    part: Part,
    content: dict[str, Any],
    texts: Mapping[str, str],
    ending: str,
    language: str,
    seal_url: str = "",
) -> bytes:
    if ending not in MEDIA_TYPES:
        raise Mistake(N_("The file name has to end in .docx, .pdf or .xlsx."))
    with force_locale(language):
        if ending == ".xlsx":
            return workbook.write(part, content)
        blocks, title = outline(part, content, texts, seal_url), title_of(part)
        if ending == ".pdf":
            return pdf_document.write(blocks, title, "zh-CN" if language == "zh" else "en")
        return word_document.write(blocks, title, content.get("organization") or _("Openweek"))
