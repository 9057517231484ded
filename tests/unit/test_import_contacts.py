"""Contacts out of a table: what is created, kept, rejected, and who may be written to."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvas_app.operations.contacts import (
    contact_page,
    count_contacts,
    import_contacts,
    record_consent,
    show_contact,
    suppress,
)
from storage.base.errors import Cancelled, UsageError, UserError
from storage.contacts import bucket_of
from storage.places import NOWHERE
from storage.workspace import Workspace, create_workspace, set_setting


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    found = create_workspace(
        str(tmp_path / "shop.canvas-workspace"), timezone="Asia/Shanghai", rehearsal_now=1_800_000_000
    )
    yield found
    found.close()


@pytest.fixture
def table(tmp_path: Path) -> "Table":
    return Table(tmp_path)


class Table:
    """Writes lines to a file and gives its path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0

    def __call__(self, *lines: str) -> Path:
        self.number += 1
        path = self.folder / f"people{self.number}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


def one(workspace: Workspace, sql: str) -> object:
    with workspace.read() as connection:
        return connection.exec_driver_sql(sql).scalar()


def test_the_result_has_exactly_the_keys_of_the_contract(workspace: Workspace, table: Table) -> None:
    path = table("email,age", "a@x.com,3", "bad,4", *(f"p{n}@x.com,{n}" for n in range(20)), "q@x.com,old")
    found = import_contacts(workspace, path).as_json()
    assert list(found) == ["rows", "created", "updated", "unchanged", "rejected", "rejects"]
    assert (found["rows"], found["created"], found["rejected"]) == (23, 22, 1)
    assert json.loads(json.dumps(found))["rejects"] == [
        {"line": 3, "field": "email", "value": "bad", "reason": "This is not an e-mail address."},
        {"line": 24, "field": "age", "value": "old", "reason": "This is not a number."},
    ]


def test_importing_twice_changes_nothing(workspace: Workspace, table: Table) -> None:
    path = table(
        "email,tags,consent_email,hobbies,day",
        "a@x.com,vip|new,yes,tea|golf,2026-01-02",
        "b@x.com,,no,tea|tea,",
    )
    assert import_contacts(workspace, path).created == 2
    again = import_contacts(workspace, path)
    assert (again.created, again.updated, again.unchanged, again.contacts) == (0, 0, 2, False)


def test_an_empty_cell_keeps_the_old_value(workspace: Workspace, table: Table) -> None:
    import_contacts(workspace, table("email,first_name,consent_email,city", "a@x.com,Ann,yes,Rome"))
    result = import_contacts(workspace, table("email,first_name,consent_email,city", "A@x.com,,,Oslo"))
    shown = show_contact(workspace, "a@x.com")
    assert result.updated == 1
    assert (shown.fields["first_name"], shown.fields["city"], shown.fields["email"]) == (
        "Ann",
        "Oslo",
        "a@x.com",
    )
    assert shown.consent["email"] is True


def test_the_same_key_twice_in_one_file_is_one_contact(workspace: Workspace, table: Table) -> None:
    result = import_contacts(workspace, table("email,city", "a@x.com,Rome", "A@X.com,Oslo", "a@x.com,"))
    assert (result.created, result.updated, result.unchanged) == (1, 1, 1)
    assert show_contact(workspace, "a@x.com").fields["city"] == "Oslo"


def test_a_bad_value_costs_only_itself(workspace: Workspace, table: Table) -> None:
    result = import_contacts(
        workspace, table("email,phone,timezone,consent_sms,city", "a@x.com,12,Mars/Base,perhaps,Rome")
    )
    assert (result.created, result.rejected) == (1, 0)
    assert [each.field for each in result.rejects] == ["phone", "timezone", "consent_sms"]
    shown = show_contact(workspace, "a@x.com")
    assert (shown.fields["phone"], shown.fields["timezone"], shown.fields["city"]) == (None, None, "Rome")


