"""Downloads from a real https server on loopback: whole, or refused with the reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from linter import __version__, download
from linter.errors import Unreadable
from tests.https import Answer, Server, server


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with server(tmp_path, monkeypatch) as running:
        yield running


def refusal(url: str, timeout: float = 20) -> tuple[str, str]:
    """Where and why a download is refused."""
    with pytest.raises(Unreadable) as caught:
        download.download(url, timeout)
    return caught.value.problem.path, caught.value.problem.message


def test_a_file(web: Server):
    web.answers["/a/b.json"] = Answer(b"[1, 2]" * 50_000)
    assert download.download(f"{web.url}/a/b.json", 20) == b"[1, 2]" * 50_000
    (path, headers), *more = web.asked
    assert (path, headers["User-Agent"], more) == ("/a/b.json", f"entralint/{__version__}", [])
    assert "Authorization" not in headers


def test_an_empty_file_and_one_of_unknown_length(web: Server):
    web.answers["/empty"] = Answer(b"")
    web.answers["/open"] = Answer(b"text", length=-1)
    assert download.download(f"{web.url}/empty", 20) == b""
    assert download.download(f"{web.url}/open", 20) == b"text"


def test_characters_that_an_address_must_not_have_are_encoded(web: Server):
    web.answers["/a%20%C3%A9"] = Answer(b"x")
    assert download.download(f"{web.url}/a é?q=ü#part", 20) == b"x"
    assert web.asked[0][0] == "/a%20%C3%A9?q=%C3%BC"


def test_nothing_there(web: Server):
    assert download.download(f"{web.url}/none", 20) is None


def test_user_and_password_go_to_the_server_and_to_no_message(web: Server):
    url = web.url.replace("://", "://svc:hunter%3A2@")
    web.answers["/x"] = Answer(b"x")
    web.answers["/refused"] = Answer(code=403)
    web.answers["/moved"] = Answer(code=302, headers=(("Location", f"{web.url}/x"),))
    assert download.download(f"{url}/x", 20) == b"x"
    assert web.asked[-1][1]["Authorization"] == "Basic c3ZjOmh1bnRlcjoy"
    host = web.url.removeprefix("https://")
    assert refusal(f"{url}/refused?sig=abc") == (
        f"https://***@{host}/refused?***",
        "the server answers 403 Forbidden",
    )
    # A redirect may lead to somebody else: they do not get it.
    assert download.download(f"{url}/moved", 20) == b"x"
    assert "Authorization" not in web.asked[-1][1]


@pytest.mark.parametrize(
    ("to", "message"),
    [
        (
            "http://a:b@example.com/x?y",
            "redirects to http://***@example.com/x?***, and only https is followed",
        ),
        ("ftp://example.com/x", "redirects to ftp://example.com/x, and only https is followed"),
        ("file:///etc/passwd", "redirects in a circle, or to where no https leads"),
        ("/again", "redirects in a circle, or to where no https leads"),
    ],
)
def test_redirects_that_are_not_followed(web: Server, to: str, message: str):
    web.answers["/again"] = Answer(code=302, headers=(("Location", to),))
    assert refusal(f"{web.url}/again") == (f"{web.url}/again", message)


def test_a_redirect_to_https_is_followed(web: Server):
    web.answers["/old"] = Answer(code=301, headers=(("Location", "/new"),))
    web.answers["/new"] = Answer(b"x")
    assert download.download(f"{web.url}/old", 20) == b"x"


def test_a_body_that_ends_early(web: Server):
    web.answers["/x"] = Answer(b"[1,", length=10)
    assert refusal(f"{web.url}/x") == (f"{web.url}/x", "ends 7 bytes early")


@pytest.mark.parametrize("length", [None, -1], ids=["announced", "not announced"])
def test_a_body_that_is_too_large(web: Server, monkeypatch: pytest.MonkeyPatch, length: int | None):
    monkeypatch.setattr(download, "MAX_BYTES", 100_000)
    web.answers["/x"] = Answer(b" " * 100_001, length=length)
    assert refusal(f"{web.url}/x") == (f"{web.url}/x", "larger than the limit of 100000 bytes")
    web.answers["/x"] = Answer(b" " * 100_000, length=length)
    assert download.download(f"{web.url}/x", 20) == b" " * 100_000


@pytest.mark.parametrize(
    "answer", [Answer(b"x", wait=2), Answer(b"x" * 40, drip=0.1)], ids=["silent", "drips"]
)
def test_a_slow_server(web: Server, answer: Answer):
    web.answers["/x"] = answer
    late = "the server did not deliver within 0.5 seconds (--timeout)"
    assert refusal(f"{web.url}/x", timeout=0.5) == (f"{web.url}/x", late)


def test_a_server_that_nobody_vouches_for(web: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    path, message = refusal(f"{web.url}/x")
    assert path == f"{web.url}/x"
    assert message.startswith("cannot be downloaded: the certificate is not trusted: ")


def test_nobody_listens(web: Server):
    assert refusal("https://127.0.0.1:1/x") == (
        "https://127.0.0.1:1/x",
        "cannot be downloaded: Connection refused",
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1/x", "only https addresses are downloaded"),
        ("file:///etc/passwd", "only https addresses are downloaded"),
        ("data:text/plain,x", "only https addresses are downloaded"),
        ("https:///x", "names no server"),
        ("https://u:p@/x", "names no server"),
        ("https://[::1/x", "this is no address that can be asked"),
        ("https://a:port/x", "this is no address that can be asked"),
        ("https://a b/x", "this is no address that can be asked"),
    ],
)
def test_addresses_that_are_refused(url: str, message: str):
    assert refusal(url) == (download.shown(url), message)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.b/c", "https://a.b/c"),
        ("https://u:p@a.b/c?d=e#f", "https://***@a.b/c?***"),
        ("https://token@a.b", "https://***@a.b"),
        ("https://u:p@w@a.b/c", "https://***@a.b/c"),
        ("https://a.b/c#u:p@d", "https://a.b/c"),
    ],
)
def test_what_is_shown_of_an_address(url: str, shown: str):
    assert download.shown(url) == shown
