"""Works of many threads done together: in order, within limits, never two that share a key."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.transactions.group_commit import FullError, GroupCommit, LateError


class Work:
    def __init__(self, name: str, size: int = 1, keys: str = ""):
        self.name, self.size, self.keys = name, size, frozenset(keys)


class Desk:
    """Groups as they were done. The first one waits until it is let go on, so that the others queue up behind it."""

    def __init__(self, **limits: int):
        self.done: list[list[str]] = []
        self.began, self.go_on = threading.Event(), threading.Event()
        self.groups = GroupCommit(
            self.do, **{"together": 3, "size": 100, "waiting": 100, "longest": 10, **limits}
        )
        self._threads: list[threading.Thread] = []

    def do(self, group: list[Work]) -> None:
        self.began.set()
        assert self.go_on.wait(10)
        self.done.append([work.name for work in group])

    def submit(self, *works: Work) -> None:
        """Each in a thread of its own, the next one once it stands in the queue."""
        for work in works:
            queued = len(self.groups._queue)
            thread = threading.Thread(target=self.groups.submit, args=(work,))
            thread.start()
            self._threads.append(thread)
            if len(self._threads) == 1:
                assert self.began.wait(10)
            else:
                while len(self.groups._queue) == queued:
                    pass

    def finish(self) -> list[list[str]]:
        self.go_on.set()
        for thread in self._threads:
            thread.join(10)
        assert not any(thread.is_alive() for thread in self._threads)
        return self.done


def test_who_waits_is_taken_together_in_order():
    desk = Desk()
    desk.submit(*(Work(name) for name in "abcdef"))
    assert desk.finish() == [["a"], ["b", "c", "d"], ["e", "f"]]


def test_a_group_is_not_larger_than_its_size_unless_one_alone_is():
    desk = Desk(together=64, size=10)
    desk.submit(Work("a"), Work("b", 6), Work("c", 6), Work("d", 4), Work("e", 50))
    assert desk.finish() == [["a"], ["b", "d"], ["c"], ["e"]]


def test_what_shares_a_key_waits_behind_it_and_keeps_its_order():
    desk = Desk(together=64)
    desk.submit(
        Work("a"), Work("b", keys="1"), Work("c", keys="12"), Work("d", keys="2"), Work("e", keys="3")
    )
    assert desk.finish() == [["a"], ["b", "e"], ["c"], ["d"]]


def test_where_too_much_waits_the_next_one_is_refused_at_once():
    desk = Desk(waiting=5)
    desk.submit(Work("a"), Work("b", 3), Work("c", 2))
    with pytest.raises(FullError):
        desk.groups.submit(Work("d"))
    assert desk.finish() == [["a"], ["b", "c"]]
    desk.groups.submit(Work("e"))
    assert desk.done[-1] == ["e"]


def test_who_waits_too_long_leaves_the_queue_and_then_nobody_waits_until_the_work_is_done():
    desk = Desk(longest=0.5)
    desk.submit(Work("a"))
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(desk.groups.submit, Work(name)) for name in "bc"]
        assert [type(one.exception()) for one in waiting] == [LateError, LateError]
    with pytest.raises(FullError):
        desk.groups.submit(Work("d"))
    assert desk.finish() == [["a"]]
    desk.groups.submit(Work("e"))
    assert desk.done == [["a"], ["e"]]


def test_one_that_raises_lets_the_next_one_lead():
    def do(group: list[Work]) -> None:
        done.append([work.name for work in group])
        if group[0].name == "a":
            raise LookupError

    done: list[list[str]] = []
    groups = GroupCommit(do, together=3, size=10, waiting=10, longest=10)
    with pytest.raises(LookupError):
        groups.submit(Work("a"))
    groups.submit(Work("b"))
    assert done == [["a"], ["b"]]
