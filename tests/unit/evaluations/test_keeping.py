"""Bodies in memory: read once, bounded, nobody else's."""

from service.evaluations.keeping import Body, Kept


class Store:
    """Bodies by evaluation, and which were read."""

    def __init__(self, **sizes: int) -> None:
        self.sizes = sizes
        self.read: list[str] = []

    def body(self, kept: Kept, name: str, organization_id: str = "org_1") -> Body | None:
        def read() -> Body | None:
            self.read.append(name)
            return (f"sha256:{name}", b"x" * self.sizes[name]) if name in self.sizes else None

        return kept.body(organization_id, name, read)


def test_a_body_is_read_once() -> None:
    kept, store = Kept(100), Store(a=60)
    assert store.body(kept, "a") == store.body(kept, "a") == ("sha256:a", b"x" * 60)
    assert store.read == ["a"]


def test_what_is_not_there_yet_is_looked_for_again() -> None:
    kept, store = Kept(100), Store()
    assert store.body(kept, "a") is None
    store.sizes["a"] = 1
    assert store.body(kept, "a") is not None
    assert store.read == ["a", "a"]


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    kept, store = Kept(100), Store(a=40, b=40, c=40)
    for name in ("a", "b", "a", "c", "a", "b"):
        store.body(kept, name)
    assert store.read == ["a", "b", "c", "b"]
    assert kept.bytes == 80


def test_one_too_large_is_given_and_not_kept() -> None:
    kept, store = Kept(100), Store(a=101)
    assert store.body(kept, "a") is not None
    assert kept.bytes == 0


def test_another_organization_asks_for_itself() -> None:
    kept, store = Kept(100), Store(a=1)
    store.body(kept, "a")
    store.body(kept, "a", "org_2")
    assert store.read == ["a", "a"]
