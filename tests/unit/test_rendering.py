"""Mails as bytes: headers nobody can break out of, both forms of the body, ways out, and links that are counted."""

import base64
import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_app.runtime.bodies import is_html, make_bodies
from canvas_app.runtime.mime import ascii_address, header_words, mailbox_header, text_part
from canvas_app.runtime.rendering import BadRecipient, Brand, Order, Recipe, message_key
from canvas_app.runtime.tracking import Kind, Tracked, Tracker
from nodes.accounts import Message
from nodes.channels._smtp import SmtpAccount
from nodes.channels.email import Email
from nodes.graph import Node
from nodes.merging import fields_in, fields_without_default, fill_in
from storage.base.errors import UserError

ACCOUNT = {"host": "mail.example", "from": "Shop <news@shop.example>"}
TRACKER = Tracker("https://t.example", {0: b"k" * 32})
KEY = message_key("w", ("strategy", 1))


def recipe(account: dict[str, Any] | None = None, **params: Any) -> Recipe:
    more = {
        name: params.pop(name) for name in ("tracker", "category", "brand", "attachments") if name in params
    }
    if "sender" in params:
        params["from"] = params.pop("sender")
    filled = {"subject": "Hello", "body": "Dear {{ first_name }}", **params}
    return Recipe(
        Email(Node("mail", "email", "", filled)), SmtpAccount({**ACCOUNT, **(account or {})}), **more
    )


def message(made: Recipe, to: str = "ann@x.example", **values: Any) -> Message:
    return made.write(Order(5, KEY, 1_700_000_000, to, values))


def read(made: Recipe, **values: Any) -> EmailMessage:
    data = message(made, **values).data
    assert data.isascii()
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert not read.defects
    return read


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_a_plain_body_becomes_both_forms() -> None:
    mail = read(
        recipe(body="Dear {{ first_name }},\n\nsee https://a.example/b?c=1&d=2.\nBye"),
        first_name="Ann & Co <b>",
    )
    assert part(mail, "plain").startswith("Dear Ann & Co <b>,\n\nsee https://a.example/b?c=1&d=2.\nBye")
    html = part(mail, "html")
    assert "Ann &amp; Co &lt;b&gt;" in html
    assert '<a href="https://a.example/b?c=1&amp;d=2">' in html
    assert "<br>\nBye" in html


def test_an_html_body_gets_a_text_that_reads_well() -> None:
    body = (
        "<html><head><style>p {color: red}</style></head><body><h1>Hi {{ first_name }}</h1><p>One<br>two</p>"
        '<ul><li>a</li><li>b</li></ul><a href="https://a.example/{{ external_id }}">Shop</a></body></html>'
    )
    mail = read(recipe(body=body), first_name="Ann", external_id="7")
    text = part(mail, "plain")
    assert text.startswith("Hi Ann\n\nOne\ntwo\n\n- a\n- b\n")
    assert "Shop (https://a.example/7)" in text
    assert "color" not in text
    assert 'style="color: red' in part(mail, "html")


@pytest.mark.parametrize("name", ["Ann\r\nBcc: all@x.example", "Ann\nX-Evil: 1", "A\x00\x0b\x85\u2028B"])
def test_a_value_cannot_begin_a_header(name: str) -> None:
    mail = read(
        recipe(
            subject="Hi {{ first_name }}",
            reply_to="{{ first_name }} <a@b.example>",
            sender="{{ first_name }}",
        ),
        first_name=name,
    )
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Unsubscribe", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert mail["Bcc"] is None


@given(st.text(max_size=300))
def test_any_subject_arrives_as_it_was_written(subject: str) -> None:
    expected = re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", subject).strip()
    raw = f"Subject: {header_words(subject)}\r\n\r\n".encode("ascii")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    found = str(email.message_from_bytes(raw, policy=email.policy.default)["Subject"])
    surrogates = re.sub(r"[\ud800-\udfff]", "?", expected)
    assert re.sub(r"\s+", " ", found).strip() == re.sub(r"\s+", " ", surrogates).strip()


