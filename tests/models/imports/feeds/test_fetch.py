"""Fetching from somebody else's address: nothing inside the network, nothing without end. Against a server of our own."""

import gzip
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from models.errors import Mistake
from models.imports.feeds import fetch as fetching
from models.imports.feeds.fetch import MOST_BYTES, Fetched, cleaned, fetch, is_public

BODY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
NEVER = threading.Event()


class Source(BaseHTTPRequestHandler):
    """What is behind each path. Notes each request in `server.asked`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        getattr(self, "_" + self.path.strip("/").split("?")[0].partition("%")[0])()

    def _send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _calendar(self) -> None:
        if self.headers.get("If-None-Match") == '"one"':
            self._send(304, ETag='"one"')
        else:
            self._send(200, BODY, ETag='"one"', Last_Modified="Mon, 22 Apr 2024 01:00:00 GMT")

    def _missing(self) -> None:
        self._send(404)

    def _packed(self) -> None:
        self._send(200, gzip.compress(BODY), Content_Encoding="gzip")

    def _swollen(self) -> None:
        self._send(200, gzip.compress(b" " * 6_000_000), Content_Encoding="gzip")

    def _half_packed(self) -> None:
        self._send(200, gzip.compress(BODY * 50)[:-20], Content_Encoding="gzip")

    def _brotli(self) -> None:
        self._send(200, BODY, Content_Encoding="br")

    def _moved(self) -> None:
        self._send(302, Location="/calendar")

    def _moved_to_chinese(self) -> None:
        self._send(302, Location="/calendar活动.ics?周=知识产权".encode().decode("latin-1"))

    def _moved_to_gbk(self) -> None:
        self._send(302, Location="/calendar活动.ics".encode("gbk").decode("latin-1"))

    def _moved_to_nothing(self) -> None:
        self._send(302, Location="http://[bad/")

    def _no_http(self) -> None:
        self.wfile.write(b"\x00\x01garbage\r\n\r\n")
        self.close_connection = True

    def _many_headers(self) -> None:
        self._send(200, BODY, **{f"X-{number}": "a" for number in range(120)})

    def _round(self) -> None:
        self._send(302, Location="/round")

    def _inside(self) -> None:
        self._send(302, Location="http://127.0.0.2:9/calendar")

    def _file(self) -> None:
        self._send(302, Location="file:///etc/hostname")

    def _large(self) -> None:
        self._send(200, b"x" * (MOST_BYTES + 1))

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        self._until_gone(b"x" * 65536)

    def _drip(self) -> None:
        """A header that never ends, a byte at a time."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._until_gone(b"x", pause=0.05)

    def _until_gone(self, part: bytes, pause: float = 0) -> None:
        self.close_connection = True
        try:
            while True:
                self.wfile.write(part)
                self.wfile.flush()
                NEVER.wait(pause)
        except OSError:
            return

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def source() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def url(source) -> Callable[[str], str]:
    return lambda path: f"http://127.0.0.1:{source.server_port}{path}"


def only_here(address) -> bool:
    return str(address) == "127.0.0.1"


def refusal(url: str, **how) -> str:
    with pytest.raises(Mistake) as refused:
        fetch(url, **how)
    return str(refused.value)


def test_the_default_does_not_fetch_from_the_machine_itself(url, source):
    told = "127.0.0.1 is an internal network address, not a public one, so it is not read."
    assert refusal(url("/calendar")) == told
    assert source.asked == []


def test_a_file_and_then_only_its_changes(url, source):
    first = fetch(url("/calendar"), allowed=only_here)
    assert first == Fetched(BODY, '"one"', "Mon, 22 Apr 2024 01:00:00 GMT")
    again = fetch(url("/calendar"), first.etag, first.last_modified, allowed=only_here)
    assert again == Fetched(None, '"one"', "Mon, 22 Apr 2024 01:00:00 GMT")
    _path, sent = source.asked[-1]
    assert sent["If-None-Match"] == '"one"'
    assert sent["If-Modified-Since"] == "Mon, 22 Apr 2024 01:00:00 GMT"
    assert sent["Host"] == f"127.0.0.1:{source.server_port}"


def test_redirects_are_followed_three_times_and_looked_at_each_time(url, source):
    assert fetch(url("/moved"), allowed=only_here).body == BODY
    source.asked.clear()
    assert refusal(url("/round"), allowed=only_here) == "The address redirects more than 3 times."
    assert len(source.asked) == 4
    assert refusal(url("/inside"), allowed=only_here).startswith("127.0.0.2 is an internal network address")
    assert refusal(url("/file"), allowed=only_here).startswith("“file:///etc/hostname” is not an address")


