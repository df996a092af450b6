"""How a phone or tablet comes to trust the certificate of this machine: the certificate of its issuer, and what to tap."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Blueprint, Flask, Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from web.server import certificate

pages = Blueprint("issuer", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/about/certificate")
def page() -> ResponseReturnValue:
    issuer = _issuer()
    digits = certificate.fingerprint(issuer) if issuer else None
    return render_template("public/certificate.html", fingerprint=digits, strip=None)


@pages.get("/about/certificate.crt")
def file() -> Response:
    """In DER, with the type at which Android and iPadOS offer to install it."""
    issuer = _issuer() or abort(404)
    der = x509.load_pem_x509_certificate(issuer).public_bytes(Encoding.DER)
    response = Response(der, content_type="application/x-x509-ca-cert")
    response.headers["Cache-Control"] = "no-store"
    return response


def _issuer() -> bytes | None:
    """In PEM; None on a server whose certificate comes from elsewhere."""
    path = Path(current_app.instance_path) / "tls" / certificate.ISSUER
    return path.read_bytes() if path.is_file() else None
