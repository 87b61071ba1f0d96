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


def test_defaults():
    read = options.plain(["a"])
    assert read is not None
    assert vars(read) == vars(parser.check().parse_intermixed_args(["a"]))
