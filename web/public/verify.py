"""Sealed summaries, checked by anybody: by the address in their QR code, or by their file. Here stand the public keys, too."""

from flask import Blueprint, Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from models.codes import keys
from models.codes.keys import KeyPurpose
from models.errors import N_, Mistake, NotFound
from models.figures.publication.withholding import SMALLEST
from models.summaries import handing_in, seal
from models.summaries.seal import SealCheck
from models.summaries.tables import SealedSummary
from web import errors
from web.rate_limits import limiter

CHECKS = "60 per minute"
UNKNOWN = N_("No summary was sealed here with this number. Check the address.")
NO_FILE = N_("Choose the file that ends in .seal.json.")

pages = Blueprint("verify", __name__, url_prefix="/verify")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("")
def index() -> ResponseReturnValue:
    return _page()


@pages.post("")
@limiter.limit(CHECKS)
def check_file() -> ResponseReturnValue:
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Mistake(NO_FILE)
        checked = seal.check(sent.stream.read(seal.MOST_BYTES + 1), handing_in.trusted_keys())
    except Mistake as mistake:
        return _page(error=errors.sentence(mistake)), 422
    return _page(checked=checked, sealed=handing_in.sealed_by_digest(checked.sha256))


@pages.get("/<sha256>")
def of_digest(sha256: str) -> ResponseReturnValue:
    sealed = _sealed(sha256)
    return _page(checked=seal.check(handing_in.file_of(sealed), handing_in.trusted_keys()), sealed=sealed)


@pages.get("/<sha256>.seal.json")
def file(sha256: str) -> Response:
    response = make_response(handing_in.file_of(_sealed(sha256)))
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{sha256[:12]}.seal.json"'
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _sealed(sha256: str) -> SealedSummary:
    sealed = handing_in.sealed_by_digest(sha256) if sha256.isalnum() else None
    if sealed is None:
        raise NotFound(UNKNOWN)
    return sealed


def _page(checked: SealCheck | None = None, sealed: SealedSummary | None = None, error: str = "") -> Response:
    page = render_template(
        "public/verify.html",
        checked=checked,
        sealed=sealed,
        part=handing_in.part_of(sealed) if sealed else None,
        public_keys=[(key.id, (key.public or b"").hex()) for key in keys.public_keys(KeyPurpose.SUMMARY)],
        error=error,
        smallest=SMALLEST,
        most=seal.MOST_BYTES >> 20,
        too_large=errors.sentence(Mistake(seal.NO_SNAPSHOT)),
        strip=None,
    )
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
