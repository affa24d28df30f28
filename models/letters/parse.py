"""The child process that opens a mail: it may crash or be stopped, and nothing but that mail is kept aside.

Run by its path, so that it starts without the rest of the product and without its secrets; standard library only. A
mail comes in by stdin, or several, each behind its length; one line of JSON goes out for each: text, names, files in
base64, or why it could not be read.
"""

import base64
import email
import email.policy
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from html.parser import HTMLParser

MEMORY = 768 * 1024 * 1024
SECONDS = 10
DEEPEST = 20
MOST_PARTS = 200
MOST_FILES = 30
LONGEST_TEXT = 100_000
LONGEST_PAGE = 2_000_000
LONGEST_HEADER = 2_000
MOST_HEADERS = 400
KEPT = (
    "return-path", "auto-submitted", "precedence", "x-loop", "x-autoreply", "x-autorespond",
    "x-auto-response-suppress", "list-id", "authentication-results", "received", "reply-to",
)  # fmt: skip
OTHER_NAMES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "us-ascii": "utf-8",
    "unknown-8bit": "utf-8",
}
GUESSES = ("utf-8", "gb18030", "big5hkscs")
SILENT = frozenset({"style", "script", "head", "title", "template", "svg", "math", "object", "noscript"})
BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "hr",
                    "blockquote", "section", "article"})  # fmt: skip
BLANKS = re.compile(r"[ \t\u00a0\u200b]+")
RECIPIENT = re.compile(r"^(?:Final|Original)-Recipient:\s*rfc822;\s*(\S{3,250})", re.MULTILINE | re.IGNORECASE)
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class Refused(Exception):
    """Told to the parent by its word."""


def limit_self() -> None:
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


class Page(HTMLParser):
    """Words and line breaks of a page; nothing that loads, runs, or only looks like something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag in SILENT:
            self.silent.append(tag)
        elif tag in BLOCKS:
            self.words.append("\n")
        elif tag in {"td", "th"}:
            self.words.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            while self.silent and self.silent.pop() != tag:
                pass
        elif tag in BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data.replace("\n", " ").replace("\r", " "))

    def text(self) -> str:
        lines = (BLANKS.sub(" ", line).strip() for line in "".join(self.words).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def text_of_page(page: str) -> str:
    reader = Page()
    reader.feed(page[:LONGEST_PAGE])
    reader.close()
    return reader.text()


def decoded(raw: bytes, charset: str | None) -> str:
    """Bytes as text: by what they say they are, else by what fits, else with marks where nothing fits."""
    name = (charset or "").strip().strip("\"'").lower()
    for one in dict.fromkeys([OTHER_NAMES.get(name, name), *GUESSES]):
        try:
            return raw.decode(one)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return raw.decode("utf-8", "replace")


def words_of(value: object) -> str:
    """A header as it reads, on one line, without signs that are not seen."""
    if value is None:
        return ""
    found = []
    for part, charset in decode_header(str(value)[:LONGEST_HEADER]):
        found.append(decoded(part, charset) if isinstance(part, bytes) else part)
    text = "".join(found).encode("utf-8", "surrogateescape")
    return UNSEEN.sub("", decoded(text, "utf-8").replace("\r", "").replace("\n", " ")).strip()


def parts_of(message: Message, depth: int = 0) -> Iterator[Message]:
    """The parts that are no parts themselves; attached mails count as files."""
    if depth > DEEPEST:
        raise Refused("too_deep")
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        for one in message.get_payload():
            if isinstance(one, Message):
                yield from parts_of(one, depth + 1)
    else:
        yield message


def file_name(part: Message) -> str:
    """The given name, whichever of the three ways it was written in."""
    name = part.get_filename() or ""
    return words_of(name).replace("\\", "/").split("/")[-1][-200:]


def body_of(part: Message) -> str:
    raw = part.get_payload(decode=True)
    text = decoded(raw if isinstance(raw, bytes) else b"", part.get_content_charset() or None)
    plain = text_of_page(text) if part.get_content_subtype() == "html" else text.replace("\r\n", "\n")
    return UNSEEN.sub("", plain)


def bytes_of(part: Message) -> bytes:
    if part.get_content_maintype() == "message" and part.is_multipart():
        inner = part.get_payload()
        return b"".join(one.as_bytes() for one in inner if isinstance(one, Message))
    raw = part.get_payload(decode=True)
    return raw if isinstance(raw, bytes) else b""


def addresses(message: Message, name: str) -> list[str]:
    values = [words_of(one) for one in message.get_all(name, [])[:20]]
    return [address.strip().lower() for _, address in getaddresses(values) if "@" in address][:100]


def sender_of(message: Message) -> tuple[str, str]:
    """Address and name; the name is decoded after the address was found, so that it cannot pose as one."""
    given = str(message.get("From") or "")[:LONGEST_HEADER].replace("\r", "").replace("\n", " ")
    found = getaddresses([given])
    name, address = next(((n, a) for n, a in found if "@" in a), ("", ""))
    return address.strip(), words_of(name)


class Read:
    """What the parts of a mail come to."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {"plain": [], "html": []}
        self.files: list[dict[str, str]] = []
        self.failed = ""

    def part(self, part: Message) -> None:
        kind, name = part.get_content_type(), file_name(part)
        is_file = bool(name) or part.get_content_disposition() == "attachment"
        if kind == "message/delivery-status":
            self.failed = self.failed or failed_recipient(part)
        elif kind in {"text/plain", "text/html"} and not is_file:
            self.texts[kind.partition("/")[2]].append(body_of(part))
        elif len(self.files) < MOST_FILES and (raw := bytes_of(part)):
            self.files.append(enclosed(name or f"{len(self.files) + 1}.bin", kind, raw))

    def text(self) -> str:
        return "\n\n".join(self.texts["plain"]).strip() or "\n\n".join(self.texts["html"]).strip()


