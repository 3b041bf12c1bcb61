"""Messages of honest and of hostile software, made from a seed."""

import base64
import random
from dataclasses import dataclass

from .names import CHARSETS, SCRIPTS, encoded_words

ATOMS = [b"Good", b"Name", b"of", b"Shop", b"J.", b"O'Neil", b"100%", b"A&B", b"r\xc3\xa9sum\xc3\xa9",
         b"M\xfcller", b"a/b", b"x+y", b"!", b"*", b"-", b"=?", b"No.1", b"Dr.", b"\xe2\x80\xae", b"e|f",
         b"\xef\xbc\xa0", b"=", b"?=", b"evil", b"via", b"#1", b"{x}", b"~", b"^_^", b"`q`", b"\x1b[0m"]
QUOTED = [b'"Good, Name"', b'"a \\"b\\" c"', b'"x\\\\"', b'""', b'" "', b'"evil@z.example"', b'"a(b)c"',
          b'"<evil@z.example>"', b'"good@ok.example"', b'"a:b;"', b'"\xe4\xf6"', b'"fold\n ed"', b'"a,b"',
          b'"it\'s me @ home"', b'"="', b'"=?utf-8?q?q?="', b'"<x>"', b'"tab\there"', b'"\\a"']
WORDS = [b"=?utf-8?q?G=C3=BCnter?=", b"=?UTF-8?B?R8O8bnRlcg==?=", b"=?iso-8859-1?Q?M=FCller?=",
         b"=?utf-8?q?evil=40z.example?=", b"=?utf-8?b?ZXZpbEB6LmV4YW1wbGU=?=", b"=?utf-8?q?a=2Cb?=",
         b"=?utf-8?q?=3Cevil=40z=2Eexample=3E?=", b"=?utf-8?q?a_b?= =?utf-8?q?c?=", b"=?utf-8?q?=22?=",
         b"=?us-ascii?q?a?=", b"=?utf-8*en?q?a?=", b"=?utf-8?q?good=40ok=2Eexample?=", b"=?x?y?z?=",
         b"=?utf-8?q?=28?=", b"=?utf-8?q?a b?=", b"=?utf-8?q?a=0Ab?=", b"=?utf-16?b?AGEAQA==?="]
LOCALS = [b"good", b"Good", b"a.b", b"a+b", b"x=y", b"o'neil", b'"good"', b'"a b"', b'"a..b"', b'"a."', b"a..b",
          b".a", b"a.", b"a%b", b"x!y", b"gr\xc3\xbc\xc3\x9f", b"a\xfcb", b"#", b"a|b", b"a/b=c", b"-f", b"1",
          b"mailer-daemon", b"a`b", b"{a}", b"*", b'"a@b"', b"a\\@b", b"a(c)b", b"b?c", b"=?utf-8?q?a?="]
DOMAINS = [b"ok.example", b"OK.Example", b"b\xc3\xbccher.example", b"xn--bcher-kva.example", b"z.example",
           b"a.b.c.d", b"localhost", b"[127.0.0.1]", b"ok.example.", b"ok..example", b"-a.example", b"a_b.example",
           b"ok\xe3\x80\x82example", b"\xef\xbd\x8fk.example", b"", b"ok .example", b"ok(c).example", b"1.2.3.4",
           b"z.example>", b"x" * 63 + b".example", b"x" * 64 + b".example", b"ok.example;z", b"z@ok.example"]
COMMENTS = [b"(work)", b"(a b)", b"((nested))", b"()", b"(evil@z.example)", b"(<evil@z.example>)", b"(open",
            b"(x\\)y)", b"(=?utf-8?q?evil=40z.example?=)", b"(\xe4)", b"(a,b)", b"(x\n y)", b'(")', b"close)"]
SPACES = [b" ", b"  ", b"\t", b"\n ", b"\n\t", b"", b" \n ", b"\r\n ", b"\n \n ", b"\n  "]
NOISE = [b"<", b">", b"@", b",", b";", b":", b"\\", b'"', b"(", b")", b"[", b"]", b"\r", b"\n", b"\n ", b"\x00",
         b"\x0b", b"\x0c", b"\x1b", b"\x7f", b"\x80", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\x8b", b"\xc2\xa0",
         b".", b"=", b"?", b"%", b"!", b"\n\n", b"\n.\n", b"\t", b" ", b"\nFrom: evil@z.example", b"\x1c", b"\x1e",
         b"<evil@z.example>", b",evil@z.example", b" evil@z.example", b"evil@z.example,", b"<@z.example:", b"::"]
