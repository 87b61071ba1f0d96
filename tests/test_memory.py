"""Answers are kept for the very same arguments, and for no others."""

from linter.memory import remembers, remembers_last, remembers_objects


def test_asked_again_only_for_other_objects():
    asked = []

    @remembers_last
    def doubled(values):
        asked.append(values)
        return [*values, *values]

    one, equal = [1], [1]
    assert doubled(one) is doubled(one)
    assert doubled(equal) == [1, 1]
    assert doubled(one) == [1, 1]
    assert asked == [one, equal, one]


def test_a_few_objects_are_remembered():
    asked = []

    @remembers_objects(2)
    def doubled(values):
        asked.append(values)
        return [*values, *values]

    one, equal, other = [1], [1], [2]
    assert doubled(one) is doubled(one)
    assert doubled(equal) == [1, 1]
    assert doubled(one) == [1, 1]
    assert asked == [one, equal]
    assert doubled(other) == [2, 2]
    assert doubled(one) == [1, 1]
    assert asked == [one, equal, other, one]


def test_equal_arguments_are_asked_for_once_until_there_are_too_many():
    asked = []

    @remembers(2)
    def sign(text):
        asked.append(text)
        return text[:1]

    assert [sign(text) for text in ("a", "a", "b", "c", "a")] == ["a", "a", "b", "c", "a"]
    assert asked == ["a", "b", "c", "a"]
