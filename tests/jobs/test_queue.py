"""The order of the queue, as properties of a pure function."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bottega_daemon.jobs.queue import HALF_LIFE, PATIENCE, RANK, Usage, Waiting, expected_waits, in_order, work_of
from bottega_daemon.spec import Detect, Extent, Image, JobSpec, PhotoHint, Priority, Upscale, count_of
from tests.jobs.kit import spec

NOW = 1e6
PRIORITIES: tuple[Priority, ...] = ("live", "interactive", "batch")


def waiting(number: int, person: str = "ada", priority: Priority = "interactive", age: float = 0.0) -> Waiting:
    """A waiting job; `number` names it and says when it came."""
    return Waiting(str(number), person, priority, NOW - age + number / 1000, number, 0, 1.0, spec(priority=priority))


lines = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(PRIORITIES), st.floats(0, 2 * PATIENCE)), max_size=20
).map(lambda rows: [waiting(number, *row) for number, row in enumerate(rows)])
usages = st.dictionaries(st.sampled_from("abc"), st.floats(0, 1e4))


@given(lines, usages, st.floats(1e-6, 1e3))
def test_everybody_is_placed_once_and_overdue_jobs_first_then_by_rank(
    line: list[Waiting], used: dict[str, float], rate: float
) -> None:
    placed = in_order(line, used, rate, NOW)
    assert sorted(job.number for job in placed) == [job.number for job in line]
    keys = [-1 if NOW - job.since > PATIENCE else RANK[job.priority] for job in placed]
    assert keys == sorted(keys)


@given(lines, usages, st.floats(1e-6, 1e3))
def test_a_persons_own_jobs_of_one_rank_keep_their_order(
    line: list[Waiting], used: dict[str, float], rate: float
) -> None:
    placed = in_order(line, used, rate, NOW)
    for person in "abc":
        for priority in PRIORITIES:
            own = [job.since for job in placed if (job.person, job.priority) == (person, priority)]
            assert own == sorted(own)


def test_who_used_least_goes_first() -> None:
    line = [waiting(1, "ada"), waiting(2, "ben")]
    assert [job.person for job in in_order(line, {"ada": 9.0, "ben": 2.0}, 1.0, NOW)] == ["ben", "ada"]


def test_people_take_turns_though_one_came_first_with_many() -> None:
    line = [*(waiting(number, "ada") for number in range(10)), waiting(99, "ben")]
    assert [job.person for job in in_order(line, {}, 1.0, NOW)][:3] == ["ada", "ben", "ada"]


def test_an_equal_line_is_served_in_order_of_arrival() -> None:
    line = [waiting(number, person) for number, person in enumerate("cab")]
    assert [job.number for job in in_order(line, {}, 1.0, NOW)] == [0, 1, 2]


def test_nobody_is_passed_over_for_ever() -> None:
    line = [waiting(1, "ben", "batch", age=PATIENCE + 1), *(waiting(number, "ada", "live") for number in range(2, 9))]
    assert in_order(line, {"ben": 1e9}, 1.0, NOW)[0].person == "ben"


def test_use_is_halved_every_half_life() -> None:
    usage = Usage()
    usage.add("ada", 8.0, 4.0, NOW)
    assert usage.rate == 2.0
    assert abs(usage.recent(NOW + HALF_LIFE)["ada"] - 4.0) < 1e-9
    assert usage.rate is not None and abs(usage.rate - 2.0) < 1e-9
    assert usage.recent(NOW + 100 * HALF_LIFE) == {}


def test_waits_grow_by_the_work_ahead_and_are_unknown_without_experience() -> None:
    line = [waiting(1), waiting(2), waiting(3)]
    assert expected_waits(line, 4.0, 2, None) == [None, None, None]
    assert expected_waits(line, 4.0, 2, 3.0) == [3.0, 4.5, 6.0]


def test_work_counts_pixels_steps_and_pictures() -> None:
    assert work_of(spec(pictures=3)) == 3 * 2 * 16 * 16


def test_detecting_is_less_work_than_any_painting() -> None:
    """Of the same pixels, it counts as one step of one picture, and takes no picture's place among those denoised."""
    image = Image("d" * 64, Extent(16, 16), 3, "u8", "srgb")
    found = JobSpec(Detect("canny", PhotoHint(image)))
    assert work_of(found) == 16 * 16 < work_of(spec())
    assert (count_of(found.task), count_of(spec(pictures=3).task)) == (0, 3)


def test_enlarging_counts_by_what_it_makes() -> None:
    """As a step of its result's pixels; it takes no picture's place among those denoised."""
    image = Image("d" * 64, Extent(16, 16), 3, "u8", "srgb")
    sizes = [JobSpec(Upscale("fine", image, Extent(16 * by, 16 * by))) for by in (2, 4)]
    assert [work_of(each) for each in sizes] == [32 * 32, 64 * 64] and count_of(sizes[0].task) == 0
