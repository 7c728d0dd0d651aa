"""Mail over SMTP: 4xx passes, 5xx does not; whether it is the mail or the mailbox depends on the command refused.

RFC 5321, section 4.2; the mail itself is put together by Apprise.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from datetime import date
from email.header import Header
from typing import Any, Final

from apprise import NotifyFormat
from apprise.plugins.email import NotifyEmail
from apprise.plugins.email.common import AppriseEmailException, SecureMailMode

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.limits import Limit, Unit
from parcelwatch.channels.told import PRIORITIES, Message, Told
from parcelwatch.channels.verdicts import Fate, Verdict, closed, later, never
from parcelwatch.channels.wire import place

LIMIT: Final = Limit("mail", 32_768, Unit.CHARACTERS, "Apprise", date(2026, 11, 28), title=250)

IMPORTANCE: Final = {
    4: {"X-Priority": "2 (High)", "Importance": "high"},
    5: {"X-Priority": "1 (Highest)", "Importance": "high"},
    2: {"X-Priority": "4 (Low)", "Importance": "low"},
}

_LOGIN: Final = closed("the user name or the password is wrong")
_SENDER: Final = closed("the sender's address is refused")
_RECIPIENT: Final = closed("the recipient's address is refused")
_LATER: Final = later("turned away for now")
_REFUSED: Final = never("the mail is refused")
_CLOSED: Final = closed("the mail server refuses the connection")

_SUBJECT: Final = re.compile(r"^Subject: .*(?:\n[ \t].*)*", re.MULTILINE)

PATIENCE: Final = 30.0
"""Seconds for each answer: some servers greet late, and read a mail for viruses before they take it."""

_WELCOME: Final = 235  # the answer to a login that is right

# 5xx that say more than the command they answer.
CODES: Final = {530: closed("the mail server wants a login"), 534: _LOGIN, 535: _LOGIN, 552: says.TOO_LONG}

TROUBLES: Final[dict[type[OSError], Verdict]] = {
    smtplib.SMTPSenderRefused: _SENDER,
    smtplib.SMTPAuthenticationError: _LOGIN,
    smtplib.SMTPConnectError: _CLOSED,
    smtplib.SMTPResponseException: _REFUSED,
    smtplib.SMTPNotSupportedError: closed("the mail server does not offer this login or mode="),
    smtplib.SMTPException: says.BROKEN_OFF,
    ssl.SSLError: says.UNTRUSTED,
    TimeoutError: says.NO_ANSWER,
    OSError: says.NO_CONNECTION,
}
"""The first that fits counts; a 4xx passes, whatever it answers."""


class Mail(Told, NotifyEmail):
    """One mail for each recipient, plain text. The severity sets its importance where it is not the usual one."""

    limit = LIMIT
    socket_read_timeout: Any = PATIENCE

    def deliver(self, message: Message) -> Verdict:
        with self.reached(message) as have_it:
            try:
                verdict = self._over_smtp(message, have_it)
            except (AppriseEmailException, UnicodeError):
                return closed("the mail cannot be put together for these recipients")
            if verdict.fate is Fate.ARRIVED:
                have_it.clear()
        return verdict

    def _over_smtp(self, message: Message, have_it: set[str]) -> Verdict:
        try:
            smtp = self._connected()
        except OSError as error:
            verdict = _unsent(_trouble(error))
            return verdict if verdict.said else replace(verdict, place=place(str(self.smtp_host), int(self.port or 25)))
        try:
            try:
                return self._each(smtp, message, have_it)
            finally:
                with suppress(OSError):  # a mail that was taken is taken, whatever becomes of the farewell
                    smtp.quit()
        except OSError as error:
            return _trouble(error)

    def _each(self, smtp: smtplib.SMTP, message: Message, have_it: set[str]) -> Verdict:
        for mail in self._mails(message):
            if mail.recipient in have_it:
                continue
            if refused := smtp.sendmail(str(self.from_addr[1]), mail.to_addrs, _folded(mail.body, message.title)):
                return _refused(refused)
            have_it.add(mail.recipient)
        return says.ARRIVED

    def _connected(self) -> smtplib.SMTP:
        """A connection as secure as the URL says, logged in."""
        context = ssl.create_default_context()
        if not self.verify_certificate:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        where: dict[str, Any] = {"host": self.smtp_host, "port": self.port, "timeout": self.socket_read_timeout}
        if self.secure_mode == SecureMailMode.SSL:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(**where, context=context)
        else:
            smtp = smtplib.SMTP(**where)
        try:
            if self.secure_mode == SecureMailMode.STARTTLS:
                smtp.starttls(context=context)
            if self.user and self.password:
                _login(smtp, str(self.user), str(self.password))
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _mails(self, message: Message) -> Any:
        importance = IMPORTANCE.get(PRIORITIES[message.severity], {})
        return NotifyEmail.prepare_emails(
            subject=message.title,
            body=message.body or message.title,
            notify_format=NotifyFormat.TEXT,
            from_addr=self.from_addr,
            to=self.targets,
            cc=self.cc,
            bcc=self.bcc,
            reply_to=self.reply_to,
            smtp_host=self.smtp_host,
            headers={"X-Application": "parcelwatch", **importance, **self.headers},
            names=self.names,
            pgp=self.pgp,
            pgp_mode=self.pgp_mode,
            tzinfo=self.tzinfo,
        )


def _login(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """Log in; with letters that smtplib cannot write, as RFC 4616 has them, in UTF-8."""
    if (user + password).isascii():
        smtp.login(user, password)
        return
    smtp.ehlo_or_helo_if_needed()
    if "PLAIN" not in smtp.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError
    told = b64encode(f"\0{user}\0{password}".encode()).decode()
    code, _ = smtp.docmd("AUTH", f"PLAIN {told}")
    if code != _WELCOME:
        raise smtplib.SMTPAuthenticationError(code, b"")


def _folded(mail: str, title: str) -> str:
    """The mail with its subject in lines as short as mail wants them: one of 998 bytes and more is refused.

    Apprise writes it into one, however long.
    """
    head, gap, text = mail.partition("\n\n")
    title = " ".join(title.splitlines())
    # What looks encoded would be decoded by whoever reads it, and say what was taken out of it before.
    plain = title.isascii() and "=?" not in title
    subject = Header(title, "us-ascii" if plain else "utf-8", header_name="Subject").encode()
    return _SUBJECT.sub(lambda _: f"Subject: {subject}", head, count=1) + gap + text


def _trouble(error: OSError) -> Verdict:
    """What an exception of smtplib's says; all of them are OSErrors."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _refused(error.recipients)
    found = next(verdict for kind, verdict in TROUBLES.items() if isinstance(error, kind))
    return _said(error.smtp_code, found) if isinstance(error, smtplib.SMTPResponseException) else found


def _unsent(verdict: Verdict) -> Verdict:
    """Trouble before there was a mail: nothing can have arrived."""
    return later("the mail server does not answer") if verdict.fate is Fate.UNKNOWN else verdict


def _refused(recipients: dict[str, tuple[int, bytes]]) -> Verdict:
    """What became of a mail some of whose recipients were refused; a passing refusal is tried again."""
    return _said(min(code for code, _ in recipients.values()), _RECIPIENT)


def _said(code: int, for_good: Verdict) -> Verdict:
    verdict = CODES.get(code, for_good) if code >= 500 else _LATER
    return replace(verdict, said=f"SMTP {code}")
