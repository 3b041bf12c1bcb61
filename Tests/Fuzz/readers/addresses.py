"""Addresses in the one form in which they are compared, and those that a site may use."""

#: As in Site.fuzzed of Targets/MessageTarget.swift; said again here, so that Postern's judgement is not its own judge.
OWN_ADDRESS = "good@ok.example"
OWN_DOMAINS = ("b\u00fccher.example", "xn--bcher-kva.example")
#: As in everyDomain of Targets/Decisions.swift: what "anybody" may use besides.
EVERY_DOMAIN = ("ok.example", "z.example", "a.b.c.d", "localhost", "a_b.example", "1.2.3.4", "example",
                "x" * 63 + ".example")


def unquoted(address: bytes) -> bytes:
    """Removes the quotes of a local part."""
    local, at, domain = address.rpartition(b"@")
    if not at:
        local, domain = domain, b""
    if len(local) >= 2 and local.startswith(b'"') and local.endswith(b'"'):
        content, plain, index = local[1:-1], b"", 0
        while index < len(content):
            index += content[index:index + 1] == b"\\"
            plain += content[index:index + 1]
            index += 1
        local = plain
    return local + at + domain


def folded(address: bytes) -> str:
    """An address without its case; bytes that are no UTF-8 are kept."""
    return address.decode("utf-8", "surrogateescape").casefold()


def is_allowed(site: str, address: bytes) -> bool:
    """Whether the user of a site may use an address, quotes removed, as identity."""
    text = folded(address)
    domain = text.rpartition("@")[2]
    return text == OWN_ADDRESS or domain in OWN_DOMAINS or (site == "anybody" and domain in EVERY_DOMAIN)
