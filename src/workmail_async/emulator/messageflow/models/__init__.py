"""Message Flow's state: the messages in transit, and their new content."""

from .messages import InTransitMessage, MessageFlowBackend, message_flow_backends

__all__ = ["InTransitMessage", "MessageFlowBackend", "message_flow_backends"]
