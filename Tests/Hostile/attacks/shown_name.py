"""A display name that people read as another address; the mailbox beside it is the site's own."""

import base64
import email.header
import email.utils
import re
import unicodedata

from readers.independent import ANGLE_ADDRESS, ONLY_ADDRESS, python_compat32

from harness.stage import Unmet, expect
from lab.laboratory import Lab, attack, message

FULLWIDTH = "".join(chr(ord(letter) + 0xFEE0) for letter in "ceo@bank.example")
WIDE_AT = "ceo\uff20bank.example"


def _word(charset: str, text: str, codec: str | None = None) -> bytes:
    return b"=?%s?B?%s?=" % (charset.encode(), base64.b64encode(text.encode(codec or charset)))


NAMES = {
    "in UTF-8, with a wide at sign": _word("utf-8", WIDE_AT),
    "in gb2312, with a wide at sign": _word("gb2312", WIDE_AT),
    "in gbk, in wide letters": _word("gbk", FULLWIDTH),
    "in gb18030, with a wide at sign": _word("gb18030", WIDE_AT),
    "in big5, with a wide at sign": _word("big5", WIDE_AT, "cp950"),
    "in shift_jis, with a wide at sign": _word("shift_jis", WIDE_AT),
    "in euc-jp, with a wide at sign": _word("euc-jp", WIDE_AT),
    "in euc-kr, with a wide at sign": _word("euc-kr", WIDE_AT),
    "in iso-2022-jp, with a wide at sign": _word("iso-2022-jp", WIDE_AT),
    "within angles": b'"Bank <ceo@bank.example>"',
    "within angles, with blanks": b'"Bank < ceo @ bank.example >"',
    "within angles, with blanks, encoded": _word("utf-8", "Bank < ceo @ bank.example >"),
    "as it is": b'"ceo@bank.example"',
    "in mathematical letters":
        '"\U0001d41c\U0001d41e\U0001d428@\U0001d41b\U0001d41a\U0001d427\U0001d424.example"'.encode(),
    "with a mark behind it": '"ceo@bank.example \u0307"'.encode(),
    "with a speck behind it": '"ceo@bank.example \u02d1"'.encode(),
    "with a letter without a shape behind it": '"ceo@bank.example \u3164"'.encode(),
    "turned around": '"\u202eelpmaxe.knab@oec\u202c"'.encode(),
}


#: What has no shape of its own: marks, letters that modify others, format characters, and the filler of Hangul.
SHAPELESS = re.compile("[\u02b0-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u115f\u1160\u3164]")
OVERRIDDEN = re.compile("\u202e([^\u202c]*)")


def _seen(text: bytes) -> list[str]:
    """The addresses that a person sees in the names of the From: of a message."""
    seen = []
    field = re.search(rb"^From:((?:.|\n[ \t])*)", text, re.MULTILINE)
    for phrase, _ in email.utils.getaddresses([field[1].decode("utf-8", "replace").replace("\n", "")] if field else []):
        shown = str(email.header.make_header(email.header.decode_header(phrase)))
        shown = OVERRIDDEN.sub(lambda match: match[1][::-1], shown)
        shown = unicodedata.normalize("NFKC", SHAPELESS.sub("", unicodedata.normalize("NFKC", shown)))
        shown = re.sub(r"\s*([<>@])\s*", r"\1", shown).strip()
        seen += ONLY_ADDRESS.findall(shown) + ANGLE_ADDRESS.findall(shown)
    return seen


for disguise, name in NAMES.items():
    @attack(f"no name that reads as another address arrives: {disguise}")
    def _shown(lab: Lab, name: bytes = name) -> None:
        lab.neighbour_passes()
        text = message(name + b" <alice@test.example>")
        expect("the attacker's name is read as", _seen(text), ["ceo@bank.example"])
        outcome = lab.send(text, b"-f", b"alice@test.example")
        expect("the gate answers", outcome.status in (0, 65, 77), True)
        for mail in lab.leaves():
            if _seen(mail.message) or python_compat32(mail.message, "from") != [b"alice@test.example"]:
                raise Unmet(f"arrived, and shows {_seen(mail.message)}: {mail.message[:300]!r}")
