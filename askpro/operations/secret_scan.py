"""Finds what looks like a secret in the files that would be published.

A finding shows where and of which kind, never the value. A value that was published by a provider
as an example, or made up for a test, is named below by its hash.
"""

import hashlib
import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_KINDS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "Stripe key": r"\b(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{16,}",
    "webhook secret": r"\bwhsec_[0-9A-Za-z+/=]{24,}",
    "Retell key": r"\bkey_[0-9a-f]{20,}",
    "Cal.com key": r"\bcal_(?:live_|test_)?[0-9a-f]{24,}",
    "Resend key": r"\bre_[0-9A-Za-z]{6,}_[0-9A-Za-z]{16,}",
    "Twilio key": r"\b(?:AC|SK)[0-9a-f]{32}\b",
    "Sentry address": r"https://[0-9a-f]{32}@[\w.-]+/\d+",
    "OpenAI or Anthropic key": r"\bsk-(?:proj-|ant-)?[0-9A-Za-z_-]{32,}",
    "AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "Google key": r"\bAIza[0-9A-Za-z_-]{35}",
    "GitHub token": r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{40,})",
    "GitLab token": r"\bglpat-[0-9A-Za-z_-]{20}",
    "Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{20,}",
    "SendGrid key": r"\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{32,}",
    "JSON web token": r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
    "password in an address": r"\b[a-z][a-z0-9+]*://[^\s:/@\"'<>{}$]*:[^\s:/@\"'<>{}$…*]{6,}@[\w.-]+",
}
_ASSIGNED = re.compile(
    r"(?i)(?:secret|password|passwd|token|api_?key|private_?key)[\"']?\s*[:=]\s*"
    r"[\"']?(?P<value>[0-9A-Za-z+/=_-]{20,})"
)
_PATTERN = re.compile("|".join(f"(?P<kind{n}>{text})" for n, text in enumerate(_KINDS.values())))
_RANDOM_BITS_PER_CHARACTER = 4.0  # words and names stay below, random text of this length above

# SHA-256 of values that are no secrets, each with its source.
_NO_SECRETS = frozenset(
    {
        # Made up for the signature tests: digits in order, and one letter repeated.
        "8534a56cad13136337749251528e0b434b4ce0dcb8a804ed53525e52ef3d1788",
        "29b65b99e4c4b82e4b72681f0d70c0fb05106a8a80d565a47790347349128ea2",
        # Example keys from the documentation of Svix, which signs for Resend.
        "c3adb57901bf3e64cae279f16a824bd0acc2f51d1ee6dc440fb55e93d62df6c4",
        "96ad2ccd81462a766178ae09a71df55f548a3f66da11606f9cdf40b391e22dd0",
    }
)

_BINARY = {".png", ".jpg", ".ico", ".woff", ".woff2", ".ttf", ".pdf", ".mo", ".gz", ".br"}
_SKIPPED_FOLDERS = {"node_modules", "__pycache__", "staticfiles", "media"}
_LONGEST_LINE = 20_000


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Where something looks like a secret; never what it is."""

    path: Path
    line: int
    kind: str
    digest: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: looks like a {self.kind} (sha256 {self.digest})"


def scan(root: Path) -> list[Finding]:
    """Look through every file below ``root`` that git would publish."""
    return [
        finding for path, text in published_texts(root) for finding in scan_text(text, path=path)
    ]


def published_texts(root: Path) -> Iterator[tuple[Path, str]]:
    """Return path and content of every text below ``root`` that git would publish."""
    for path in _published(root):
        try:
            yield path, (root / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue


def scan_text(text: str, *, path: Path) -> list[Finding]:
    """Look through one text."""
    return [
        Finding(path=path, line=number, kind=kind, digest=_digest(value))
        for number, line in enumerate(text.splitlines(), start=1)
        for kind, value in _suspects(line[:_LONGEST_LINE])
        if _digest(value) not in _NO_SECRETS
    ]


def _suspects(line: str) -> Iterator[tuple[str, str]]:
    names = list(_KINDS)
    known = {
        match.group(): names[int((match.lastgroup or "")[4:])] for match in _PATTERN.finditer(line)
    }
    for value, kind in known.items():
        yield kind, value
    for match in _ASSIGNED.finditer(line):
        value = match["value"]
        is_new = not any(value in each for each in known)
        if is_new and _looks_random(value):
            yield "secret that is written down", value


def _looks_random(value: str) -> bool:
    if not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    counts = Counter(value)
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    is_hexadecimal = re.fullmatch(r"[0-9a-f]+", value) is not None
    return bits >= (3.0 if is_hexadecimal else _RANDOM_BITS_PER_CHARACTER)


def _published(root: Path) -> list[Path]:
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
            text=True,
        )
        if listed.returncode == 0:
            names = {name for name in listed.stdout.split("\0") if name}
            return [path for path in map(Path, sorted(names)) if path.suffix not in _BINARY]
    # Without git (an unpacked archive): everything but caches and environments.
    found = (path.relative_to(root) for path in sorted(root.rglob("*")) if path.is_file())
    return [path for path in found if path.suffix not in _BINARY and not _is_made(path.parent)]


def _is_made(folder: Path) -> bool:
    return any(
        part in _SKIPPED_FOLDERS or (part.startswith(".") and part != ".ci")
        for part in folder.parts
    )


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
