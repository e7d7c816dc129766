"""Names: from the service's to Python's."""

import pytest

from codegen.names import pascal, snake
from codegen.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("UserId", "user_id"),
        ("ARN", "arn"),
        ("ResourceARN", "resource_arn"),
        ("S3BucketName", "s3_bucket_name"),
        ("s3Reference", "s3_reference"),
        ("messageId", "message_id"),
        ("DeregisterFromWorkMail", "deregister_from_work_mail"),
        ("ListGroupsForEntity", "list_groups_for_entity"),
        ("NotIpRanges", "not_ip_ranges"),
        ("Type", "type"),
        ("From", "from_"),
        ("Class", "class_"),
    ],
)
def test_members_and_operations_become_snake_case(wire: str, name: str) -> None:
    assert snake(wire) == name


@pytest.mark.parametrize(("wire", "name"), [("messageIdType", "MessageIdType"), ("User", "User")])
def test_shapes_become_class_names(wire: str, name: str) -> None:
    assert pascal(wire) == name


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("needs ForceDelete", "needs `force_delete`"),
        ("call SendLetter, then wait", "call `send_letter`, then wait"),
        ("LetterLost can come", "`errors.LetterLost` can come"),
        ("a LetterState", "a `enums.LetterState`"),
        ("a BoxRule", "a `models.BoxRule`"),
        ("meant as the member: UserRole", "meant as the member: `user_role`"),
        ("State and Name are English", "State and Name are English"),
        ("WorkMail is no member", "WorkMail is no member"),
        ("as code: `ForceDelete`", "as code: `ForceDelete`"),
    ],
)
def test_our_words_get_python_names(text: str, python: str) -> None:
    vocabulary = Vocabulary(
        operations=["SendLetter"],
        members=["ForceDelete", "State", "Name", "UserRole"],
        structures=["BoxRule"],
        enums=["LetterState", "UserRole"],
        errors=["LetterLost"],
    )
    assert vocabulary.python(text) == python
