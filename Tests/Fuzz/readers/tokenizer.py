"""Postfix's own parser of addresses, tok822(3), called in its library: what sendmail(1) and cleanup(8) find in a text."""

import ctypes
from pathlib import Path

#: Where Debian's Postfix has its libraries.
LIBRARIES = Path("/usr/lib/postfix")
#: `TOK822_ADDR` and `TOK822_STR_DEFL` of global/tok822.h.
ADDRESS, INTERNAL = 260, 3
#: cleanup(8) cuts a field that it rewrites there (header_address_token_limit); sendmail(1) does not.
TOKEN_LIMIT = 10_240


class _String(ctypes.Structure):
    """The first members of VSTRING."""

    _fields_ = [("flags", ctypes.c_int), ("data", ctypes.c_char_p)]


class _Token(ctypes.Structure):
    """TOK822."""


_Tokens = ctypes.POINTER(_Token)
_Token._fields_ = [("type", ctypes.c_int), ("text", ctypes.POINTER(_String)),
                   *((name, _Tokens) for name in ("previous", "next", "head", "tail", "owner"))]


class Tokenizer:
    """Finds addresses as Postfix does."""

    def __init__(self) -> None:
        util = ctypes.CDLL(str(LIBRARIES / "libpostfix-util.so"), mode=ctypes.RTLD_GLOBAL)
        self._library = ctypes.CDLL(str(LIBRARIES / "libpostfix-global.so"))
        for function, result, *arguments in (
                (util.vstring_alloc, ctypes.POINTER(_String), ctypes.c_ssize_t),
                (self._library.tok822_parse_limit, _Tokens, ctypes.c_char_p, ctypes.c_int),
                (self._library.tok822_free_tree, _Tokens, _Tokens),
                (self._library.tok822_internalize, ctypes.POINTER(_String), ctypes.POINTER(_String), _Tokens,
                 ctypes.c_int)):
            function.restype, function.argtypes = result, arguments
        self._buffer = util.vstring_alloc(100)

    def addresses(self, text: bytes, limit: int = 0) -> list[bytes]:
        """The addresses of a field body or argument, in Postfix's internal form: local parts without quotes."""
        tree = self._library.tok822_parse_limit(text, limit)
        found, token = [], tree
        while token:
            if token.contents.type == ADDRESS:
                self._library.tok822_internalize(self._buffer, token.contents.head, INTERNAL)
                found.append(self._buffer.contents.data)
            token = token.contents.next
        if tree:
            self._library.tok822_free_tree(tree)
        return found
