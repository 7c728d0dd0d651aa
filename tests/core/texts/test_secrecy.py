"""Secrets are hidden in whatever form somebody writes them."""

import html
import json
import time
import unicodedata
from base64 import b64encode, encodebytes, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.texts.secrecy import Secrecy

KEY = 'k3y/With+Signs="é &<canary>'
FORMS = {
    "as it is": KEY,
    "in capitals": KEY.upper(),
    "quoted for a URL": quote(KEY, safe=""),
    "quoted, slashes left": quote(KEY),
    "quoted for a form": quote_plus(KEY),
    "quoted twice": quote(quote(KEY, safe=""), safe=""),
    "quoted in small letters": quote(KEY, safe="").lower(),
    "every byte quoted": "".join(f"%{byte:02X}" for byte in KEY.encode()),
    "in JSON": json.dumps(KEY)[1:-1],
    "in JSON with slashes escaped": json.dumps(KEY)[1:-1].replace("/", r"\/"),
    "in JSON, all escaped": "".join(f"\\u{ord(one):04x}" for one in KEY),
    "in HTML": html.escape(KEY),
    "in HTML by numbers": "".join(f"&#{ord(one)};" for one in KEY),
    "in Base64": b64encode(KEY.encode()).decode(),
    "in Base64 after a user": b64encode(f"user:{KEY}".encode()).decode(),
    "in Base64 before another": b64encode(f"u:{KEY}:p".encode()).decode(),
    "in Base64 for URLs": urlsafe_b64encode(f"me:{KEY}".encode()).decode().rstrip("="),
    "in hexadecimal": KEY.encode().hex().upper(),
    "as Python writes it": repr(KEY.encode())[2:-1],
    "in JSON in JSON": json.dumps(json.dumps(KEY))[3:-3],
    "in JSON in a URL": quote(json.dumps(KEY)[1:-1], safe=""),
    "in HTML in HTML": html.escape(html.escape(KEY)),
    "in HTML by numbers without an end": " ".join(f"&#{ord(one)}" for one in KEY).replace(" ", ""),
    "as browsers escape it": "".join(f"%u{ord(one):04X}" for one in KEY),
    "by code points": "".join(f"\\u{{{ord(one):x}}}" for one in KEY),
    "with its marks apart": unicodedata.normalize("NFD", KEY),
    "with what nobody sees in it": "\u200b".join(KEY),
    "with controls in it": "\x07".join(KEY),
    "in UTF-16": "\0".join(KEY),
    "across two lines": f"{KEY[:9]}\r\n{KEY[9:]}",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_hidden_in_every_form(form: str) -> None:
    hidden = Secrecy([KEY]).hide(f"the key {FORMS[form]} is not valid")
    assert hidden.startswith("the key ")
    assert hidden.endswith(" is not valid")
    assert "***" in hidden
    assert len(hidden) < len("the key *** is not valid") + 12  # its neighbours in Base64 may stay


@given(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=6, max_size=40),
    st.sampled_from(
        [
            lambda key: quote(key, safe=""),
            lambda key: json.dumps(key)[1:-1],
            html.escape,
            lambda key: key.encode().hex(),
            lambda key: b64encode(b"ab:" + key.encode()).decode(),
            lambda key: key,
        ]
    ),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_no_secret_survives_whatever_it_is_and_wherever_it_stands(key: str, form, before: str, after: str) -> None:  # type: ignore[no-untyped-def]
    text = f"{before} {form(key)} {after}"
    hidden = Secrecy([key]).hide(text)
    assert "***" in hidden
    assert form(key) not in hidden
    assert Secrecy([key]).hide_bytes(text.encode()) == hidden.encode()


def test_a_secret_in_lines_of_base64_is_hidden() -> None:
    hidden = Secrecy([KEY]).hide("Authorization: Basic\n" + encodebytes(b"a-user-of-ours:" * 3 + KEY.encode()).decode())
    assert "***" in hidden
    assert b64encode(KEY.encode()).decode()[4:12] not in hidden


def test_a_body_in_another_encoding_holds_no_secret() -> None:
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"):
        assert b"***" in Secrecy(["sk_live_9aB3xQ7"]).hide_bytes("your key sk_live_9aB3xQ7 is wrong".encode(encoding))


def test_ordinary_texts_and_bytes_stay_as_they_are() -> None:
    secrecy = Secrecy(["canary-123", "short"])
    for text in ("", "canary-12", "short", "100 % \\ & done", "您的快件已签收", "two\nlines", "zero\u200bwidth"):
        assert secrecy.hide(text) == text
    assert secrecy.hide_bytes(b"\xff\xfe canary-123 \x00") == b"\xff\xfe *** \x00"
    assert not Secrecy(["short"])
    assert Secrecy([]).hide("all") == "all"


@pytest.mark.parametrize(
    "row", ["\\", "k\\", "k" + "\\" * 4000, "k" + "%5c" * 2000, "%25", "k%" + "25" * 3000, "&amp;", "k&#000"]
)
def test_rows_of_escapes_keep_nobody_busy(row: str) -> None:
    text = (row * 8000)[:8000]

    def taken() -> float:
        begun = time.process_time()
        Secrecy([KEY]).hide(text)
        return time.process_time() - begun

    assert any(taken() < 1 for _ in range(3))


def test_no_slash_before_a_secret_is_left_alone_with_the_mask() -> None:
    """What is masked is JSON as before: a slash that escaped something goes along with what it escaped."""
    body = json.dumps({"said": '"\\x6b3y/With\\" \\k3y/With'})
    assert json.loads(Secrecy(["k3y/With"]).hide(body)) == {"said": '"***\\" \\***'}