def test_a_national_number_is_of_the_rows_country_else_the_region_else_the_workspace(
    workspace: Workspace, table: Table
) -> None:
    rows = ("email,phone,country", "a@x.com,(415) 555-2671,United States", "b@x.com,0912345678,")
    import_contacts(workspace, table(*rows), region="VN")
    import_contacts(workspace, table("email,phone", "c@x.com,138 0013 8000"))
    with workspace.write() as connection:
        set_setting(connection, "region", "GB")
    import_contacts(workspace, table("email,phone", "d@x.com,020 7031 3000"))
    phones = [show_contact(workspace, f"{each}@x.com").fields["phone"] for each in "abcd"]
    assert phones == ["+14155552671", "+84912345678", "+8613800138000", "+442070313000"]


def test_types_are_found(workspace: Workspace, table: Table) -> None:
    people = [
        f"p{n}@x.com,{n}.5,2026-01-{n % 28 + 1:02},2026-01-01 09:{n % 60:02},{'yes' if n % 2 else 'no'},"
        f"¥{n},a|b{n},{'red' if n % 3 else 'blue'},00{n},free {n}"
        for n in range(60)
    ]
    import_contacts(
        workspace, table("email,number,day,moment,agreed,price,several,colour,zip,words", *people)
    )
    with workspace.read() as connection:
        rows = connection.exec_driver_sql("SELECT name, kind FROM field WHERE builtin = 0")
        kinds = {row[0]: row[1] for row in rows}
    assert kinds == {
        "number": "number", "day": "date", "moment": "instant", "agreed": "yes_no", "price": "money",
        "several": "choices", "colour": "choice", "zip": "text", "words": "text",
    }  # fmt: skip
    shown = show_contact(workspace, "p7@x.com").fields
    assert (shown["number"], shown["day"], shown["price"], shown["agreed"], shown["several"]) == (
        7.5, "2026-01-08", 7, True, ["a", "b7"],
    )  # fmt: skip
    assert shown["moment"] == "2026-01-01T01:07:00+00:00"  # nine o'clock in Shanghai


@pytest.mark.parametrize(
    ("written", "kind", "expected"),
    [
        (["1.234,50", "99,90", "7,00"], "number", 1234.5),
        (["1,234.50", "99.90", "7"], "number", 1234.5),
        (["31/12/2025", "01/02/2026", "05/06/2026"], "date", "2025-12-31"),
        (["12/31/2025", "01/02/2026", "05/06/2026"], "date", "2025-12-31"),
        (["2025年12月31日", "2026年1月2日", "2026年5月6日"], "date", "2025-12-31"),
        (["20251231", "20260102", "20260506"], "date", "2025-12-31"),
        (["12/31/25 7:05 PM", "1/2/26 8:00 AM", "5/6/26 12:00 AM"], "instant", "2025-12-31T11:05:00+00:00"),
    ],
)
def test_numbers_and_dates_are_read_as_people_write_them(
    workspace: Workspace, table: Table, written: list[str], kind: str, expected: object
) -> None:
    lines = [f"p{at}@x.com;{value}" for at, value in enumerate(written)]
    import_contacts(workspace, table("email;value", *lines))
    assert one(workspace, "SELECT kind FROM field WHERE name = 'value'") == kind
    assert show_contact(workspace, "p0@x.com").fields["value"] == expected


def test_a_table_without_a_key_makes_numbers_and_keeps_doubles(workspace: Workspace, table: Table) -> None:
    path = table("segment,spend", "a,1", "a,1", "b,2")
    result = import_contacts(workspace, path)
    assert (result.created, result.key) == (3, "external_id")
    assert "row number as customer number: 1, 2" in str(result.notes[-1])
    assert show_contact(workspace, "2").fields["segment"] == "a"
    assert import_contacts(workspace, path).unchanged == 3
    other = import_contacts(workspace, table("segment,spend", "c,9"))
    assert other.created == 1
    assert show_contact(workspace, "1").fields["segment"] == "a"
    assert count_contacts(workspace).count == 4


