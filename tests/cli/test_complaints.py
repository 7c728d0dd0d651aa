"""`parcelwatch complaints import`: what goes in, once, and what is said of the rest."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import DAMAGED, MOVING, STALLED, Shop

ROWS = f"""Created at,Order,Tracking number,Category,Message
2026-03-01 09:30,A-1,,Where is it,I am Ann Lee
2026-03-01 09:40,,{DAMAGED},damaged,
2026-03-02,#A-0,,,
2026-03-02 10:00,Z-9,,late,
2026-03-02 10:00,,,late,
soon,A-1,,late,
"""
COUNTS = ("added", "updated", "unchanged")


def counts(document: dict[str, object]) -> tuple[object, ...]:
    return tuple(document[name] for name in COUNTS)


def test_complaints_go_in_once_however_often_they_come(watched: Shop) -> None:
    path = watched.file(ROWS)
    first = watched.run("complaints", "import", path, "--json")
    assert (first.code, counts(first.document)) == (1, (3, 0, 0))
    assert [(row["line"], row["number"]) for row in first.document["skipped"]] == [(5, "Z-9")]
    assert [row["line"] for row in first.document["rejected"]] == [6, 7]
    assert "with a day and no hour: 1" in first.err
    assert counts(watched.run("complaints", "import", path, "--json").document) == (0, 0, 3)


def test_the_same_complaint_by_its_order_and_by_its_number_is_one(watched: Shop) -> None:
    by_order = "at,order\n2026-03-01T09:30Z,A-1\n"
    by_number = f"at,number,kind\n2026-03-01T09:30Z,{STALLED},late\n"
    assert counts(watched.run("complaints", "import", watched.file(by_order), "--json").document) == (1, 0, 0)
    assert counts(watched.run("complaints", "import", watched.file(by_number), "--json").document) == (0, 1, 0)
    assert counts(watched.run("complaints", "import", watched.file(by_order), "--json").document) == (0, 0, 1)


def test_the_same_complaint_by_its_number_and_then_by_its_order_is_one(watched: Shop) -> None:
    by_number = f"at,number\n2026-03-01T09:30Z,{STALLED}\n"
    by_order = "at,order\n2026-03-01T09:30Z,A-1\n"
    assert counts(watched.run("complaints", "import", watched.file(by_number), "--json").document) == (1, 0, 0)
    assert counts(watched.run("complaints", "import", watched.file(by_order), "--json").document) == (0, 1, 0)


@pytest.mark.parametrize("order", ["", "A-1"])
def test_two_parcels_of_one_order_are_two_complaints(watched: Shop, order: str) -> None:
    watched.run("parcels", "import", watched.file(f"number,courier,order\n{DAMAGED},my_dhl,A-1\n"))
    rows = f"at,number,order\n2026-03-01T09:30Z,{STALLED},{order}\n2026-03-01T09:30Z,{DAMAGED},{order}\n"
    assert counts(watched.run("complaints", "import", watched.file(rows), "--json").document) == (2, 0, 0)


def test_a_dry_run_leaves_nothing_behind(watched: Shop) -> None:
    path = watched.file(f"at,number\n2026-03-01,{MOVING}\n")
    tried = watched.run("complaints", "import", path, "--dry-run")
    assert "1 would be added" in tried.out
    assert counts(watched.run("complaints", "import", path, "--json").document) == (1, 0, 0)


def test_what_buyers_wrote_is_in_no_file_unless_it_is_to_be_kept(watched: Shop) -> None:
    path = watched.file("at,order,message\n2026-03-01,A-1,I am Ann Lee of Elm Street\n")
    watched.run("complaints", "import", path)
    assert b"Ann Lee" not in b"".join(each.read_bytes() for each in watched.folder.glob("shop.db*"))
    again = watched.run("complaints", "import", path, "--keep-text", "--json")
    assert counts(again.document) == (0, 1, 0)
    (parcel,) = watched.run("parcels", "export", STALLED).document["parcels"]
    assert [each["text"] for each in parcel["complaints"]] == ["I am Ann Lee of Elm Street"]
    assert watched.run("orders", "forget", "A-1", "--yes").code == 0
    assert b"Ann Lee" not in b"".join(each.read_bytes() for each in watched.folder.glob("shop.db*"))


def test_json_lines_and_a_chinese_export_are_read_as_in_parcels(watched: Shop) -> None:
    lines = json.dumps({"at": "2026-03-01T09:30:00Z", "order": "A-0", "kind": "late"})
    assert counts(watched.run("complaints", "import", "-", "--json", stdin=lines.encode()).document) == (1, 0, 0)
    chinese = "投诉时间,订单号,类型\n2026年3月1日 9:30,A-2,催件\n".encode("gb18030")
    assert counts(watched.run("complaints", "import", "-", "--json", stdin=chinese).document) == (1, 0, 0)
    mapped = watched.run(
        "complaints", "import", "-", "--map", "wann=at", "--json", stdin=b"wann,order\n2026-03-02,A-2\n"
    )
    assert counts(mapped.document) == (1, 0, 0)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("order,kind\nA-1,late\n", "has no column `at`"),
        ("at,kind\n2026-03-01,late\n", "has no column `order` or `number`"),
        ("at,order,time\n2026-03-01,A-1,9:00\n", "two columns of the file mean at"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(watched: Shop, rows: str, why: str) -> None:
    refused = watched.run("complaints", "import", watched.file(rows))
    assert refused.code == 2
    assert why in refused.err


def test_a_parcels_number_where_the_order_belongs_is_found_all_the_same(watched: Shop) -> None:
    grouped = " ".join((DAMAGED[:4], DAMAGED[4:]))
    rows = f'at,order\n2026-01-02T10:00:00Z,{grouped}\n2026-01-02T10:00:00Z,"Z-1;{MOVING}"\n'
    taken = watched.run("complaints", "import", watched.file(rows), "--json").document
    assert (taken["added"], taken["skipped"]) == (2, [])
    listed = watched.run("complaints", "list", "--json").document
    assert {row["number"] for row in listed} == {DAMAGED, MOVING}


def test_of_many_rows_alike_the_first_are_said_and_how_many_more_there_are(watched: Shop) -> None:
    strange = [f"2026-01-02T10:00:00Z,Z-{place}" for place in range(40)]
    wrong = [f"soon,A-{place}" for place in range(30)]
    ended = watched.run("complaints", "import", watched.file("\n".join(["at,order", *strange, *wrong])))
    assert ended.code == 1
    assert sum(line.startswith("line ") for line in ended.err.splitlines()) == 40
    assert "20 more rows passed over; --verbose, or --json, names each" in ended.err
    assert "10 more rows refused; --verbose, or --json, names each" in ended.err
