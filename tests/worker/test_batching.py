"""Who shares a call, and that nobody waits for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bottega_daemon.worker.batching import PATIENCE, RUN, Turn, first, group, pass_over, settled

waiting = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=20)


def turns_of(spec: list[tuple[int, int, int]]) -> tuple[list[Turn[int]], list[int], list[int]]:
    turns = [Turn(place, urgency, place) for place, (urgency, _, _) in enumerate(spec)]
    return turns, [key for _, key, _ in spec], [cost for _, _, cost in spec]


@given(waiting, st.integers(1, 12))
def test_a_group_fits_one_call_and_holds_the_most_urgent(spec: list[tuple[int, int, int]], most: int) -> None:
    turns, keys, costs = turns_of(spec)
    taken = group(turns, keys, costs, most)
    assert taken[0] is first(turns)
    assert len({keys[turn.work] for turn in taken}) == 1
    assert len(taken) == 1 or sum(costs[turn.work] for turn in taken) <= most
    assert max(turn.urgency for turn in turns) == taken[0].urgency


@given(waiting)
def test_everybody_with_the_same_key_shares_the_call_when_there_is_room(spec: list[tuple[int, int, int]]) -> None:
    turns, keys, costs = turns_of(spec)
    taken = group(turns, keys, costs, 1000)
    assert len(taken) == keys.count(keys[taken[0].work])


@given(waiting, st.integers(1, 6))
def test_nobody_is_passed_over_for_ever(spec: list[tuple[int, int, int]], most: int) -> None:
    turns, keys, costs = turns_of(spec)
    last_served = {turn.work: 0 for turn in turns}
    for tick in range(1, 200):
        taken = group(turns, keys, costs, most)
        pass_over(turns, taken)
        for turn in taken:
            last_served[turn.work] = tick
        worst = max(tick - served for served in last_served.values())
        assert worst <= PATIENCE + len(turns)


def test_the_urgent_overtake_until_patience_ends() -> None:
    slow, quick = Turn("slow", 0, 0), Turn("quick", 2, 1)
    order = []
    for _ in range(PATIENCE + 1):
        taken = group([slow, quick], ["a", "b"], [1, 1], 8)
        pass_over([slow, quick], taken)
        order.append(taken[0].work)
    assert order == ["quick"] * PATIENCE + ["slow"]


@given(st.lists(st.integers(0, 4), min_size=2, max_size=12), st.integers(1, 4))
def test_weights_are_changed_rarely_and_everybody_has_a_turn(sets: list[int], most: int) -> None:
    """Equals with different sets of LoRAs: each set goes on for RUN calls, then the one that has waited longest."""
    turns = [Turn(place, 1, place) for place in range(len(sets))]
    worn, run, changes, last = sets[0], 0, 0, dict.fromkeys(range(len(sets)), 0)
    ticks = 40 * RUN
    for tick in range(1, ticks + 1):
        able = settled(turns, [sets[turn.work] == worn for turn in turns], run)
        taken = group(able, [sets[turn.work] for turn in able], [1] * len(able), most)
        pass_over(turns, taken)
        changed = sets[taken[0].work] != worn
        worn, run, changes = sets[taken[0].work], 1 if changed else run + 1, changes + changed
        last |= {turn.work: tick for turn in taken}
        assert tick - min(last.values()) <= (RUN + 1) * len(sets) * len(set(sets))
    assert changes <= ticks // RUN


def test_the_urgent_do_not_wait_for_a_run_to_end() -> None:
    worn, live = Turn("worn", 1, 0), Turn("live", 2, 1)
    able = settled([worn, live], [True, False], 1)
    assert group(able, ["a", "b"], [1, 1], 8) == [live]
    equal = Turn("equal", 1, 2)
    assert settled([worn, equal], [True, False], RUN - 1) == [worn]
    assert settled([worn, equal], [True, False], RUN) == [equal]
    assert settled([worn, equal], [True, True], RUN) == [worn, equal]
