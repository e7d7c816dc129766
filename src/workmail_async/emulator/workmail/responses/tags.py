"""Tags."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import tags

from .operations import Operations, Wire


class TagOperations(Operations):
    """Handlers for tags."""

    def list_tags_for_resource(self, **request: Any) -> Wire:
        """Handle ListTagsForResource."""
        found = tags.list_tags_for_resource(self.backend, **request)
        return {"Tags": [{"Key": key, "Value": value} for key, value in found.items()]}

    def tag_resource(self, **request: Any) -> None:
        """Handle TagResource.

        For organizations only, as in WorkMail.
        """
        tags.tag_resource(self.backend, **request)

    def untag_resource(self, **request: Any) -> None:
        """Handle UntagResource.

        Removing a key that does not exist is not an error.
        """
        tags.untag_resource(self.backend, **request)
