"""The shape of a helpdesk declared in TOML: how it is asked for what changed, what is where, and how it is written to.

What belongs here: what can be judged without asking anybody. Who asks and reads with it is helpdesks/declared.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from parcelwatch.config.declared import Auth
from parcelwatch.config.declared_shop import Call, Option, OptionName, Since
from parcelwatch.config.declared_values import HeaderName, Status
from parcelwatch.config.expressions import Expression
from parcelwatch.config.tables import Table
from parcelwatch.config.values import BaseUrl, NaturalSpan, Pace
from parcelwatch.duration import Duration, Rate


def _whole() -> Expression:
    return Expression.of("@")


class OfTicket(Call):
    """[helpdesks.NAME.declared.one], and of `messages`"""

    missing: tuple[Status, ...] = Field(default=(404,), description="HTTP statuses that mean there is none")

    @model_validator(mode="after")
    def _names_it(self) -> OfTicket:
        if not any("ref" in template.names for template in self.templates()):
            raise ValueError("names no ticket: write {ref} in its path, query, form or json")
        return self


class Writing(Call):
    """[helpdesks.NAME.declared.note], and of `reply`"""

    method: Annotated[str, Field(pattern="^(POST|PUT|PATCH)$")] = Field(default="POST", description="of the call")
    ref: Expression | None = Field(default=None, description="in the answer: the new message's identity")
    header: HeaderName | None = Field(default=None, description="or the header of the answer that has it")

    @model_validator(mode="after")
    def _says_it(self) -> Writing:
        names = {name for template in self.templates() for name in template.names}
        if not names & {"text", "html"}:
            raise ValueError("says nothing: write {text} or {html} in its body")
        return self


class FoundTicket(Table):
    """[helpdesks.NAME.declared.answer]"""

    tickets: Expression = Field(
        default_factory=_whole, description="in an answer: the tickets", json_schema_extra={"default": "@"}
    )
    ref: Expression = Field(description="in a ticket: its identity for {ref}")
    number: Expression | None = Field(default=None, description="in a ticket: what agents know it by, else its ref")
    created_at: Expression | None = Field(default=None, description="in a ticket: when it began")
    updated_at: Expression = Field(description="in a ticket: when it last changed, or several times")
    subject: Expression | None = Field(default=None, description="in a ticket")
    opening: Expression | None = Field(default=None, description="in a ticket: what its customer wrote to begin it")
    status: Expression | None = Field(default=None, description="in a ticket: how it stands")
    closed: tuple[str, ...] = Field(default=(), description="what `status` says of one that is closed")
    merged: Expression | None = Field(default=None, description="in a ticket: true where it goes on in another")
    outbound: Expression | None = Field(default=None, description="in a ticket: true where the shop began it")
    channel: Expression | None = Field(default=None, description="in a ticket: how its customer writes")
    mail: Expression | None = Field(default=None, description="in a ticket: its customer's address")
    tags: Expression | None = Field(default=None, description="in a ticket")
    fields: Expression | None = Field(default=None, description="in a ticket: an object of its own fields")
    messages: Expression | None = Field(default=None, description="in a ticket, or in the answer of `messages`")
    at: Expression = Field(description="in a message: when")
    message_ref: Expression | None = Field(default=None, description="in a message: its identity")
    text: Expression = Field(description="in a message: its text, or HTML")
    author: Expression = Field(description="in a message: who wrote it")
    customers: tuple[str, ...] = Field(default=(), description="what `author` says of a customer; null is one")
    agents: tuple[str, ...] = Field(default=("*",), description="what `author` says of an agent; * is anything else")
    private: Expression | None = Field(default=None, description="in a message: true where it is a note")


class DeskDeclaration(Table):
    """[helpdesks.NAME.declared]"""

    name: str = Field(default="", max_length=60, description="what people call it")
    base_url: BaseUrl | None = Field(default=None, description="its address")
    rate: Pace = Field(default=Rate(2, 1), description="calls in a time", json_schema_extra={"default": "2/s"})
    overlap: NaturalSpan = Field(
        default=Duration(5, "m"), json_schema_extra={"default": "5m"}, description="read again, as its index may lag"
    )
    doubt: str = Field(default="", description="why it is not established")
    options: Mapping[OptionName, Option] = Field(
        default_factory=dict, description="what differs from desk to desk: $NAME stands for it in any text"
    )
    auth: Auth | None = Field(default=None, description="how it proves itself")
    ask: Since = Field(description="the call for what changed")
    one: OfTicket = Field(description="the call for one ticket")
    messages: OfTicket | None = Field(default=None, description="the call for a ticket's messages, where it has none")
    note: Writing | None = Field(default=None, description="the call that writes an internal note")
    reply: Writing | None = Field(default=None, description="the call that answers the customer")
    answer: FoundTicket = Field(description="what is where in an answer")