def test_what_is_packed_is_unpacked(url):
    assert fetch(url("/packed"), allowed=only_here).body == BODY


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/missing", "The other server answered with status 404 instead of the file."),
        ("/brotli", "The other server sent content compressed as br, which is not accepted."),
        ("/half_packed", "The connection was interrupted."),
        ("/swollen", "The content at the address is larger than 5 MB."),
        ("/large", "The content at the address is larger than 5 MB."),
        ("/endless", "The content at the address is larger than 5 MB."),
        ("/no_http", "127.0.0.1 cannot be reached or did not answer correctly."),
        ("/many_headers", "127.0.0.1 cannot be reached or did not answer correctly."),
        (
            "/moved_to_nothing",
            "“http://[bad/” is not an address that starts with https:// or http://.",
        ),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(url, path, told):
    assert refusal(url(path), allowed=only_here) == told


def test_addresses_in_chinese_are_sent_as_programs_send_them(url, source, monkeypatch):
    assert fetch(url("/calendar活动.ics?周=知识产权"), allowed=only_here).body == BODY
    encoded = "/calendar%E6%B4%BB%E5%8A%A8.ics?%E5%91%A8=%E7%9F%A5%E8%AF%86%E4%BA%A7%E6%9D%83"
    assert source.asked[-1][0] == encoded
    assert fetch(url("/moved_to_chinese"), allowed=only_here).body == BODY
    assert source.asked[-1][0] == encoded
    assert fetch(url("/moved_to_gbk"), allowed=only_here).body == BODY
    assert source.asked[-1][0] == "/calendar%BB%EE%B6%AF.ics"
    assert fetch(url("/calendar%20a.ics"), allowed=only_here).body == BODY
    assert source.asked[-1][0] == "/calendar%20a.ics"

    def resolve(_host, port, **_how):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", _only_for("xn--fsqu00a.example", resolve))
    assert fetch(f"http://例子.example:{source.server_port}/calendar", allowed=only_here).body == BODY
    assert source.asked[-1][1]["Host"] == f"xn--fsqu00a.example:{source.server_port}"


def test_a_server_that_drips_is_left_in_time(url):
    assert refusal(url("/drip"), allowed=only_here, seconds=0.5) == "127.0.0.1 took too long to answer."


def test_nobody_there(source, url):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        told = refusal(f"http://127.0.0.1:{free.getsockname()[1]}/", allowed=only_here)
    assert told == "127.0.0.1 cannot be reached or did not answer correctly."


def test_the_checked_address_is_the_one_that_is_connected_to(url, source, monkeypatch):
    """A name server that answers differently the second time is not asked a second time."""
    answers = [["127.0.0.1"], ["127.0.0.3"]]

    def resolve(host, port, **_how):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers.pop(0)]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", _only_for("week.example", resolve))
    assert fetch(f"http://week.example:{source.server_port}/calendar", allowed=only_here).body == BODY
    assert answers == [["127.0.0.3"]]
    assert source.asked[-1][1]["Host"] == f"week.example:{source.server_port}"


def test_one_address_inside_refuses_the_name(source, monkeypatch):
    def resolve(_host, port, **_how):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("93.184.216.34", "10.0.0.8")
        ]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", _only_for("week.example", resolve))
    assert refusal("https://week.example/a.ics").startswith("week.example is an internal network address")


def _only_for(name: str, resolve: Callable) -> Callable:
    """Stand in for the name server for one name; addresses are still read by the real function."""
    real = socket.getaddrinfo
    return lambda host, port, *rest, **how: (
        resolve(host, port, **how) if host == name else real(host, port, *rest, **how)
    )


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "100.100.100.200", "169.254.169.254",
        "0.1.2.3", "224.0.0.251", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::", "2002:a00:1::1",
    ],
)  # fmt: skip
def test_addresses_inside_networks_are_not_public(address):
    assert is_public(ipaddress.ip_address(address)) is False


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_addresses_on_the_internet_are(address):
    assert is_public(ipaddress.ip_address(address)) is True


def test_addresses_are_cleaned_or_refused():
    assert cleaned(" webcal://week.example/a.ics ") == "https://week.example/a.ics"
    assert cleaned("http://week.example:8080/a.ics?x=1") == "http://week.example:8080/a.ics?x=1"
    for wrong in (
        "",
        "week.example/a.ics",
        "ftp://week.example/",
        "https://",
        "https://[::1",
        "https://a b/",
        "https://例 子/",
        'https://a"b/',
        "file:///x",
    ):
        with pytest.raises(Mistake, match="is not an address that starts with"):
            cleaned(wrong)
    with pytest.raises(Mistake, match="contains a user name or password"):
        cleaned("https://me:secret@week.example/a.ics")
