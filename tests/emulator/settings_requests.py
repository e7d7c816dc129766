"""Valid requests of the operations on an organization's settings, and which errors they meet where.

`test_errors` adds them to its own, so that what holds for all operations is tried with these too.
"""

from typing import Any

_RULE = {"Name": "rule", "Effect": "ALLOW"}
_ROLE = {"Name": "backup", "Type": "READ_ONLY", "Rules": []}
_ROLE_ID = {"ImpersonationRoleId": "nobody-made-it"}
_RULE_ID = {"MobileDeviceAccessRuleId": "nobody-made-it"}
_TOKEN_ID = {"PersonalAccessTokenId": "nobody-made-it"}
_DEVICE = {"UserId": "ana", "DeviceId": "d1"}
_DOMAIN = {"DomainName": "partner.example"}
_LAMBDA = {
    "LambdaProvider": {"LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:free-busy"}
}
_INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
_APPLICATION = "arn:aws:sso::123456789012:application/ssoins-0123456789abcdef/apl-0123456789abcdef"
_LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/workmail/emailevents/acme:*"

REQUESTS: dict[str, dict[str, Any]] = {
    "AssumeImpersonationRole": _ROLE_ID,
    "CreateAvailabilityConfiguration": _DOMAIN | _LAMBDA,
    "CreateImpersonationRole": _ROLE,
    "CreateMobileDeviceAccessRule": _RULE,
    "DeleteAccessControlRule": {"Name": "rule"},
    "DeleteAvailabilityConfiguration": _DOMAIN,
    "DeleteEmailMonitoringConfiguration": {},
    "DeleteIdentityProviderConfiguration": {},
    "DeleteImpersonationRole": _ROLE_ID,
    "DeleteMobileDeviceAccessOverride": _DEVICE,
    "DeleteMobileDeviceAccessRule": _RULE_ID,
    "DeletePersonalAccessToken": _TOKEN_ID,
    "DeleteRetentionPolicy": {"Id": "policy"},
    "DescribeEmailMonitoringConfiguration": {},
    "DescribeIdentityProviderConfiguration": {},
    "DescribeInboundDmarcSettings": {},
    "GetAccessControlEffect": {
        "IpAddress": "192.0.2.7",
        "Action": "EWS",
        "UserId": "nobody-made-it",
    },
    "GetDefaultRetentionPolicy": {},
    "GetImpersonationRole": _ROLE_ID,
    "GetImpersonationRoleEffect": _ROLE_ID | {"TargetUser": "ana"},
    "GetMobileDeviceAccessEffect": {},
    "GetMobileDeviceAccessOverride": _DEVICE,
    "GetPersonalAccessTokenMetadata": _TOKEN_ID,
    "ListAccessControlRules": {},
    "ListAvailabilityConfigurations": {},
    "ListImpersonationRoles": {},
    "ListMobileDeviceAccessOverrides": {},
    "ListMobileDeviceAccessRules": {},
    "ListPersonalAccessTokens": {},
    "PutAccessControlRule": _RULE | {"Description": "a rule"},
    "PutEmailMonitoringConfiguration": {"LogGroupArn": _LOG_GROUP},
    "PutIdentityProviderConfiguration": {
        "AuthenticationMode": "IDENTITY_PROVIDER_ONLY",
        "IdentityCenterConfiguration": {"InstanceArn": _INSTANCE, "ApplicationArn": _APPLICATION},
        "PersonalAccessTokenConfiguration": {"Status": "ACTIVE"},
    },
    "PutInboundDmarcSettings": {"Enforced": False},
    "PutMobileDeviceAccessOverride": _DEVICE | {"Effect": "ALLOW"},
    "PutRetentionPolicy": {"Name": "policy", "FolderConfigurations": []},
    "TestAvailabilityConfiguration": _LAMBDA,
    "UpdateAvailabilityConfiguration": _DOMAIN | _LAMBDA,
    "UpdateImpersonationRole": _ROLE_ID | _ROLE,
    "UpdateMobileDeviceAccessRule": _RULE_ID | _RULE,
}
OUTSIDE = {"CreateIdentityCenterApplication", "DeleteIdentityCenterApplication"}

# Each is brought about in the tests of its area.
OWN_TESTS = {
    ("AssumeImpersonationRole", "ResourceNotFoundException"),
    ("CreateAvailabilityConfiguration", "LimitExceededException"),
    ("CreateAvailabilityConfiguration", "NameAvailabilityException"),
    ("CreateImpersonationRole", "EntityNotFoundException"),
    ("CreateImpersonationRole", "EntityStateException"),
    ("CreateImpersonationRole", "LimitExceededException"),
    ("CreateMobileDeviceAccessRule", "LimitExceededException"),
    ("DeleteMobileDeviceAccessOverride", "EntityNotFoundException"),
    ("DescribeEmailMonitoringConfiguration", "ResourceNotFoundException"),
    ("DescribeIdentityProviderConfiguration", "ResourceNotFoundException"),
    ("GetAccessControlEffect", "EntityNotFoundException"),
    ("GetAccessControlEffect", "ResourceNotFoundException"),
    ("GetDefaultRetentionPolicy", "EntityNotFoundException"),
    ("GetImpersonationRole", "ResourceNotFoundException"),
    ("GetImpersonationRoleEffect", "EntityNotFoundException"),
    ("GetImpersonationRoleEffect", "EntityStateException"),
    ("GetImpersonationRoleEffect", "ResourceNotFoundException"),
    ("GetMobileDeviceAccessOverride", "EntityNotFoundException"),
    ("GetMobileDeviceAccessOverride", "ResourceNotFoundException"),
    ("GetPersonalAccessTokenMetadata", "ResourceNotFoundException"),
    ("ListMobileDeviceAccessOverrides", "EntityNotFoundException"),
    ("ListPersonalAccessTokens", "EntityNotFoundException"),
    ("ListPersonalAccessTokens", "EntityStateException"),
    ("PutAccessControlRule", "EntityNotFoundException"),
    ("PutAccessControlRule", "LimitExceededException"),
    ("PutAccessControlRule", "ResourceNotFoundException"),
    ("PutEmailMonitoringConfiguration", "ResourceNotFoundException"),
    ("PutIdentityProviderConfiguration", "ResourceNotFoundException"),
    ("PutMobileDeviceAccessOverride", "EntityNotFoundException"),
    ("PutMobileDeviceAccessOverride", "EntityStateException"),
    ("PutRetentionPolicy", "LimitExceededException"),
    ("TestAvailabilityConfiguration", "ResourceNotFoundException"),
    ("UpdateAvailabilityConfiguration", "ResourceNotFoundException"),
    ("UpdateImpersonationRole", "EntityNotFoundException"),
    ("UpdateImpersonationRole", "EntityStateException"),
    ("UpdateImpersonationRole", "ResourceNotFoundException"),
    ("UpdateMobileDeviceAccessRule", "EntityNotFoundException"),
}
# An update adds no role, and how many rules a role has the model limits before.
CANNOT_HAPPEN = {("UpdateImpersonationRole", "LimitExceededException")}
