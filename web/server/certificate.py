"""A certificate of this machine's own, so that phones and tablets in the same network may use their cameras.

Its issuer signs this one certificate and loses its key at once: a tablet that trusts it can be shown no other website by it.
"""

import fcntl
import ipaddress
import os
import re
import socket
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes

LIFE = timedelta(days=397)  # browsers refuse certificates that are good for longer
RENEW = timedelta(days=30)
ISSUER = "issuer.pem"
SIOCGIFADDR = 0x8915  # of Linux
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
    addresses += _interface_addresses()
    return [address for address in dict.fromkeys(addresses) if not ipaddress.ip_address(address).is_loopback]


def _interface_addresses() -> list[str]:
    """Those of the network cards: a machine that is itself the access point has no way out to ask for."""
    addresses = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _number, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # has no IPv4 address, or this is not Linux
            addresses.append(socket.inet_ntoa(answer[20:24]))
    return addresses


def ensure_certificate(
    folder: Path, now: datetime | None = None, url: str | None = None
) -> tuple[Path, Path]:
    """The certificate and its key in a folder, beside the certificate of their issuer.

    url: where the week is opened, where that is set.

    Made anew when it ends soon, or when that address is not in it; without url, when one of the machine's own is not."""
    now = now or datetime.now(UTC)
    certificate, key, issuer_file = folder / "certificate.pem", folder / "key.pem", folder / ISSUER
    named = [urlsplit(url).hostname or ""] if url else []
    names = list(dict.fromkeys([*named, *own_names()]))
    made = all(file.exists() for file in (certificate, key, issuer_file))
    if made and _is_usable(certificate.read_bytes(), set(named or names), now):
        return certificate, key
    folder.mkdir(parents=True, exist_ok=True)
    unit = f"Issuer of {socket.gethostname()}"[:64]
    issuer = trustme.CA(organization_name="Openweek", organization_unit_name=unit, path_length=0)
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
    issuer.cert_pem.write_to_path(issuer_file)
    return certificate, key


def fingerprint(pem: bytes) -> str:
    """SHA-256 of a certificate, as the settings of phones and tablets show it."""
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex(":").upper()


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
