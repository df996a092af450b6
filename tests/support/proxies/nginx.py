"""deploy/nginx.conf word for word, but for ports, the upstream and the certificate, as a command that starts it."""

from collections.abc import Sequence
from pathlib import Path

import trustme

from tests.support.servers.programs import changed, program
from tests.support.servers.served_application import ROOT, free_port

HOST = "week.example.cn"
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def nginx(
    folder: Path,
    port: int,
    nodes: Sequence[int],
    authority: trustme.CA,
    *changes: tuple[str, str],
    plain: int | None = None,
) -> list[str]:
    """port: of HTTPS, also at 127.0.0.1; plain: of HTTP, any unless named. nodes: ports of the application. changes: other words
    of the file."""
    issued = authority.issue_cert(HOST, "127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    server = "    server 127.0.0.1:8000 max_fails=1 fail_timeout=1s;\n"
    text = changed(
        (ROOT / "deploy" / "nginx.conf").read_text(),
        (server, "".join(server.replace("8000", str(node)) for node in nodes)),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80", f"listen 127.0.0.1:{plain or free_port()}"),
        ("/etc/letsencrypt/live/week.example.cn/fullchain.pem", str(folder / "certificate.pem")),
        ("/etc/letsencrypt/live/week.example.cn/privkey.pem", str(folder / "key.pem")),
        *changes,
    )
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in _TEMPORARY)
    whole = (
        f"daemon off;\npid {folder}/pid;\nerror_log stderr;\nworker_processes 1;\nuser root;\n"
        f"events {{ worker_connections 2048; }}\nhttp {{\naccess_log {folder}/access.log;\n{paths}{text}}}\n"
    )
    (folder / "whole.conf").write_text(whole)
    return [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(folder / "whole.conf")]
