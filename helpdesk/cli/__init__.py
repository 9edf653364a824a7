"""The command line, `run.py`. A command parses its arguments, calls the desk and prints; heavy modules load when called."""

from __future__ import annotations

import typer

from helpdesk.cli import backup, bench, check, db, new_channel, serve
from helpdesk.cli.inspect import faq, mail, phone, sla, telegram

app = typer.Typer(
    help="Pasokh, a support helpdesk. `run.py demo` opens one to look at; `run.py serve` runs the real one.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("demo")(serve.demo)
app.command("worker")(serve.worker)
app.command("check")(check.check)
app.command("invite")(serve.invite)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("new-channel")(new_channel.new_channel)
app.command("bench")(bench.bench)
app.add_typer(mail.app, name="mail")
app.add_typer(phone.app, name="phone")
app.add_typer(sla.app, name="sla")
app.add_typer(faq.app, name="faq")
app.add_typer(telegram.app, name="telegram")
app.add_typer(db.app, name="db")

__all__ = ["app"]