@given(st.text(max_size=2_000))
def test_any_text_arrives_as_it_was_written(text: str) -> None:
    parsed = email.message_from_bytes(text_part(text, "plain"), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    content = str(parsed.get_content()) if "\0" not in text else parsed.get_payload(decode=True).decode()  # type: ignore[union-attr]
    expected = re.sub(r"[\ud800-\udfff]", "?", text.replace("\r\n", "\n").replace("\r", "\n"))
    assert content.replace("\r\n", "\n").rstrip("\n") == expected.rstrip("\n")


def test_a_chinese_subject_and_sender_are_encoded_in_whole_letters() -> None:
    subject = "我们非常想念您,请看这封邮件,谢谢您一直以来的支持与信任" * 2
    mail = read(recipe(subject=subject, body="您好", sender="小店 <news@shop.example>"))
    assert mail["Subject"] == subject
    assert mail["From"].addresses[0].display_name == "小店"
    assert part(mail, "plain").startswith("您好")


def test_the_same_order_gives_the_same_bytes_and_another_touch_another_message_id() -> None:
    made = recipe(tracker=TRACKER)
    assert message(made, first_name="Ann") == message(made, first_name="Ann")
    assert message(made).data == message(recipe(tracker=TRACKER)).data
    other = made.write(Order(6, message_key("w", ("strategy", 2)), 1_700_000_000, "ann@x.example", {}))
    ids = {email.message_from_bytes(each.data)["Message-ID"] for each in (message(made), other)}
    assert len(ids) == 2
    assert all(each.endswith("@shop.example>") for each in ids)


def test_marketing_carries_a_way_out_and_others_do_not() -> None:
    plain = read(recipe(brand=Brand("The Shop", "1 Long Road")))
    assert plain["List-Unsubscribe"] == f"<mailto:news@shop.example?subject=unsubscribe%20{KEY}>"
    assert plain["List-Unsubscribe-Post"] is None
    text = part(plain, "plain")
    assert "agreed to hear from The Shop" in text
    assert "1 Long Road" in text
    assert "Unsubscribe: mailto:" in text
    tracked = read(recipe(tracker=TRACKER))
    assert tracked["List-Unsubscribe"].startswith("<https://t.example/u/")
    assert tracked["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for other in (
        recipe(category="transactional"),
        recipe(to="boss@shop.example"),
        recipe(category="service"),
    ):
        mail = read(other)
        assert mail["List-Unsubscribe"] is None
        assert "nsubscribe" not in part(mail, "html")


def test_a_body_with_its_own_way_out_gets_no_second_one() -> None:
    html = part(
        read(recipe(body='<p>Hi</p><a href="{{ unsubscribe_url }}">No more</a>', tracker=TRACKER)), "html"
    )
    assert html.count("https://t.example/u/") == 1
    assert "/c/" not in html


def test_links_and_opens_are_counted_only_with_a_public_address() -> None:
    body = (
        '<p>Hi</p><a href="https://a.example/?q=1&amp;who={{ external_id }}">A</a>'
        " <a href='mailto:x@y.example'>m</a>"
    )
    html = part(read(recipe(body=body, tracker=TRACKER), external_id="7 & 8"), "html")
    (token,) = re.findall(r"https://t\.example/c/([\w-]+)", html)
    assert TRACKER.read(token) == Tracked(Kind.CLICK, 5, 0)
    (pixel,) = re.findall(r'<img src="https://t\.example/o/([\w-]+)"', html)
    assert TRACKER.read(pixel) == Tracked(Kind.OPEN, 5)
    assert "mailto:x@y.example" in html
    made = recipe(body=body, tracker=TRACKER)
    assert made.click_target(0, {"external_id": "7"}) == "https://a.example/?q=1&who=7"
    assert made.click_target(1, {}) is None
    untracked = part(read(recipe(body=body), external_id="7"), "html")
    assert "https://a.example/?q=1&amp;who=7" in untracked
    assert "<img" not in untracked


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_a_made_up_token_says_nothing(data: bytes) -> None:
    assert TRACKER.read(base64.urlsafe_b64encode(data).decode().rstrip("=")) is None
    assert TRACKER.read(data.decode("latin-1")) is None


def test_tokens_of_an_old_key_still_count_and_those_of_others_do_not() -> None:
    old = Tracker("https://t.example", {0: b"a" * 32})
    new = Tracker("https://t.example", {0: b"a" * 32, 1: b"b" * 32}, current=1)
    token = old.token(Kind.CLICK, 9, 2)
    assert new.read(token) == Tracked(Kind.CLICK, 9, 2)
    assert old.read(new.token(Kind.CLICK, 9, 2)) is None
    for index in range(len(token)):
        changed = token[:index] + ("A" if token[index] != "A" else "B") + token[index + 1 :]
        assert new.read(changed) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a b@x.example",
        "a@x.example\r\nRCPT TO:<b@x.example>",
        "<a@x.example>",
        "a@b@c",
        "ü@x.example",
    ],
)
def test_an_address_that_smtp_could_misread_is_refused(address: str) -> None:
    with pytest.raises(BadRecipient):
        message(recipe(), to=address)


