from .board import board
from .life import answer, approve, days, ready, received, send_back, sent, take_back, withdraw
from .request import edit, new, packet, request

__all__ = [
    "answer",
    "approve",
    "board",
    "days",
    "edit",
    "new",
    "packet",
    "ready",
    "received",
    "request",
    "send_back",
    "sent",
    "take_back",
    "withdraw",
]
