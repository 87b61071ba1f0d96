"""The reader of plain command lines says what argparse says, or leaves it to argparse."""

from hypothesis import example, given
from hypothesis import strategies as st

from linter.cli import options, parser

WORDS = st.sampled_from(
    [option.name for option in options.CHECK]
    + ["a.json", "-", "--", "-h", "--help", "--form", "--format=json", "--strict=1", "--max-bytes=10", "text"]
    + ["sarif", "0", "7", "²", "error", "never", "high", "auditor", "--select=", "", "--today=-1", "-5"]
)


@given(st.lists(WORDS, max_size=8))
@example(["a.json", "--format", "json", "--select", "x", "--select=y", "--max-bytes", "5", "b", "--strict"])
def test_plain_lines_are_read_as_argparse_reads_them(arguments: list[str]):
    read = options.plain(arguments)
    if read is not None:
        assert vars(read) == vars(parser.check().parse_intermixed_args(arguments))


NEEDS_WORDS = st.sampled_from(
    [option.name for option in options.NEEDS]
    + ["GET /me", "-", "--", "-h", "--format=json", "--proof=1", "az", "names", "all", "delegated", "", "GET"]
)


@given(st.lists(NEEDS_WORDS, max_size=8))
@example(["GET /me", "--access", "delegated", "--calls", "a", "--calls=b", "--proof", "GET", "/users"])
@example([])
def test_plain_lines_of_needs_are_read_as_argparse_reads_them(arguments: list[str]):
    read = options.plain(arguments, options.NEEDS, options.CALLS)
    if read is not None:
        assert vars(read) == vars(parser.needs().parse_intermixed_args(arguments))


def test_defaults():
    read = options.plain(["a"])
    assert read is not None
    assert vars(read) == vars(parser.check().parse_intermixed_args(["a"]))
