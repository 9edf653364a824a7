"""A fake Asterisk switchboard: writes the AMI events of calls that a test describes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Event = dict[str, str]
START = 1_780_000_000.25  # seconds since 1970


@dataclass
class Switchboard:
    """One call. Each method moves `at` and adds Asterisk's events."""

    call: str = "pbx-1780000000.0"
    at: float = START
    events: list[Event] = field(default_factory=list)
    main: Event = field(default_factory=dict)
    lines: int = 0

    def says(self, event: str, **fields: Any) -> Event:
        """Add one event at the current time."""
        made = {"Event": event, "Timestamp": f"{self.at:.6f}", "Linkedid": self.call}
        self.events.append({**made, **{name: str(value) for name, value in fields.items()}})
        self.at += 0.0005
        return self.events[-1]

    def waits(self, seconds: float) -> Switchboard:
        """Time passes."""
        self.at += seconds
        return self

    def rings_in(self, caller: str = "09121234567", to: str = "1000", name: str = "Sara") -> Switchboard:
        """Somebody calls from outside."""
        self.main = {
            "Channel": "PJSIP/trunk-00000000",
            "Uniqueid": self.call,
            "CallerIDNum": caller,
            "CallerIDName": name,
            "Context": "from-trunk",
            "Exten": to,
        }
        self.says("Newchannel", ChannelState=4, ChannelStateDesc="Ring", **self.main)
        return self

    def places(self, channel: str, context: str) -> Switchboard:
        """The switchboard originates a call."""
        self.main = {"Channel": channel, "Uniqueid": self.call, "CallerIDNum": "<unknown>", "CallerIDName": "<unknown>",
                     "Context": context, "Exten": "s"}  # fmt: skip
        self.says("Newchannel", ChannelState=0, ChannelStateDesc="Down", **self.main)
        return self

    def picks_up_to_dial(self, extension: str, to: str) -> Switchboard:
        """An agent dials a number on their telephone."""
        self.main = {"Channel": f"PJSIP/{extension}-00000000", "Uniqueid": self.call, "CallerIDNum": extension,
                     "CallerIDName": "Mina", "Context": "from-internal", "Exten": to}  # fmt: skip
        self.says("Newchannel", ChannelState=4, ChannelStateDesc="Ring", **self.main)
        return self

    def dest(self, channel: str, number: str = "") -> dict[str, str]:
        """The fields of a line that is dialled."""
        self.lines += 1
        context = "from-trunk" if "trunk" in channel else "from-internal"
        return {"DestChannel": f"{channel}-0000001{self.lines}", "DestUniqueid": f"pbx-178000000{self.lines}.{self.lines}",
                "DestLinkedid": self.call, "DestContext": context, "DestCallerIDNum": number}  # fmt: skip

    def dials(self, channel: str, dial_string: str, *, by_itself: bool = False) -> dict[str, str]:
        """A line starts to ring; returns its fields."""
        line = self.dest(channel, dial_string.split("@")[0])
        if by_itself:
            line |= {"DestUniqueid": self.call, "DestChannel": self.main["Channel"], "DestCallerIDNum": "02191001000"}
        self.says("DialBegin", DialString=dial_string, **({} if by_itself else self.main), **line)
        return line

    def dial_ends(self, line: dict[str, str], status: str, *, by_itself: bool = False) -> Switchboard:
        """The dialling ends: no answer, or answered."""
        self.says("DialEnd", DialStatus=status, **({} if by_itself else self.main), **line)
        return self

    def joins(self, queue: str = "support") -> Switchboard:
        """The caller joins the queue."""
        self.says("QueueCallerJoin", Queue=queue, Position=1, **self.main)
        return self

    def takes(self, extension: str = "101", queue: str = "support", rings: int = 2) -> dict[str, str]:
        """An agent answers the queued call; returns the agent's line."""
        line = self.dials(f"PJSIP/{extension}", f"PJSIP/{extension}")
        self.waits(rings)
        self.dial_ends(line, "ANSWER")
        self.says("QueueCallerLeave", Queue=queue, **self.main)
        self.says(
            "AgentConnect",
            Queue=queue,
            Interface=f"PJSIP/{extension}",
            HoldTime=rings,
            RingTime=rings,
            **self.main,
            **line,
        )
        return line

    def finishes(self, line: dict[str, str], reason: str, talked: int, extension: str = "101") -> Switchboard:
        """The agent's part of the call ends."""
        self.says(
            "AgentComplete",
            Queue="support",
            Interface=f"PJSIP/{extension}",
            HoldTime=2,
            TalkTime=talked,
            Reason=reason,
            **self.main,
            **line,
        )
        return self.line_ends(line)

    def line_ends(self, line: dict[str, str], cause: int = 16) -> Switchboard:
        """A dialled line hangs up."""
        self.says("Hangup", Channel=line["DestChannel"], Uniqueid=line["DestUniqueid"], Cause=cause)
        return self

    def gives_up(self, queue: str = "support") -> Switchboard:
        """The caller leaves the queue: by hanging up, or by time-out."""
        self.says("QueueCallerAbandon", Queue=queue, HoldTime=2, **self.main)
        self.says("QueueCallerLeave", Queue=queue, **self.main)
        return self

    def user_event(self, name: str, **fields: Any) -> Switchboard:
        """A user event of the dialplan."""
        self.says("UserEvent", UserEvent=name, **self.main, **fields)
        return self

    def billed(self, app: str, disposition: str, partner: str = "", data: str = "") -> Switchboard:
        """A call detail record of the first line."""
        self.says(
            "Cdr",
            UniqueID=self.call,
            Channel=self.main["Channel"],
            Source=self.main["CallerIDNum"],
            Destination=self.main["Exten"],
            DestinationContext=self.main["Context"],
            LastApplication=app,
            LastData=data,
            Disposition=disposition,
            DestinationChannel=partner,
        )
        return self

    def ends(self, exten: str | None = None, cause: int = 16) -> list[Event]:
        """The first line hangs up; returns every event."""
        main = self.main | ({"Exten": exten} if exten else {})
        self.says("Hangup", Cause=cause, **main)
        return self.events