#: What an encoded word or raw bytes say, in any charset that can.
TEXTS = ["evil@z.example", "evil\uff20z.example", "\uff1cevil@z.example\uff1e", "evil@z\u3002example", "good@ok.example", "a, b", "x;",
         "\uff05", "\uff0c", "(a)", "\u201cGood\u201d", *SCRIPTS.values()]
#: Where smtp(8) cuts a line, or one of its continuations.
CUTS = (998, 998 + 997, 998 + 2 * 997)
ATEXT = "abcdefghijklmnopqrstuvwxyzABCDEF0123456789.!#$%&'*+-/=?^_`{|}~\xe4\u0436\u4e2d"
LABEL = "abcdefghijklmnopqrstuvwxyz0123456789-XN_.\xfc"
NAMES = [b"Sender", b"Resent-From", b"Resent-Sender", b"Reply-To", b"Cc", b"Bcc", b"Resent-To", b"Resent-Cc",
         b"Subject", b"Date", b"Message-Id", b"Received", b"Return-Path", b"X-Mailer", b"MIME-Version",
         b"X-PHP-Originating-Script", b"Resent-Date", b"Errors-To", b"Content-Type", b"Resent-Bcc", b"X-From"]
IDENTITIES = {b"Sender", b"Resent-From", b"Resent-Sender"}
MAILBOXES = IDENTITIES | {b"Reply-To", b"Cc", b"Bcc", b"Resent-To", b"Resent-Cc", b"Resent-Bcc", b"Return-Path",
                         b"Errors-To"}


@dataclass(frozen=True)
class Case:
    """One call of the drop-in."""

    number: int
    site: str
    arguments: tuple[bytes, ...]
    message: bytes


