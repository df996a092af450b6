"""What an open live page is sent: server-sent events, worded once for all pages of a view in a language."""

import json
from dataclasses import dataclass
from typing import Any

PING = b"event: ping\ndata: {}\n\n"
OVER = b"event: over\ndata: {}\n\n"  # no longer for this account
RETRY = b"retry: 2000\n\n"

Payload = dict[str, Any]  # tag, html and the numbers: what live.json answers, and its tag


@dataclass(frozen=True)
class Message:
    """One state of an event, in the two ways in which it is sent. base: the tag from which `changes` lead here."""

    tag: str
    full: bytes
    base: str | None
    changes: bytes

    def since(self, tag: str | None) -> bytes:
        return self.changes if tag is not None and tag == self.base else self.full


def message(payload: Payload, before: Payload | None) -> Message:
    """payload and the one before it in the same language."""
    full = _event(payload["tag"], payload)
    lines = payload["html"].split("\n")
    known = before["html"].split("\n") if before else []
    if before is None or len(lines) != len(known):
        return Message(payload["tag"], full, None, full)
    numbers = {name: value for name, value in payload.items() if name != "html"}
    changed = [[number, line] for number, line in enumerate(lines) if line != known[number]]
    changes = _event(payload["tag"], {**numbers, "base": before["tag"], "lines": changed})
    return Message(payload["tag"], full, before["tag"], changes)


def _event(tag: str, payload: Payload) -> bytes:
    return f"id: {tag}\nevent: figures\ndata: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()
