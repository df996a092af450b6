"""Own files: fetched once, and anew when they change."""

import re


def test_a_marked_file_is_kept_and_a_plain_one_is_asked_for_again(client):
    page = client.get("/about/figures").text
    sheets = re.findall(r'href="(/static/css/base/elements\.css\?v=[0-9a-f]{10})"', page)
    assert len(sheets) == 1
    marked, plain = (
        client.get(sheets[0], buffered=True),
        client.get("/static/css/base/elements.css", buffered=True),
    )
    assert marked.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Cache-Control"] == "no-cache"
    assert marked.data == plain.data
    assert client.get("/static/css/none.css?v=1", buffered=True).headers["Cache-Control"] == "no-store"


def test_the_mark_of_another_version_is_kept_by_no_cache(client):
    """A page of a newer server, its files answered by an older one while both run."""
    answer = client.get("/static/css/base/elements.css?v=0123456789", buffered=True)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