class Generator:
    """Makes case after case; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def case(self, number: int) -> Case:
        """Makes one case."""
        chance = self._random
        fields = [self._from()] if chance.random() < 0.95 else []
        if chance.random() < 0.03:
            fields.append(self._from())
        fields.append(b"To: " + (b"r@ok.example" if chance.random() < 0.6 else self._recipients()))
        for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
            fields.append(self._other())
        if b"," in fields[0] and chance.random() < 0.5:
            fields.append(b"Sender: good@ok.example")
        chance.shuffle(fields)
        header = b"".join(field + self._line_end() for field in fields)
        header = self._noisy(header)
        message = header + b"\ncase %d\n" % number
        return Case(number, chance.choice(("anybody", "anybody", "own", "rewritten")), self._arguments(),
                    message)

    # MARK: - Fields

    def _from(self) -> bytes:
        name = self._random.choice((b"From:",) * 12 + (b"from:", b"FROM:", b"From :", b"From\t:"))
        body = self._mailboxes()
        if self._random.random() < 0.01:
            body += b" " * self._random.choice((998, 2044, 3900, 4000))
        if self._random.random() < 0.03:
            body = self._cut(len(name))
        return name + self._random.choice((b" ",) * 8 + (b"", b"\t", b"\n ", b"  ")) + body

    def _cut(self, name: int) -> bytes:
        """A body of which a part that is an address by itself ends where a line is cut, or nearly."""
        padding = self._random.choice((b"x", b" ", b"x ", b"\xc3\xa9", b'"', b"(", b"a b"))
        length = self._random.choice(CUTS) - name - 1 + self._random.choice((0, 0, 0, -1, 1, -2, 2))
        head, tail = self._random.choice((
            (b"<good@ok.example", b".z.example>"), (b"evil@z.example", b".ok.example"), (b"good@ok.example", b""),
            (b"<evil@z.example", b"\xc3\xbc.ok.example>"), (b"<evil@z.example>", b" <good@ok.example>")))
        fill = (padding * length)[:max(0, length - len(head) - 1)]
        if self._random.random() < 0.3:
            fill = b'"' + fill[2:] + b'"'
        return b" " + fill + head + tail

    def _other(self) -> bytes:
        name = self._random.choice(NAMES)
        if name not in MAILBOXES:
            body = b"".join(self._random.choice(ATOMS) + self._space() for _ in range(3))
        elif name in IDENTITIES:
            body = self._mailboxes()
        else:
            body = self._recipients()
        return name + b": " + body

    def _mailboxes(self) -> bytes:
        count = self._random.choice((1,) * 14 + (2, 3))
        return b",".join(self._mailbox() + self._rarely(SPACES) for _ in range(count))

    def _recipients(self) -> bytes:
        kind = self._random.random()
        if kind < 0.7:
            return self._random.choice((b", ", b",", b"; ", b" ")).join(
                self._mailbox() for _ in range(self._random.choice((1, 2, 3))))
        if kind < 0.8:
            return b"group: " + self._mailbox() + b", " + self._mailbox() + b";"
        if kind < 0.85:
            return b"undisclosed-recipients: ;"
        return b"r@ok.example " + self._random.choice(NOISE) + b" s@ok.example"

    def _mailbox(self) -> bytes:
        kind = self._random.random()
        address = self._address()
        if kind < 0.35:
            return address + self._rarely(SPACES) + self._rarely(COMMENTS)
        inner = b"<" + self._rarely(SPACES, 0.05) + address + self._rarely(SPACES, 0.05) + b">"
        return self._phrase() + self._space() + inner + self._rarely(SPACES) + self._rarely(COMMENTS)

    def _phrase(self) -> bytes:
        pools = [self._random.choice((ATOMS, ATOMS, QUOTED, WORDS)) for _ in
                 range(self._random.choice((0, 1, 1, 2, 2, 3)))]
        if self._random.random() < 0.1:
            return self._made(ATEXT + " \t.@,;<>\u3000\ufe6b", 20) + b" "
        if self._random.random() < 0.2:
            return self._foreign() + b" "
        return b"".join(self._random.choice(pool) + self._space() for pool in pools) + self._rarely(COMMENTS, 0.02)

    def _foreign(self) -> bytes:
        """A name in any charset that mail programs decode: as encoded words, or as raw bytes in and outside of quotes."""
        charset, text = self._random.choice(CHARSETS), self._random.choice(TEXTS)
        try:
            words = encoded_words(text, charset, self._random.choice("BQ"))
            raw = text.encode({"iso-8859-8": "iso8859-8", "tis-620": "cp874", "hz-gb-2312": "hz"}.get(charset, charset))
        except UnicodeEncodeError:
            return b""
        kind = self._random.random()
        if kind < 0.6:
            return words if kind < 0.5 else b'"' + words + b'"'
        if kind < 0.65:
            # The label of another charset: readers that guess, and those that go by the name.
            return b"=?" + self._random.choice(CHARSETS).encode() + b"?B?" + base64.b64encode(raw) + b"?="
        return raw if kind < 0.8 else b'"' + raw + b'"'

    def _made(self, alphabet: str, most: int) -> bytes:
        """A word of letters of an alphabet, now and then of any other character."""
        count = self._random.randint(1, most)
        if self._random.random() < 0.01:
            count = self._random.choice((62, 63, 64, 65, 250, 998, 2040))
        letters = [self._random.choice(alphabet) if self._random.random() < 0.97
                   else chr(self._random.choice((self._random.randrange(0x80, 0x3000), 0xFF20, 0x1F600, 0xA0)))
                   for _ in range(count)]
        return "".join(letters).encode()

    def _address(self) -> bytes:
        kind = self._random.random()
        if kind < 0.5:
            return b"good@ok.example"
        if kind < 0.65:
            return self._made(ATEXT, 12) + b"@" + self._made(LABEL, 8) + b"." + self._made(LABEL, 8)
        local, domain = self._random.choice(LOCALS), self._random.choice(DOMAINS)
        return local + b"@" + domain if domain else local

    # MARK: - Around them

    def _arguments(self) -> tuple[bytes, ...]:
        chance = self._random
        words: list[bytes] = []
        if chance.random() < 0.6:
            words += [b"-f", chance.choice((b"good@ok.example", b"<good@ok.example>", b"good", b"", b"<>",
                                            self._address(), self._mailbox()))]
        if chance.random() < 0.15:
            words += [b"-F", chance.choice(ATOMS + QUOTED + WORDS)]
        words.append(b"-i")
        if chance.random() < 0.6:
            return (*words, b"-t")
        given = [self._address() if chance.random() < 0.8 else self._recipients()
                 for _ in range(chance.choice((1, 1, 2, 3)))]
        return tuple(word.replace(b"\x00", b"") for word in (*words, b"--", *given))

    def _noisy(self, header: bytes) -> bytes:
        for _ in range(self._random.choice((0,) * 8 + (1, 1, 2, 3))):
            place = self._random.randrange(len(header) + 1)
            kind = self._random.random()
            if kind < 0.6:
                header = header[:place] + self._random.choice(NOISE) + header[place:]
            elif kind < 0.8:
                header = header[:place] + header[place + 1:]
            else:
                header = header[:place] + bytes([self._random.randrange(256)]) + header[place + 1:]
        return header

    def _line_end(self) -> bytes:
        return self._random.choice((b"\n",) * 30 + (b"\r\n", b"\r\r\n"))

    def _space(self) -> bytes:
        return b" " if self._random.random() < 0.85 else self._random.choice(SPACES)

    def _rarely(self, pool: list[bytes], chance: float = 0.1) -> bytes:
        return self._random.choice(pool) if self._random.random() < chance else b""
