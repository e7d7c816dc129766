"""A valid request of each operation, and what has to be there before it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from attrs import define, field
from botocore import xform_name

from tests.emulator.conftest import Stage
from tests.emulator.refusals import OPERATIONS

NOBODY = "12345678-0000-0000-0000-000000000000"
UNKNOWN_ORGANIZATION = "m-" + "0" * 32
MAIL = (
    b"From: Zoe <zoe@far.example>\r\n"
    b"To: Ana <ana@acme.example>\r\n"
    b"Subject: The offer\r\n"
    b"Date: Sun, 01 Mar 2026 12:00:00 +0000\r\n"
    b"Message-ID: <1@far.example>\r\n"
    b"\r\n"
    b"As agreed.\r\n"
)
PASSWORD = "Correct-horse-9"

_PLACE = re.compile(r"\{([a-z-]+)\}")
_INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
_LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:free-busy"
_LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/workmail/emailevents/acme:*"
_PARTNER = {"DomainName": "partner.example", "LambdaProvider": {"LambdaArn": _LAMBDA}}
_DEVICE = {"UserId": "ana", "DeviceId": "phone"}
_RULE = {"Name": "rule", "Effect": "ALLOW"}
_POLICY = {"Id": "policy", "Name": "yearly", "FolderConfigurations": []}

# `{name}` stands for what a scene makes under that name. `OrganizationId` is added.
REQUESTS: dict[str, dict[str, Any]] = {
    "AssociateDelegateToResource": {"ResourceId": "oak", "EntityId": "ana"},
    "AssociateMemberToGroup": {"GroupId": "staff", "MemberId": "ana"},
    "AssumeImpersonationRole": {"ImpersonationRoleId": "{role}"},
    "CancelMailboxExportJob": {"JobId": "{job}", "ClientToken": "cancel"},
    "CreateAlias": {"EntityId": "{ana}", "Alias": "a@acme.example"},
    "CreateAvailabilityConfiguration": _PARTNER,
    "CreateGroup": {"Name": "board"},
    "CreateIdentityCenterApplication": {"Name": "WorkMail", "InstanceArn": _INSTANCE},
    "CreateImpersonationRole": {"Name": "backup", "Type": "READ_ONLY", "Rules": []},
    "CreateMobileDeviceAccessRule": _RULE,
    "CreateOrganization": {"Alias": "other"},
    "CreateResource": {"Name": "elm", "Type": "ROOM"},
    "CreateUser": {"Name": "emil", "DisplayName": "Emil"},
    "DeleteAccessControlRule": {"Name": "rule"},
    "DeleteAlias": {"EntityId": "{ana}", "Alias": "a@acme.example"},
    "DeleteAvailabilityConfiguration": {"DomainName": "partner.example"},
    "DeleteEmailMonitoringConfiguration": {},
    "DeleteGroup": {"GroupId": "board"},
    "DeleteIdentityCenterApplication": {"ApplicationArn": "{application}"},
    "DeleteIdentityProviderConfiguration": {},
    "DeleteImpersonationRole": {"ImpersonationRoleId": "{role}"},
    "DeleteMailboxPermissions": {"EntityId": "ana", "GranteeId": "clara"},
    "DeleteMobileDeviceAccessOverride": _DEVICE,
    "DeleteMobileDeviceAccessRule": {"MobileDeviceAccessRuleId": "{mobile-rule}"},
    "DeleteOrganization": {"DeleteDirectory": True, "ForceDelete": True},
    "DeletePersonalAccessToken": {"PersonalAccessTokenId": "{token}"},
    "DeleteResource": {"ResourceId": "elm"},
    "DeleteRetentionPolicy": {"Id": "policy"},
    "DeleteUser": {"UserId": "bruno"},
    "DeregisterFromWorkMail": {"EntityId": "ana"},
    "DeregisterMailDomain": {"DomainName": "other.example"},
    "DescribeEmailMonitoringConfiguration": {},
    "DescribeEntity": {"Email": "ana@acme.example"},
    "DescribeGroup": {"GroupId": "staff"},
    "DescribeIdentityProviderConfiguration": {},
    "DescribeInboundDmarcSettings": {},
    "DescribeMailboxExportJob": {"JobId": "{job}"},
    "DescribeOrganization": {},
    "DescribeResource": {"ResourceId": "oak"},
    "DescribeUser": {"UserId": "ana"},
    "DisassociateDelegateFromResource": {"ResourceId": "oak", "EntityId": "ana"},
    "DisassociateMemberFromGroup": {"GroupId": "staff", "MemberId": "ana"},
    "GetAccessControlEffect": {"IpAddress": "192.0.2.7", "Action": "EWS", "UserId": "{ana}"},
    "GetDefaultRetentionPolicy": {},
    "GetImpersonationRole": {"ImpersonationRoleId": "{role}"},
    "GetImpersonationRoleEffect": {"ImpersonationRoleId": "{role}", "TargetUser": "ana"},
    "GetMailDomain": {"DomainName": "acme.example"},
    "GetMailboxDetails": {"UserId": "ana"},
    "GetMobileDeviceAccessEffect": {"DeviceType": "phone"},
    "GetMobileDeviceAccessOverride": _DEVICE,
    "GetRawMessageContent": {"messageId": "{message}"},
    "GetPersonalAccessTokenMetadata": {"PersonalAccessTokenId": "{token}"},
    "ListAccessControlRules": {},
    "ListAliases": {"EntityId": "{ana}"},
    "ListAvailabilityConfigurations": {},
    "ListGroupMembers": {"GroupId": "staff"},
    "ListGroups": {},
    "ListGroupsForEntity": {"EntityId": "ana"},
    "ListImpersonationRoles": {},
    "ListMailDomains": {},
    "ListMailboxExportJobs": {},
    "ListMailboxPermissions": {"EntityId": "ana"},
    "ListMobileDeviceAccessOverrides": {},
    "ListMobileDeviceAccessRules": {},
    "ListOrganizations": {},
    "ListPersonalAccessTokens": {},
    "ListResourceDelegates": {"ResourceId": "oak"},
    "ListResources": {},
    "ListTagsForResource": {"ResourceARN": "{arn}"},
    "ListUsers": {},
    "PutAccessControlRule": _RULE | {"Description": "a rule"},
    "PutEmailMonitoringConfiguration": {"LogGroupArn": _LOG_GROUP},
    "PutIdentityProviderConfiguration": {
        "AuthenticationMode": "IDENTITY_PROVIDER_ONLY",
        "IdentityCenterConfiguration": {
            "InstanceArn": _INSTANCE,
            "ApplicationArn": "{application}",
        },
        "PersonalAccessTokenConfiguration": {"Status": "ACTIVE"},
    },
    "PutInboundDmarcSettings": {"Enforced": False},
    "PutMailboxPermissions": {
        "EntityId": "ana",
        "GranteeId": "clara",
        "PermissionValues": ["SEND_AS"],
    },
    "PutMobileDeviceAccessOverride": _DEVICE | {"Effect": "ALLOW"},
    "PutRawMessageContent": {
        "messageId": "{message}",
        "content": {"s3Reference": {"bucket": "{changed-mail}", "key": "changed"}},
    },
    "PutRetentionPolicy": _POLICY,
    "RegisterMailDomain": {"DomainName": "other.example"},
    "RegisterToWorkMail": {"EntityId": "bruno", "Email": "bruno@acme.example"},
    "ResetPassword": {"UserId": "{ana}", "Password": PASSWORD},
    "StartMailboxExportJob": {
        "ClientToken": "start",
        "EntityId": "ana",
        "RoleArn": "{export-role}",
        "KmsKeyArn": "{key}",
        "S3BucketName": "{bucket}",
        "S3Prefix": "exports",
    },
    "TagResource": {"ResourceARN": "{arn}", "Tags": [{"Key": "team", "Value": "post"}]},
    "TestAvailabilityConfiguration": {"LambdaProvider": {"LambdaArn": _LAMBDA}},
    "UntagResource": {"ResourceARN": "{arn}", "TagKeys": ["team"]},
    "UpdateAvailabilityConfiguration": _PARTNER,
    "UpdateDefaultMailDomain": {"DomainName": "acme.example"},
    "UpdateGroup": {"GroupId": "staff", "HiddenFromGlobalAddressList": True},
    "UpdateImpersonationRole": {
        "ImpersonationRoleId": "{role}",
        "Name": "backup",
        "Type": "FULL_ACCESS",
        "Rules": [{"ImpersonationRuleId": "all", "Effect": "ALLOW"}],
    },
    "UpdateMailboxQuota": {"UserId": "ana", "MailboxQuota": 100},
    "UpdateMobileDeviceAccessRule": _RULE | {"MobileDeviceAccessRuleId": "{mobile-rule}"},
    "UpdatePrimaryEmailAddress": {"EntityId": "ana", "Email": "a@acme.example"},
    "UpdateResource": {"ResourceId": "oak", "Description": "the large room"},
    "UpdateUser": {"UserId": "ana", "JobTitle": "Postmaster"},
}
# The operations that have to have been called before a request can succeed.
BEFORE: dict[str, tuple[str, ...]] = {
    "DeleteAlias": ("CreateAlias",),
    "DeleteGroup": ("CreateGroup",),
    "DeleteMailboxPermissions": ("PutMailboxPermissions",),
    "DeleteMobileDeviceAccessOverride": ("PutMobileDeviceAccessOverride",),
    "DeleteResource": ("CreateResource",),
    "DeregisterMailDomain": ("RegisterMailDomain",),
    "DisassociateDelegateFromResource": ("AssociateDelegateToResource",),
    "DisassociateMemberFromGroup": ("AssociateMemberToGroup",),
    "DescribeEmailMonitoringConfiguration": ("PutEmailMonitoringConfiguration",),
    "DescribeIdentityProviderConfiguration": ("PutIdentityProviderConfiguration",),
    "GetDefaultRetentionPolicy": ("PutRetentionPolicy",),
    "GetMobileDeviceAccessOverride": ("PutMobileDeviceAccessOverride",),
    "UpdateAvailabilityConfiguration": ("CreateAvailabilityConfiguration",),
}


@define
class Scene:
    """A stage on which what a request needs is made as it is named."""

    stage: Stage
    _made: dict[str, str] = field(factory=dict)

    def call(self, operation: str, **change: Any) -> Any:
        """Make the operation's valid request, but for what is changed."""
        return self.send(operation, self.filled(operation, change))

    def send(self, operation: str, request: dict[str, Any]) -> Any:
        """Make a request."""
        client = self.stage.emulator.client(OPERATIONS[operation].service_model.service_name)
        return getattr(client, xform_name(operation))(**request)

    def filled(self, operation: str, change: dict[str, Any]) -> dict[str, Any]:
        """Return the operation's valid request, changed, and make what it names."""
        request = REQUESTS[operation] | change
        if "OrganizationId" in getattr(OPERATIONS[operation].input_shape, "members", ()):
            request = {"OrganizationId": self.stage.id} | request
        return {
            member: self._filled(value) for member, value in request.items() if value is not None
        }

    def made(self, name: str) -> str:
        """Return the identifier of something, which is made the first time."""
        if name not in self._made:
            make = _MAKERS.get(name)
            self._made[name] = make(self) if make is not None else self.stage.user(name)
        return self._made[name]

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if isinstance(value, str):
            return _PLACE.sub(lambda place: self.made(place[1]), value)
        return value


