"""A certificate of this machine's own, so that phones and tablets in the same network may use their cameras."""

import ipaddress
import os
import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509

LIFE = timedelta(days=397)  # browsers refuse certificates that are good for longer
RENEW = timedelta(days=30)
# What may stand in a certificate as a name: "my_pc" may not.
_HOST_NAME = re.compile(r"(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.|$))+")


def own_addresses() -> list[str]:
    """The addresses under which others in the network reach this machine, the likeliest first; [] without a network."""
    addresses = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Sends nothing: only asks which address a packet would leave from.
            probe.connect(("192.0.2.1", 9))
            addresses.append(probe.getsockname()[0])
        except OSError:
            pass  # no network
    try:
        infos = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        infos = []
    addresses += [info[4][0] for info in infos]
    return [address for address in dict.fromkeys(addresses) if not ipaddress.ip_address(address).is_loopback]


def ensure_certificate(folder: Path, now: datetime | None = None) -> tuple[Path, Path]:
    """The certificate and its key in a folder; made anew when it ends soon or the machine has another address."""
    now = now or datetime.now(UTC)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = own_names()
    if certificate.exists() and key.exists() and _is_usable(certificate.read_bytes(), set(names), now):
        return certificate, key
    folder.mkdir(parents=True, exist_ok=True)
    issuer = trustme.CA(organization_name="Openweek", organization_unit_name="Issuer of this machine")
    issued = issuer.issue_cert(
        *names,
        common_name="Openweek",
        organization_name="Openweek",
        organization_unit_name="This machine",
        not_before=now - timedelta(hours=1),
        not_after=now + LIFE,
    )
    key.unlink(missing_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(issued.private_key_pem.bytes())
    issued.cert_chain_pems[0].write_to_path(certificate)
    return certificate, key


def own_names() -> list[str]:
    """Every name and address by which this machine is opened."""
    host = socket.gethostname().lower().rstrip(".")
    names = ["localhost", *([host] if _HOST_NAME.fullmatch(host) else []), "127.0.0.1", *own_addresses()]
    return list(dict.fromkeys(names))


def _is_usable(pem: bytes, wanted_names: set[str], now: datetime) -> bool:
    certificate = x509.load_pem_x509_certificate(pem)
    names_extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {str(name.value) for name in names_extension}
    return wanted_names <= covered and certificate.not_valid_after_utc - now > RENEW