def test_a_column_can_be_mapped_left_out_or_be_the_key(workspace: Workspace, table: Table) -> None:
    path = table("Kunde,Mail,Secret,Ort", "k1,a@x.com,s,Rom")
    import_contacts(workspace, path, key="Kunde", mapping={"mail": "email", "Secret": "", "Ort": "city"})
    fields = show_contact(workspace, "k1").fields
    assert (fields["email"], fields["city"], fields["external_id"]) == ("a@x.com", "Rom", "k1")
    assert "Secret" not in fields
    with pytest.raises(UsageError, match="no column “Nobody”"):
        import_contacts(workspace, path, mapping={"Nobody": "email"})
    with pytest.raises(UsageError, match="told apart"):
        import_contacts(workspace, path, key="Nobody")


def test_a_customer_number_belongs_to_one_contact(workspace: Workspace, table: Table) -> None:
    import_contacts(workspace, table("external_id,email", "1,a@x.com"))
    result = import_contacts(workspace, table("email,external_id", "b@x.com,1", "c@x.com,2", "d@x.com,2"))
    assert [(each.line, each.field) for each in result.rejects] == [(2, "external_id"), (4, "external_id")]
    assert show_contact(workspace, "1").fields["email"] == "a@x.com"
    assert show_contact(workspace, "d@x.com").fields["external_id"] is None


def test_without_consent_the_result_says_so_and_asks(workspace: Workspace, table: Table) -> None:
    result = import_contacts(workspace, table("email", *(f"p{n}@x.com" for n in range(500))))
    (reach,) = result.reach
    assert (reach.channel, reach.people, reach.allowed) == ("email", 500, 0)
    assert str(reach.sentence).startswith("0 of 500 may be written to by email")
    with_consent = import_contacts(
        workspace, table("email", "p1@x.com", "new@x.com"), consent=["email"], consent_source="Fair 2026"
    )
    assert [each.allowed for each in with_consent.reach] == [2]
    assert one(workspace, "SELECT source || at FROM consent LIMIT 1") == "Fair 20261800000000"


def test_a_recorded_no_outlives_a_blanket_yes_but_not_an_answer_in_the_table(
    workspace: Workspace, table: Table
) -> None:
    import_contacts(
        workspace, table("email,consent_email,consent_marketing", "a@x.com,no,yes", "b@x.com,,yes")
    )
    result = import_contacts(workspace, table("email", "a@x.com", "b@x.com"), consent=["email"])
    assert show_contact(workspace, "a@x.com").consent["email"] is False
    assert [each.allowed for each in result.reach] == [1]
    recorded = record_consent(workspace, channels=["email"], source="Form")
    assert (recorded.changed, recorded.kept) == (0, 1)
    import_contacts(workspace, table("email,consent_email", "a@x.com,yes"))
    assert show_contact(workspace, "a@x.com").consent["email"] is True


def test_the_place_follows_time_zone_and_country(workspace: Workspace, table: Table) -> None:
    import_contacts(
        workspace, table("email,timezone,country", "a@x.com,Europe/Paris,FR", "b@x.com,,Vietnam", "c@x.com,,")
    )
    query = "SELECT zone || '/' || place.country FROM contact JOIN place ON place.id = contact.place WHERE email = '{}'"
    places = [one(workspace, query.format(f"{each}@x.com")) for each in "ab"]
    assert places == ["Europe/Paris/FR", "/VN"]
    assert one(workspace, "SELECT place FROM contact WHERE email = 'c@x.com'") == NOWHERE
    import_contacts(workspace, table("email,country", "a@x.com,Vietnam"))
    assert one(workspace, query.format("a@x.com")) == "Europe/Paris/VN"


