"""Addresses in the one form in which they are compared, and those that a site may use."""

#: As in Site.fuzzed of Targets/MessageTarget.swift; said again here, so that Postern's judgement is not its own judge.
OWN_ADDRESS = "good@ok.example"
OWN_DOMAINS = ("b\u00fccher.example", "xn--bcher-kva.example")


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
    return site == "anybody" or text == OWN_ADDRESS or text.rpartition("@")[2] in OWN_DOMAINS
