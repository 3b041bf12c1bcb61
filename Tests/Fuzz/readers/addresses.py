"""Addresses in the one form in which they are compared."""


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
