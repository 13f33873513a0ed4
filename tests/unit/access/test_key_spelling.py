"""Keys are spelled so that a mistyped one needs no query and a leaked one is found."""

from hypothesis import given
from hypothesis import strategies as st

from service.access import keys


def test_a_key_is_read_back() -> None:
    token = keys.new()
    assert keys.parse(token.spelled()) == token


def test_the_secret_is_256_random_bits_and_never_shown() -> None:
    token = keys.new()
    assert len(bytes.fromhex(token.secret)) == 32
    assert token.secret not in repr(token)
    assert len({keys.new().secret for _ in range(100)}) == 100


@given(st.data())
def test_one_wrong_character_is_noticed(data: st.DataObject) -> None:
    spelled = keys.new().spelled()
    at = data.draw(st.integers(0, len(spelled) - 1))
    wrong = data.draw(st.characters().filter(lambda char: char != spelled[at]))
    assert keys.parse(spelled[:at] + wrong + spelled[at + 1 :]) is None


@given(st.text())
def test_anything_else_is_no_key(text: str) -> None:
    assert keys.parse(text) is None