def _group(scene: Scene) -> str:
    group = scene.call("CreateGroup", Name="gone-group")["GroupId"]
    scene.call("DeleteGroup", GroupId=group)
    return str(group)


def _room(scene: Scene) -> str:
    room = scene.call("CreateResource", Name="gone-room")["ResourceId"]
    scene.call("DeleteResource", ResourceId=room)
    return str(room)


def _export_resources(scene: Scene) -> None:
    made = scene.stage.emulator.create_export_resources(scene.stage.id)
    scene._made |= {
        "export-role": made.role_arn,
        "key": made.kms_key_arn,
        "bucket": made.bucket,
    }


def _export_resource(name: str) -> Callable[[Scene], str]:
    def make(scene: Scene) -> str:
        _export_resources(scene)
        return scene.made(name)

    return make


def _message(*, redirected: bool) -> Callable[[Scene], str]:
    def make(scene: Scene) -> str:
        emulator = scene.stage.emulator
        return emulator.deliver(scene.stage.id, MAIL, redirected=redirected).id

    return make


def _changed_mail(scene: Scene) -> str:
    bucket, s3 = "changed-mail", scene.stage.emulator.client("s3")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "workmail.us-east-1.amazonaws.com"},
        "Action": ["s3:GetObject", "s3:GetObjectVersion"],
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    s3.put_object(Bucket=bucket, Key="changed", Body=MAIL)
    return bucket


_MAKERS: dict[str, Callable[[Scene], str]] = {
    "application": lambda scene: str(
        scene.call("CreateIdentityCenterApplication")["ApplicationArn"]
    ),
    "arn": lambda scene: scene.stage.organization.arn,
    "bucket": _export_resource("bucket"),
    "changed-mail": _changed_mail,
    "export-role": _export_resource("export-role"),
    "deleted-group": _group,
    "directory": lambda scene: (
        scene.stage.emulator.organization(scene.stage.id).directory_service.id
    ),
    "deleted-room": _room,
    "group-id": lambda scene: scene.stage.organization.groups["staff"],
    "job": lambda scene: str(scene.call("StartMailboxExportJob")["JobId"]),
    "key": _export_resource("key"),
    "message": _message(redirected=False),
    "redirected-message": _message(redirected=True),
    "mobile-rule": lambda scene: str(
        scene.call("CreateMobileDeviceAccessRule")["MobileDeviceAccessRuleId"]
    ),
    "role": lambda scene: str(scene.call("CreateImpersonationRole")["ImpersonationRoleId"]),
    "token": lambda scene: scene.stage.emulator.add_personal_access_token(
        scene.stage.id, "ana", "phone"
    ),
}