def test_a_domain_in_letters_beyond_ascii_is_written_in_ascii() -> None:
    assert ascii_address("ann@bücher.example") == "ann@xn--bcher-kva.example"


def test_a_name_with_commas_is_quoted() -> None:
    assert mailbox_header('Ann, "the" shop', "a@b.example") == '"Ann, \\"the\\" shop" <a@b.example>'


def test_a_node_may_change_the_name_alone() -> None:
    mail = read(recipe(sender="Ann of the shop"))
    assert str(mail["From"]) == "Ann of the shop <news@shop.example>"


def test_a_return_path_of_its_own_for_each_mail() -> None:
    assert message(recipe()).sender == "news@shop.example"
    verp = message(recipe({"return_path": "bounces@shop.example", "verp": True}))
    assert verp.sender == f"bounces+{KEY}@shop.example"


def test_attachments_come_from_their_folder_only(tmp_path: Path) -> None:
    (tmp_path / "价目表.pdf").write_bytes(b"%PDF" + bytes(range(256)))
    mail = read(_with_file(tmp_path, "价目表.pdf"))
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "价目表.pdf"
    assert attached.get_content() == b"%PDF" + bytes(range(256))
    (tmp_path / "link.pdf").symlink_to("/etc/hostname")
    for name in ("missing.pdf", "link.pdf"):
        with pytest.raises(UserError, match="is not there"):
            message(_with_file(tmp_path, name))


def _with_file(folder: Path, name: str) -> Recipe:
    node = Email(Node("mail", "email", "", {"subject": "s", "body": "b", "attachments": [name]}))
    return Recipe(node, SmtpAccount(ACCOUNT), attachments=folder)


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_signature_holds_at_the_other_side(tmp_path: Path, kind: str) -> None:
    import dkim

    if kind == "ed25519":
        pytest.importorskip("nacl", reason="dkimpy checks Ed25519 with PyNaCl")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    made: Any = (
        ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else rsa.generate_private_key(65537, 2048)
    )
    pem, pkcs8, plain = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(made.private_bytes(pem, pkcs8, plain))
    public = (
        made.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        if kind == "ed25519"
        else made.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    record = b"v=DKIM1; k=%s; p=%s" % (kind.encode(), base64.b64encode(public))
    settings = {"domain": "shop.example", "selector": "s1", "key_file": str(tmp_path / "key.pem")}
    body = "Dear {{ first_name }},  \n\n.dot  \t x\n你好\n\n\n"
    signed = message(recipe({"dkim": settings}, subject="你好 " * 20, body=body), first_name="Ann").data
    assert (
        signed == message(recipe({"dkim": settings}, subject="你好 " * 20, body=body), first_name="Ann").data
    )

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"s1._domainkey.shop.example."
        return record

    assert dkim.verify(signed, dnsfunc=dns)
    assert not dkim.verify(
        signed.replace(b"Hello", b"Hullo").replace(b"Subject: ", b"Subject: x"), dnsfunc=dns
    )


# -- merge fields ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bomb",
    [
        "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}",
        "{% assign a = 'xxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 40 + "{{ a }}", "{{ 1 | divided_by: 0 }}",
        "{{ 'a' | no_such_filter }}",
    ],
)  # fmt: skip
def test_a_template_that_asks_for_too_much_is_stopped(bomb: str) -> None:
    with pytest.raises(UserError):
        fill_in(bomb, {})


def test_templates_see_nothing_but_the_values() -> None:
    for source in (
        "{{ first_name.__class__ }}",
        "{{ first_name.__len__ }}",
        "{{ self }}",
        "{{ env }}",
        "{{ x.y.z }}",
    ):
        assert fill_in(source, {"first_name": "Ann"}) == ""


def test_fields_are_found_with_and_without_a_default() -> None:
    source = "{{ first_name | default: 'you' }} {{ city }} {% if score > 3 %}{{ owner }}{% endif %}"
    assert set(fields_in(source)) == {"first_name", "city", "score", "owner"}
    assert fields_without_default(source) == ("city", "owner")


def test_liquid_around_tags_survives_the_other_form() -> None:
    bodies = make_bodies('<p>{% if a < 3 %}<b>x</b>{% endif %}{{ b | default: "a<b" }}</p>')
    assert fill_in(bodies.text, {"a": 1}) == "xa<b\n"
    assert is_html("<p>x")
    assert not is_html("a < b and c > d")
