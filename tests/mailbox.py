"""An SMTP server on loopback, and what it was given.

What belongs here: the server's side of mail.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
from email.message import EmailMessage
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers import Loopback

AGENT, LEAD = "agent@shop.example", "lead@shop.example"


class Post(Loopback):
    """An SMTP server. `says` answers a command with a line of its own: "RCPT agent@…" for one recipient, or "DATA"."""

    def __init__(self, says: dict[str, str] | None = None) -> None:
        super().__init__()
        self.says = says or {}
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.logins = 0
        self.told: tuple[bytes, bytes] = (b"", b"")

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(self, loop=loop, auth_require_tls=False, authenticator=self._login), "127.0.0.1", 0
        )
        self.port = server.sockets[0].getsockname()[1]
        self._stack.push_async_callback(self._shut, server)
        return self

    def _login(self, _: SMTP, __: Session, ___: Envelope, ____: str, told: LoginPassword) -> AuthResult:
        self.logins += 1
        self.told = (told.login, told.password)
        return AuthResult(success="AUTH" not in self.says, handled=False, message=self.says.get("AUTH"))

    async def handle_MAIL(self, _: SMTP, __: Session, envelope: Envelope, sender: str, ___: list[str]) -> str:  # noqa: N802
        envelope.mail_from = sender
        return self.says.get("MAIL", "250 fine")

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, to: str, ___: list[str]) -> str:  # noqa: N802
        answer = self.says.get(f"RCPT {to}", "250 fine")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(to)
        return answer

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.says.get("DATA", "250 queued")
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(parsed, EmailMessage)
            self.taken.append((envelope.rcpt_tos, parsed))
        return answer
