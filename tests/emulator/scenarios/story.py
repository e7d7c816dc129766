"""What an administrator does with an organization, from its making to its end, told once.

Whoever plays it gives a tool that makes the calls: an SDK or a command line.
"""

from __future__ import annotations

import io
import json
import zipfile
from email import message_from_bytes
from email.policy import default
from typing import Any, Protocol

from workmail_async.emulator import Emulator

Wire = dict[str, Any]

PASSWORD = "Correct-horse-9"
BUCKET = "acme-mail"
LETTERS = 16


class Tool(Protocol):
    """Something that calls AWS."""

    def call(self, service: str, operation: str, **request: Any) -> Wire:
        """Make a call; request and answer have the members of the service model."""
        ...

    def download(self, bucket: str, key: str) -> bytes:
        """Fetch an object from S3."""
        ...


class Story:
    """The scenario, with what its parts know of each other.

    Args:
        tool: Who makes the calls.
        emulator: Where mail comes from, since no operation brings any.
    """

    def __init__(self, tool: Tool, emulator: Emulator) -> None:
        self.tool = tool
        self.emulator = emulator
        self.organization = ""
        self.arn = ""
        self.ids: dict[str, str] = {}

    def play(self) -> None:
        """Play all of it."""
        self.create_the_organization()
        self.create_who_is_in_it()
        self.connect_them()
        self.set_rules()
        self.export_a_mailbox()
        self.delete_everything()

    def workmail(self, operation: str, **request: Any) -> Wire:
        """Call an operation on the organization."""
        return self.tool.call("workmail", operation, OrganizationId=self.organization, **request)

    def create_the_organization(self) -> None:
        created = self.tool.call("workmail", "CreateOrganization", Alias="acme")
        self.organization = created["OrganizationId"]
        described = self.workmail("DescribeOrganization")
        assert described["State"] == "Active"
        assert described["DefaultMailDomain"] == "acme.awsapps.com"
        self.arn = described["ARN"]

        self.workmail("RegisterMailDomain", DomainName="acme.example")
        domain = self.workmail("GetMailDomain", DomainName="acme.example")
        assert domain["OwnershipVerificationStatus"] == "VERIFIED"
        assert {record["Type"] for record in domain["Records"]} == {"MX", "CNAME", "TXT"}
        self.workmail("UpdateDefaultMailDomain", DomainName="acme.example")
        self.tool.call(
            "workmail", "TagResource", ResourceARN=self.arn, Tags=[{"Key": "team", "Value": "post"}]
        )
        tags = self.tool.call("workmail", "ListTagsForResource", ResourceARN=self.arn)
        assert tags["Tags"] == [{"Key": "team", "Value": "post"}]

    def create_who_is_in_it(self) -> None:
        for name in ("ana", "bruno"):
            created = self.workmail(
                "CreateUser", Name=name, DisplayName=name.title(), Password=PASSWORD
            )
            self.ids[name] = created["UserId"]
        self.ids["staff"] = self.workmail("CreateGroup", Name="staff")["GroupId"]
        self.ids["oak"] = self.workmail("CreateResource", Name="oak", Type="ROOM")["ResourceId"]
        for name, entity in self.ids.items():
            self.workmail("RegisterToWorkMail", EntityId=entity, Email=f"{name}@acme.example")
        assert self.workmail("DescribeUser", UserId="ana")["State"] == "ENABLED"
        found = self.workmail("DescribeEntity", Email="oak@acme.example")
        assert (found["EntityId"], found["Type"]) == (self.ids["oak"], "RESOURCE")

    def connect_them(self) -> None:
        ana, bruno, staff = self.ids["ana"], self.ids["bruno"], self.ids["staff"]
        for member in ("ana", "bruno@acme.example"):
            self.workmail("AssociateMemberToGroup", GroupId="staff", MemberId=member)
        members = self.workmail("ListGroupMembers", GroupId=staff)["Members"]
        assert [(member["Name"], member["Type"]) for member in members] == [
            ("ana", "USER"),
            ("bruno", "USER"),
        ]
        groups = self.workmail("ListGroupsForEntity", EntityId=ana)["Groups"]
        assert groups == [{"GroupId": staff, "GroupName": "staff"}]

        self.workmail("CreateAlias", EntityId=ana, Alias="a@acme.example")
        self.workmail("UpdatePrimaryEmailAddress", EntityId=ana, Email="a@acme.example")
        aliases = self.workmail("ListAliases", EntityId=ana)["Aliases"]
        assert aliases == ["a@acme.example", "ana@acme.example"]

        self.workmail(
            "PutMailboxPermissions",
            EntityId=ana,
            GranteeId=staff,
            PermissionValues=["FULL_ACCESS"],
        )
        permissions = self.workmail("ListMailboxPermissions", EntityId=ana)["Permissions"]
        assert permissions == [
            {"GranteeId": staff, "GranteeType": "GROUP", "PermissionValues": ["FULL_ACCESS"]}
        ]

        self.workmail("AssociateDelegateToResource", ResourceId="oak", EntityId="bruno")
        delegates = self.workmail("ListResourceDelegates", ResourceId="oak")["Delegates"]
        assert delegates == [{"Id": bruno, "Type": "USER"}]

    def set_rules(self) -> None:
        self.workmail(
            "PutAccessControlRule",
            Name="no-imap-from-outside",
            Effect="DENY",
            Description="IMAP is for the office",
            Actions=["IMAP"],
            NotIpRanges=["192.0.2.0/24"],
        )
        for address, effect in (("192.0.2.7", "ALLOW"), ("203.0.113.7", "DENY")):
            answer = self.workmail(
                "GetAccessControlEffect",
                IpAddress=address,
                Action="IMAP",
                UserId=self.ids["ana"],
            )
            assert answer["Effect"] == effect
        rule = self.workmail(
            "CreateMobileDeviceAccessRule",
            Name="no-old-phones",
            Effect="DENY",
            DeviceModels=["Nokia"],
        )
        self.ids["rule"] = rule["MobileDeviceAccessRuleId"]
        answer = self.workmail("GetMobileDeviceAccessEffect", DeviceModel="Nokia")
        assert answer["Effect"] == "DENY"

    def export_a_mailbox(self) -> None:
        self.emulator.mailbox(self.organization, "ana").add_synthetic(LETTERS)
        role, key = self.create_what_an_export_needs()
        started = self.workmail(
            "StartMailboxExportJob",
            ClientToken="once",
            EntityId="a@acme.example",
            RoleArn=role,
            KmsKeyArn=key,
            S3BucketName=BUCKET,
            S3Prefix="exports/ana",
        )
        described: Wire = {"State": "RUNNING"}
        seen: list[tuple[str, int]] = []
        while described["State"] == "RUNNING":
            described = self.workmail("DescribeMailboxExportJob", JobId=started["JobId"])
            seen.append((described["State"], described["EstimatedProgress"]))
        assert seen == [("RUNNING", 50), ("RUNNING", 99), ("COMPLETED", 100)], seen
        jobs = self.workmail("ListMailboxExportJobs")["Jobs"]
        assert [(job["JobId"], job["State"]) for job in jobs] == [(started["JobId"], "COMPLETED")]

        content = self.tool.download(BUCKET, described["S3Path"])
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            subjects = [
                message_from_bytes(archive.read(name), policy=default)["Subject"]
                for name in archive.namelist()
            ]
        assert len(subjects) == LETTERS
        assert all(subjects)
        log_key = described["S3Path"].replace(".zip", "-log.json")
        log = json.loads(self.tool.download(BUCKET, log_key))
        assert log["totalMessages"] == str(LETTERS)

        for each in (described["S3Path"], log_key):
            self.tool.call("s3", "DeleteObject", Bucket=BUCKET, Key=each)
        self.tool.call("s3", "DeleteBucket", Bucket=BUCKET)

    def create_what_an_export_needs(self) -> tuple[str, str]:
        """Create the bucket, the role and the key; return the ARNs of the last two."""
        self.tool.call("s3", "CreateBucket", Bucket=BUCKET)
        key: str = self.tool.call("kms", "CreateKey")["KeyMetadata"]["Arn"]
        account = self.emulator.account_id
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "export.workmail.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        }
        rights = [
            {
                "Effect": "Allow",
                "Action": ["s3:AbortMultipartUpload", "s3:PutObject", "s3:GetBucketPolicyStatus"],
                "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
            },
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": key,
            },
        ]
        role = self.tool.call(
            "iam",
            "CreateRole",
            RoleName="WorkMailExport",
            AssumeRolePolicyDocument=_policy(trust),
        )
        self.tool.call(
            "iam",
            "PutRolePolicy",
            RoleName="WorkMailExport",
            PolicyName="export",
            PolicyDocument=_policy(*rights),
        )
        return role["Role"]["Arn"], key

    def delete_everything(self) -> None:
        ana, bruno = self.ids["ana"], self.ids["bruno"]
        staff, oak = self.ids["staff"], self.ids["oak"]
        self.workmail("DeleteMobileDeviceAccessRule", MobileDeviceAccessRuleId=self.ids["rule"])
        self.workmail("DeleteAccessControlRule", Name="no-imap-from-outside")
        self.workmail("DeleteMailboxPermissions", EntityId=ana, GranteeId=staff)
        self.workmail("DisassociateDelegateFromResource", ResourceId=oak, EntityId=bruno)
        self.workmail("DisassociateMemberFromGroup", GroupId=staff, MemberId=ana)
        self.workmail("DeleteAlias", EntityId=ana, Alias="ana@acme.example")
        for entity in (ana, bruno, staff, oak):
            self.workmail("DeregisterFromWorkMail", EntityId=entity)
        self.workmail("DeleteUser", UserId=ana)
        self.workmail("DeleteUser", UserId="bruno")
        self.workmail("DeleteGroup", GroupId=staff)
        self.workmail("DeleteResource", ResourceId=oak)
        users = self.workmail("ListUsers")["Users"]
        assert {user["State"] for user in users} == {"DELETED"}
        self.workmail("UpdateDefaultMailDomain", DomainName="acme.awsapps.com")
        self.workmail("DeregisterMailDomain", DomainName="acme.example")
        self.tool.call("workmail", "UntagResource", ResourceARN=self.arn, TagKeys=["team"])
        deleted = self.workmail("DeleteOrganization", DeleteDirectory=True)
        assert deleted["State"] == "Deleted"


def _policy(*statements: Wire) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
