"""The databases the tests stand on are the real ones."""

from sqlalchemy import create_engine, text


def test_a_database_of_each_engine_answers(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1 + 1")).scalar_one() == 2
    engine.dispose()