def test_bucket_fold_and_change_are_kept(workspace: Workspace, table: Table) -> None:
    import_contacts(workspace, table("email,external_id,city", "A@x.com,No 7,ĐÀ NẴNG"))
    with workspace.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT bucket, email_fold, external_id_fold, f_15_fold, changed FROM contact"
        ).one()
    assert row == (bucket_of("No 7"), "a@x.com", "no 7", "đà nẵng", 1_800_000_000)


def test_a_dry_run_tells_the_same_and_keeps_nothing(workspace: Workspace, table: Table) -> None:
    path = table("email,mood", "a@x.com,good", "bad,x")
    told = import_contacts(workspace, path, dry_run=True, list_name="May")
    assert count_contacts(workspace).count == 0
    assert one(workspace, "SELECT count(*) FROM audience") == 0
    assert one(workspace, "SELECT count(*) FROM field WHERE builtin = 0") == 0
    assert told.as_json() == import_contacts(workspace, path, list_name="May").as_json()


def test_a_cancelled_import_leaves_nothing(workspace: Workspace, table: Table) -> None:
    def stop(done: int, total: int | None) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        import_contacts(workspace, table("email,mood", "a@x.com,good"), progress=stop)
    assert count_contacts(workspace).count == 0


def test_a_list_holds_everybody_of_the_file(workspace: Workspace, table: Table) -> None:
    import_contacts(workspace, table("email", "a@x.com"))
    import_contacts(workspace, table("email", "a@x.com", "b@x.com"), list_name="May")
    assert count_contacts(workspace, {"audience": "May"}).count == 2


def test_who_comes_onto_a_list_counts_as_changed(workspace: Workspace, table: Table) -> None:
    path = table("email", "a@x.com")
    import_contacts(workspace, path)
    with workspace.write() as connection:
        set_setting(connection, "now", 1_800_000_100)
    assert import_contacts(workspace, path, list_name="May").unchanged == 1
    assert one(workspace, "SELECT changed FROM contact") == 1_800_000_100


def test_an_unknown_region_is_refused(workspace: Workspace, table: Table) -> None:
    with pytest.raises(UsageError, match="not a country code"):
        import_contacts(workspace, table("email", "a@x.com"), region="XX")


def test_a_contact_is_shown_by_number_address_or_phone(workspace: Workspace, table: Table) -> None:
    import_contacts(workspace, table("external_id,email,phone", "7,a@x.com,13800138000"), key="external_id")
    keys = {show_contact(workspace, key).key for key in ("7", "A@X.COM", "+86 138 0013 8000", "13800138000")}
    assert keys == {"7"}
    with pytest.raises(UserError, match="nobody@x.com"):
        show_contact(workspace, "nobody@x.com")


def test_suppressing_counts_once_and_names_the_unknown(workspace: Workspace, table: Table) -> None:
    import_contacts(workspace, table("email", "a@x.com"))
    first = suppress(workspace, ["a@x.com", "zz"], reason="asked us to")
    assert first.as_json() == {"changed": 1, "unknown": ["zz"]}
    assert suppress(workspace, ["a@x.com"], reason="again").changed == 0
    with pytest.raises(UsageError):
        suppress(workspace, ["a@x.com"], reason=" ")


def test_a_page_searches_sorts_and_masks(workspace: Workspace, table: Table) -> None:
    import_contacts(
        workspace,
        table("email,phone,first_name,age", "a@x.com,13800138000,Đạt,3", "b@x.com,,Bo,9", "c@x.com,,Bob,5"),
    )
    page = contact_page(workspace, search="bo", sort="age", descending=True)
    at = page.columns.index("email")
    assert [row.values[at] for row in page.rows] == ["b***@x.com", "c***@x.com"]
    assert page.total == 2
    phone = contact_page(workspace, search="đẠT")
    assert phone.rows[0].values[phone.columns.index("phone")] == "138****8000"
    assert contact_page(workspace, limit=1, offset=2, sort="age").rows[0].key == "b@x.com"
