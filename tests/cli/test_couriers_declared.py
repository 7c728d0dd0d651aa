"""Making a courier without code: tried against saved and real answers until everything is understood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from parcelwatch.config.declarations import shipped
from tests.cli.conftest import Shop
from tests.servers import Server, answers

ACME = """
[couriers.acme]
api = "declared"
key = "acme-key-4711"
[couriers.acme.declared]
name = "Acme"
base_url = "{url}"
ask = {{ path = "/{{number}}", headers = {{ X-Key = "{{key}}" }} }}
answer = {{ number = "id", checkpoints = "scans", time = "at", code = "code", text = "words", place = "town" }}
statuses = {{ ON = "in_transit" }}
"""
NUMBER = "AC12345678"
SCANS = [
    {"at": "2026-03-04T10:00:00Z", "code": "ON", "words": "moving"},
    {"at": "2026-03-05T10:00:00Z", "code": "ZAP", "words": "call +49 171 5550123"},
]
BODY = {"id": NUMBER, "scans": SCANS, "key": "acme-key-4711", "access_token": "granted-4712"}


@pytest.fixture
def acme(shop: Shop) -> Shop:
    shop.configure(ACME.format(url="https://acme.example"))
    return shop


def saved(shop: Shop, body: object, head: str = "") -> str:
    return shop.file(head + json.dumps(body), "answer.txt")


def test_a_saved_answer_is_read_without_asking_and_shows_what_every_expression_found(acme: Shop) -> None:
    ended = acme.run("couriers", "try", "acme", NUMBER, "--from", saved(acme, BODY))
    assert ended.code == 0
    assert "in_transit" in ended.out
    found = {line.split()[0]: line for line in ended.out.splitlines() if line.startswith("answer.")}
    assert found["answer.place"].endswith("nothing in 2")
    assert found["answer.code"].endswith('"ON" (in 2 of 2)')
    assert found["answer.checkpoints"].endswith("a list of 2")


def test_codes_that_map_to_nothing_are_listed_as_the_lines_that_are_missing(acme: Shop) -> None:
    out = acme.run("couriers", "try", "acme", NUMBER, "--from", saved(acme, BODY)).out
    assert "say what they mean in [couriers.acme.declared.statuses]:" in out
    assert '"ZAP" = "…"  # call ***' in out
    assert "5550123" not in out


FILE = """
name = "Acme"
base_url = "https://acme.example"
ask = { path = "/{number}" }
answer = { number = "id", checkpoints = "scans", time = "at", code = "code", text = "words", status = "state" }
[statuses]
ON = "in_transit"
ODD = "text"
"""


@pytest.fixture
def own(shop: Shop) -> Shop:
    shop.file(FILE, "acme.toml")
    shop.configure('[couriers.acme]\napi = "declared"\ndeclared = "file:acme.toml"\n')
    return shop


def test_the_lines_that_are_offered_work_when_copied(own: Shop) -> None:
    scans = [
        {"at": "2026-03-03T10:00:00Z", "code": "NEW", "words": "zzz"},
        {"at": "2026-03-04T10:00:00Z", "code": "ODD", "words": "qqq"},
        {"at": "2026-03-05T10:00:00Z", "code": "NEW", "words": "zzz"},
    ]
    answer = saved(own, {"id": NUMBER, "state": "NEW", "scans": scans})
    out = own.run("couriers", "try", "acme", NUMBER, "--from", answer).out
    assert "say what they mean in [statuses]:" in out
    assert '[[texts]]\nmatch = "…"  # qqq\nis = "…"' in out
    lines = [line for line in out.splitlines() if line.startswith('"')]
    assert lines == ['"NEW" = "…"  # zzz']
    copied = "\n".join(lines).replace("…", "nothing") + '\n[[texts]]\nmatch = "qqq"\nis = "customs"\n'
    own.file(FILE + copied, "acme.toml")
    again = own.run("couriers", "try", "acme", NUMBER, "--from", answer, "--json").document
    assert again["unknown"] == []
    assert [each["milestone"] for each in again["checkpoints"]] == ["customs"]


def test_how_a_parcel_stands_is_among_the_expressions(own: Shop) -> None:
    out = own.run("couriers", "try", "acme", NUMBER, "--from", saved(own, {**BODY, "state": "ON"})).out
    assert next(line for line in out.splitlines() if line.startswith("answer.status")).endswith('"ON"')


def test_a_parcel_that_stands_somewhere_without_checkpoints_is_not_read_as_nothing(own: Shop) -> None:
    answer = saved(own, {"id": NUMBER, "state": "ON", "scans": []})
    ended = own.run("couriers", "try", "acme", NUMBER, "--from", answer)
    assert ended.code != 0
    assert "stands at 'ON' and has no checkpoints; write answer.status_at" in ended.err


def test_a_shipped_name_in_the_place_of_an_adapters_is_told_how_it_is_used(shop: Shop) -> None:
    shop.configure('[couriers.post]\napi = "laposte"\nkey = "k"\n')
    ended = shop.run("config", "check")
    assert ended.code == 78
    assert 'declared couriers are used with api = "declared" and declared = "laposte"' in ended.err


def test_an_unreadable_answer_names_the_expression_that_found_nothing(acme: Shop) -> None:
    ended = acme.run("couriers", "try", "acme", NUMBER, "--from", saved(acme, {"id": NUMBER, "events": SCANS}))
    assert ended.code != 0
    assert "answer.checkpoints = `scans` found nothing" in ended.err
    assert next(line for line in ended.out.splitlines() if line.startswith("answer.checkpoints")).endswith("nothing")


def test_an_unreadable_answer_names_the_kind_it_found(acme: Shop) -> None:
    body = {"id": NUMBER, "scans": [{"at": "2026-03-04", "code": {"x": 1}}]}
    ended = acme.run("couriers", "try", "acme", NUMBER, "--from", saved(acme, body))
    assert "answer.code = `code` found an object where a text was expected" in ended.err


def test_a_saved_answer_may_have_a_status(acme: Shop) -> None:
    path = saved(acme, {}, "HTTP 503\ncontent-type: application/json\n\n")
    assert "503" in acme.run("couriers", "try", "acme", NUMBER, "--from", path).err
    assert acme.run("couriers", "try", "acme", NUMBER, "--from", str(acme.folder / "none")).code == 2


def test_a_saved_answer_comes_from_standard_input_too(acme: Shop) -> None:
    ended = acme.run("couriers", "try", "acme", NUMBER, "--from", "-", "--json", stdin=json.dumps(BODY).encode())
    assert [each["code"] for each in ended.document["checkpoints"]] == ["ON", "ZAP"]
    assert ended.document["unknown"] == [{"code": "ZAP", "text": "call ***"}]
    assert {row["key"] for row in ended.document["expressions"] if not row["found"]} == {"answer.place"}


def test_the_raw_answer_hides_secrets_tokens_and_phones_and_can_be_read_again(shop: Shop) -> None:
    with Server(answers(json.dumps(BODY).encode(), 200)) as server:
        shop.configure(ACME.format(url=server.url))
        ended = shop.run("couriers", "try", "acme", NUMBER, "--raw")
        document = shop.run("couriers", "try", "acme", NUMBER, "--raw", "--json").document
    assert ended.code == 0
    assert ended.out.startswith("HTTP 200\ncontent-type: application/json\n\n{")
    assert not any(secret in ended.out for secret in ("4711", "4712", "5550123"))
    assert document["raw"]["status"] == 200
    assert document["raw"]["body"]["scans"][1]["words"] == "call ***"
    path = shop.file(ended.out, "answer.txt")
    again = shop.run("couriers", "try", "acme", NUMBER, "--from", path, "--json").document
    assert again["checkpoints"] == document["checkpoints"]


def test_the_raw_answer_is_shown_when_it_is_a_page(shop: Shop) -> None:
    with Server(answers(b"<p>Sign in, acme-key-4711\x1b[31m</p>", 200, content_type="text/html")) as server:
        shop.configure(ACME.format(url=server.url))
        ended = shop.run("couriers", "try", "acme", NUMBER, "--raw")
    assert "<p>Sign in, ***" in ended.out
    assert "\x1b" not in ended.out
    assert "XML is not read" in ended.err


def test_any_adapters_answer_can_be_looked_at(shop: Shop) -> None:
    out = shop.run("couriers", "try", "my_dhl", "00340434111111111117", "--raw").out
    assert out.startswith("HTTP 200")
    again = shop.run("couriers", "try", "my_dhl", "00340434111111111117", "--from", shop.file(out, "dhl.txt"))
    assert again.code == 0


def test_a_shipped_declaration_is_printed_as_a_file_that_works_when_copied(shop: Shop) -> None:
    shown = shop.run("couriers", "show", "gls").out
    assert '# declared = "gls"' in shown
    assert '# secret = "env:GLS_SECRET"' in shown
    shop.file(shown, "mine.toml")
    shop.configure('[couriers.mine]\napi = "declared"\ndeclared = "file:mine.toml"\nkey = "k"\nsecret = "s"\n')
    assert shop.run("config", "check").code == 0
    assert shop.run("couriers", "show", "glss").code != 0


def test_declared_accounts_are_listed_by_what_they_are(acme: Shop) -> None:
    ended = acme.run("couriers", "list")
    assert "(Acme)" in ended.out
    assert ", ".join(shipped()) in ended.out
    rows = acme.run("couriers", "list", "--json").document
    assert [row["declared"] for row in rows["accounts"]] == ["", "Acme"]


def test_a_configuration_with_declarations_is_shown_so_that_it_can_be_read_again(acme: Shop, tmp_path: Path) -> None:
    shown = acme.run("config", "show").out
    assert '[couriers.acme.declared.statuses]\nON = "in_transit"' in shown
    again = acme.file(shown, "again.toml")
    assert acme.bare("config", "show", "--config", again).code == 0


def test_a_fault_is_told_by_the_check_with_its_line(acme: Shop) -> None:
    acme.config.write_text(acme.config.read_text("utf-8").replace('"in_transit"', '"in_transt"'), encoding="utf-8")
    ended = acme.run("config", "check")
    assert ended.code == 78
    assert 'statuses.ON: no milestone "in_transt" (did you mean "in_transit"?)' in ended.err


def test_a_number_is_offered_to_the_account_that_declares_its_courier(shop: Shop) -> None:
    shop.configure('[couriers.post]\napi = "declared"\ndeclared = "royalmail"\nkey = "k"\nsecret = "s"\n')
    (row,) = shop.run("couriers", "detect", "RR123456785GB", "--json").document
    asking = {each["courier"]: [one["account"] for one in each["accounts"]] for each in row["candidates"]}
    assert asking["Royal Mail"] == ["post"]
    assert all("post" not in accounts for courier, accounts in asking.items() if courier != "Royal Mail")
