"""Hard names in every form that software writes: what is handed over is read by Python as the one mailbox and the name.

    python3 -m readers.names PROGRAM COUNT [SEED]     # in Tests/Fuzz; PROGRAM is the fuzz program called `names`
"""

import base64
import collections
import email
import email.errors
import email.header
import email.policy
import email.utils
import random
import subprocess
import sys
import unicodedata

SCRIPTS = {
    "latin": "Jürgen Müller Søren Åse Ægir Łukasz Dvořák Çelik Íñigo", "cyrillic": "Иван Петрович Щёголев Київ Ђорђе",
    "greek": "Γιώργος Παπαδόπουλος", "hebrew": "משה כהן", "arabic": "محمد العربي", "armenian": "Արամ Խաչատրյան",
    "georgian": "გიორგი მაისურაძე", "devanagari": "राम शर्मा", "thai": "สมชาย ใจดี", "chinese": "王小明 張三 李四 中文店",
    "japanese": "山田太郎 ショップ ひらがな 表示", "korean": "홍길동 김철수 쇼핑몰",
}
PUNCTUATION = [",", ";", ":", ".", "(", ")", "[", "]", "{", "}", "'", '"', "\\", "/", "|", "!", "?", "%", "&", "#", "$", "*", "+", "-",
               "=", "~", "^", "_", "`", " - ", " & ", " @ ", "=?", "?=", "…", "–", "«", "»", "“", "”", "’", "®", "™", "€", "🛒", "👨‍👩‍👧"]
WORDS = ["Shop", "News", "GmbH", "O'Brien", "Ada", "VP of Sales", "Inc.", "Dr.", "M.D.", "24/7", "100%", "Kontakt", "x"]
# The charsets of mb_language() and of old clients.
CHARSETS = ["utf-8", "iso-8859-1", "iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-15", "windows-1250",
            "windows-1251", "windows-1252", "windows-1253", "windows-1255", "windows-1256", "koi8-r", "koi8-u", "iso-2022-jp", "shift_jis",
            "euc-jp", "gb2312", "gbk", "gb18030", "hz-gb-2312", "big5", "euc-kr", "iso-2022-kr", "utf-7", "utf-16", "tis-620"]
MAILBOXES = ["info@shop.example", "ann.lee+tag@shop.example", "o'neil@my_shop.example", "x-y@news.shop.example"]


def hard_name(random_: random.Random) -> str:
    """A name that somebody has."""
    parts = []
    for _ in range(random_.randint(1, 5)):
        words = random_.choice([WORDS, random_.choice(list(SCRIPTS.values())).split()])
        parts.append(random_.choice(words))
        parts.append(random_.choice(PUNCTUATION) if random_.random() < 0.5 else "")
        parts.append(random_.choice([" ", " ", " ", ""]))
    return "".join(parts).strip()


def encoded_words(name: str, charset: str, encoding: str) -> bytes:
    """What mb_encode_mimeheader, iconv_mime_encode and Python's email write."""
    codec = {"tis-620": "cp874", "iso-8859-8": "iso8859-8", "hz-gb-2312": "hz", "shift_jis": "cp932", "utf-16": "utf-16-be"}.get(charset, charset)
    words = []
    for start in range(0, len(name), 12):
        data = name[start:start + 12].encode(codec)
        if encoding == "B":
            text = base64.b64encode(data)
        else:
            text = b"".join(bytes([byte]) if bytes([byte]).isalnum() else b"_" if byte == 32 else b"=%02X" % byte for byte in data)
        words.append(b"=?" + charset.upper().encode() + b"?" + encoding.encode() + b"?" + text + b"?=")
    return b"\n ".join(words)


def slashed(name: str) -> str:
    """What addslashes makes of it."""
    return "".join("\\" + character if character in "\\'\"" else character for character in name)


def quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def forms(name: str, address: str, random_: random.Random) -> list[tuple[str, bytes, str | None]]:
    """Ways to write it: form, body, and the name that has to be read; nil where only the address is sure."""
    angle = f" <{address}>".encode()
    list_ = [
        ("quoted", quoted(name).encode() + angle, name),
        ("quoted, slashed", ('"' + slashed(name) + '"').encode() + angle, name),
        ("trailing comma", quoted(name).encode() + angle + b",", name),
    ]
    if not any(special in name for special in '"\\()<>=@'):
        list_ += [
            ("unquoted", name.encode() + angle, None),
            ("comment behind", f"{address} ({name})".encode(), None),
            ("comment between", f"Shop ({name})".encode() + angle, None),
            ("as -F", b"", name),
        ]
    charset, encoding = random_.choice(CHARSETS), random_.choice("BQ")
    try:
        list_.append((charset, encoded_words(name, charset, encoding) + angle, name))
        list_.append((charset + " in quotes", b'"' + encoded_words(name, charset, encoding) + b'"' + angle, name))
    except UnicodeEncodeError:
        pass
    try:
        raw = name.encode({"iso-8859-8": "iso8859-8", "tis-620": "cp874"}.get(charset, charset))
        if charset not in ("utf-16", "utf-7", "hz-gb-2312", "iso-2022-kr"):
            list_.append(("raw " + charset, b'"' + raw.replace(b'"', b'') + b'"' + angle, None))
    except UnicodeEncodeError:
        pass
    return list_


def visible(name: str) -> str:
    """Without what canonical form leaves out, and blanks told alike."""
    kept = [" " if unicodedata.category(c) in ("Cc", "Zs") else c for c in name if c not in "\u200e\u200f\ufeff\ufffd"]
    return " ".join("".join(kept).strip(" ,;:<>").split())


def faults(body: bytes, name: str | None, told: str, address: str) -> list[str]:
    """What is wrong with a field that is handed over."""
    found = []
    message = b"From:" + body + b"\nSubject: x\n\nx\n"
    if any(len(line) > 998 for line in body.split(b"\n")) or not body.replace(b"\n", b"").isascii():
        found.append("a line too long, or not ASCII")
    old = email.message_from_bytes(message)
    pairs = email.utils.getaddresses([str(old["From"]).replace("\n", "")])
    if [pair[1] for pair in pairs] != [address]:
        found.append(f"compat32 reads {pairs}")
    new = email.message_from_bytes(message, policy=email.policy.default)["From"].addresses
    if [a.addr_spec for a in new] != [address]:
        found.append(f"default policy reads {new}")
    shown = [str(email.header.make_header(email.header.decode_header(pairs[0][0]))) if pairs else "", new[0].display_name if new else ""]
    for text in shown:
        # Python's default policy shows a blank where two encoded words meet (until 3.13).
        if visible(text).replace(" ", "") != visible(told).replace(" ", "") or text == shown[0] and visible(text) != visible(told):
            found.append(f"shown {text!r}, told {told!r}")
    if name is not None and visible(name) != visible(told):
        found.append(f"name {told!r} instead of {name!r}")
    return found


def main() -> int:
    random_ = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    process = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    counts: collections.Counter[str] = collections.Counter()
    findings = 0
    while counts["fields"] < int(sys.argv[2]):
        name, address = hard_name(random_), random_.choice(MAILBOXES)
        if not name:
            continue
        for form, body, expected in forms(name, address, random_):
            if not body:
                continue
            counts["fields"] += 1
            process.stdin.write(f"repair {body.hex()}\n")
            process.stdin.flush()
            reply = process.stdout.readline().rstrip("\n").split(" ")
            if reply[0] == "refused":
                counts["refused"] += 1
                problems = [" ".join(reply)]
            else:
                written, told = bytes.fromhex(reply[1]), bytes.fromhex(reply[2]).decode()
                addresses = [bytes.fromhex(item).decode() for item in reply[3].split(",")]
                problems = faults(written, expected, told, address)
                if addresses != [address]:
                    # `Shop @ Dr.Inc.` is one, without its blanks.
                    counts["like an address"] += 1
                    if "@" not in name:
                        problems.append(f"addresses {addresses}")
            if problems:
                findings += 1
                if findings <= 20:
                    print(f"{form}: {body!r}\n    {problems}")
    print(f"{counts['fields']} fields, {findings} findings, {counts['refused']} refused, "
          f"{counts['like an address']} with something like an address in the name")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
