"""What the main thread hears is a faithful summary of what was said, however slow it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from bottega.mailbox import Mailbox


class Main:
    """A main thread that runs what it is given when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, function: Callable[[], None]) -> None:
        self.waiting.append(function)

    def turn(self) -> bool:
        """Run one waiting function; False if there was none."""
        if not self.waiting:
            return False
        self.waiting.pop(0)()
        return True


def is_subsequence(part: list[int], whole: list[int]) -> bool:
    rest = iter(whole)
    return all(item in rest for item in part)


@given(st.lists(st.one_of(st.tuples(st.just("post"), st.sampled_from([None, "a", "b"])), st.just(("turn", None)))))
def test_delivery_is_an_ordered_summary(steps: list[tuple[str, str | None]]) -> None:
    main, heard, posted = Main(), list[int](), list[tuple[int, str | None]]()
    mail = Mailbox(main, budget=60.0)
    for number, (what, key) in enumerate(steps):
        if what == "turn":
            main.turn()
            assert len(mail) == 0
        else:
            mail.post(key, heard.append, number)
            posted.append((number, key))
            assert len(mail) <= sum(key is None for _, key in posted) + 2
        assert len(main.waiting) <= 1  # one wake-up at a time
    while main.turn():
        pass
    assert is_subsequence(heard, [number for number, _ in posted])
    assert {number for number, key in posted if key is None} <= set(heard)
    for key in ("a", "b"):
        mine = [number for number, which in posted if which == key]
        assert not mine or mine[-1] in heard


def test_a_backlog_is_worked_off_in_short_turns() -> None:
    main, heard = Main(), list[int]()
    mail = Mailbox(main, budget=0.002)

    def slow(number: int) -> None:
        time.sleep(0.001)
        heard.append(number)

    for number in range(20):
        mail.post(None, slow, number)
    turns, longest = 0, 0.0
    while main.waiting:
        begun = time.monotonic()
        main.turn()
        turns, longest = turns + 1, max(longest, time.monotonic() - begun)
    assert heard == list(range(20))
    assert turns >= 5
    assert longest < 0.1


def test_a_broken_callback_harms_no_other() -> None:
    main, heard = Main(), list[int]()
    mail = Mailbox(main, budget=1.0)
    mail.post(None, heard.append, 1)
    mail.post(None, lambda: 1 // 0)
    mail.post(None, heard.append, 2)
    main.turn()
    assert heard == [1, 2]


def test_nothing_comes_after_close() -> None:
    main, heard = Main(), list[int]()
    mail = Mailbox(main, budget=60.0)
    mail.post(None, heard.append, 1)
    mail.post(None, mail.close)
    mail.post(None, heard.append, 2)
    main.turn()
    mail.post(None, heard.append, 3)
    assert heard == [1]
    assert not main.turn()


def test_a_host_that_is_gone_is_tried_again() -> None:
    heard: list[int] = []
    broken = True

    def call_on_main(function: Callable[[], None]) -> None:
        if broken:
            raise RuntimeError("shutting down")
        function()

    mail = Mailbox(call_on_main)
    mail.post(None, heard.append, 1)
    broken = False
    mail.post(None, heard.append, 2)
    assert heard == [1, 2]


def test_posting_from_many_threads_loses_nothing() -> None:
    main, heard = Main(), list[tuple[int, int]]()
    mail = Mailbox(main, budget=1.0)

    def talk(who: int) -> None:
        for number in range(500):
            mail.post(None, heard.append, (who, number))

    threads = [threading.Thread(target=talk, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or main.waiting or len(mail):
        main.turn()
    assert len(heard) == 2000
    for who in range(4):
        assert [number for speaker, number in heard if speaker == who] == list(range(500))
