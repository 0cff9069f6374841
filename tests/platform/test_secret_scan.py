"""The scanner that keeps keys out of the repository."""

import subprocess
from pathlib import Path

import pytest

from askpro.operations import secret_scan
from tests.platform.conftest import ROOT

# Put together here, because the scanner looks through this file, too.
HEX = "3f9a" + "0c5d7e1b" + "48a26d90" + "f13c7b5e" + "8a42d6c1"
MIXED = "aZ3k" + "Q9vT" + "1mXw" + "7RbY" + "5cLp" + "8sHd" + "2nGf" + "6jKe"
PLANTED = {
    "Stripe key": f"stripe.api_key = 'sk_{'live'}_{MIXED}'",
    "webhook secret": f"WHSEC=whsec_{MIXED}",
    "Retell key": f'RETELL_API_KEY = "key_{HEX[:28]}"',
    "Cal.com key": f"curl -H 'Authorization: Bearer cal_{'live'}_{HEX[:32]}'",
    "Resend key": f"re_{MIXED[:8]}_{MIXED}",
    "Twilio key": f"AC{HEX[:32]}",
    "AWS key": "AKIA" + "Z7Q3M5N9" + "K2X4B6V8",
    "GitHub token": f"ghp_{MIXED}{MIXED[:4]}",
    "JSON web token": f"eyJ{MIXED}.eyJ{MIXED}.{MIXED}",
    "Sentry address": f"https://{HEX[:32]}@o1.ingest.example/42",
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "password in an address": f"postgresql://askpro:{MIXED[:12]}@db.example/askpro",
    "secret that is written down": f"api_key: {MIXED}",
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found(kind: str) -> None:
    text = f"first line\n{PLANTED[kind]}\n"

    findings = secret_scan.scan_text(text, path=Path("settings.py"))

    assert [(finding.line, finding.kind) for finding in findings] == [(2, kind)]


@pytest.mark.parametrize("kind", PLANTED)
def test_a_finding_does_not_repeat_the_secret(kind: str) -> None:
    (finding,) = secret_scan.scan_text(PLANTED[kind], path=Path("settings.py"))

    assert MIXED[:12] not in str(finding)
    assert HEX[:20] not in str(finding)


@pytest.mark.parametrize(
    "innocent",
    [
        'SECRET_KEY = env.str("SECRET_KEY", default="")',
        "password = secrets.token_urlsafe(24)",
        "DATABASE_URL: postgresql://askpro_app:${ASKPRO_APP_PASSWORD:?set it in .env}@postgres/askpro",
        'f"redis://:{state.valkey_password}@127.0.0.1:{state.valkey_port}/0"',
        "api_key_prefix = make_key_prefix_for_this_tenant",
        "    --hash=sha256:" + HEX,
        "RETELL_API_KEY=",
        "token = request.headers.get_the_token_of_the_request",
    ],
)
def test_code_that_handles_secrets_is_no_secret(innocent: str) -> None:
    assert secret_scan.scan_text(innocent, path=Path("settings.py")) == []


def test_a_planted_file_is_found_and_an_ignored_one_is_not_published(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text(".env\n")
    (tmp_path / ".env").write_text(PLANTED["Stripe key"])
    (tmp_path / "notes.md").write_text(f"Key:\n\n{PLANTED['Retell key']}\n")

    findings = secret_scan.scan(tmp_path)

    assert [(str(finding.path), finding.line) for finding in findings] == [("notes.md", 3)]


def test_a_folder_without_git_is_searched_as_well(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "key.txt").write_text(PLANTED["private key"])
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "key.txt").write_text(PLANTED["private key"])

    findings = secret_scan.scan(tmp_path)

    assert [str(finding.path) for finding in findings] == ["deep/key.txt"]


def test_this_repository_holds_no_secret() -> None:
    assert [str(finding) for finding in secret_scan.scan(ROOT)] == []