def enclosed(name: str, kind: str, raw: bytes) -> dict[str, str]:
    sha256 = hashlib.sha256(raw).hexdigest()
    return {"name": name, "type": kind[:100], "sha256": sha256, "body": base64.b64encode(raw).decode()}


def letter_of(message: Message) -> dict[str, object]:
    read = Read()
    for count, part in enumerate(parts_of(message)):
        if count > MOST_PARTS:
            raise Refused("too_many_parts")
        read.part(part)
    return {
        **heads_of(message),
        "text": read.text()[:LONGEST_TEXT],
        "content_type": message.get_content_type(),
        "failed_recipient": read.failed,
        "files": read.files,
    }


def heads_of(message: Message) -> dict[str, object]:
    """What stands above the text; a mail without a subject has none, not an empty one."""
    address, name = sender_of(message)
    references = f"{message.get('In-Reply-To') or ''} {message.get('References') or ''}"[: 4 * LONGEST_HEADER]
    kept = {one: message.get_all(one, [])[:60] for one in KEPT if message.get(one) is not None}
    return {
        "message_id": words_of(message.get("Message-ID"))[:250],
        "sender": address[:254],
        "sender_name": name[:100],
        "subject": words_of(message.get("Subject"))[:300] if message.get("Subject") is not None else None,
        "date": words_of(message.get("Date"))[:100],
        "to": addresses(message, "To"),
        "cc": addresses(message, "Cc"),
        "references": re.findall(r"<[^<>\s]{3,250}>", references)[:50],
        "headers": {one: [words_of(value) for value in values] for one, values in kept.items()},
    }


def failed_recipient(part: Message) -> str:
    inner = part.get_payload()
    text = "\n".join(str(one) for one in inner) if isinstance(inner, list) else str(inner)
    found = RECIPIENT.search(text[:20_000])
    return found[1] if found else ""


def answer_to(raw: bytes) -> object:
    """What is told of a mail; whatever a damaged mail makes of the parser is a damaged mail."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        if len(message.keys()) > MOST_HEADERS:
            return {"refused": "too_many_headers"}
        return whole(letter_of(message))
    except Refused as refused:
        return {"refused": str(refused)}
    except (MemoryError, RecursionError):
        return {"refused": "too_much"}
    except Exception:  # noqa: BLE001 - see above
        return {"refused": "broken"}


def whole(words: object) -> object:
    """Text that any database takes: no NUL, no half of a sign."""
    if isinstance(words, str):
        return words.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "")
    if isinstance(words, dict):
        return {name: whole(one) for name, one in words.items()}
    return [whole(one) for one in words] if isinstance(words, list) else words


def one_after_the_other() -> None:
    """Several mails, each behind its length. The first that asks too much ends it: it is read again, alone."""
    for place, size in enumerate(iter(lambda: sys.stdin.buffer.read(8), b"")):
        answer = answer_to(sys.stdin.buffer.read(int.from_bytes(size, "big")))
        if answer == {"refused": "too_much"}:
            return
        say({"place": place, "answer": answer})


def say(words: object) -> None:
    sys.stdout.write(json.dumps(words, ensure_ascii=True) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    limit_self()
    if sys.argv[1:] == ["several"]:
        one_after_the_other()
    else:
        say(answer_to(sys.stdin.buffer.read()))
