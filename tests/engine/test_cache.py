"""The live cache gives each instance to one taker, in the right version only, and never grows beyond its size."""

from __future__ import annotations

from app.engine.cache import LiveCache
from tests.engine.test_instance import LOOP
from tests.engine.worlds import World, defined


def test_take_gives_the_right_version_once() -> None:
    cache, instance = LiveCache(2), World(defined(LOOP)).instance
    cache.put("a", 3, instance)
    assert cache.take("a", 3) is instance and cache.take("a", 3) is None
    cache.put("a", 3, instance)
    assert cache.take("a", 4) is None and cache.take("a", 3) is None


def test_the_oldest_leave_first_and_drop_forgets() -> None:
    cache, instance = LiveCache(2), World(defined(LOOP)).instance
    for name in ("a", "b", "c"):
        cache.put(name, 1, instance)
    assert len(cache) == 2 and cache.take("a", 1) is None
    cache.drop("b")
    cache.drop("b")
    assert cache.take("b", 1) is None and cache.take("c", 1) is instance
