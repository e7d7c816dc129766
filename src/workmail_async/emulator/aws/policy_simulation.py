"""IAM's SimulatePrincipalPolicy, which moto lacks. Tools use it to check who may pass a role.

It evaluates the policies of a user, group or role in moto's IAM, and the permissions boundary of a
role. It ignores policies of the organization, of resources and of sessions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from workmail_async.emulator.http.answers import Answer, answer, error_answer

from . import policies
from . import resources as aws

ACTION = "SimulatePrincipalPolicy"

Form = dict[str, list[str]]

_SERVICE = "iam"
_SOURCE = re.compile(r"arn:aws:iam::\d{12}:(user|group|role)/(?:.*/)?([^/]+)")
_READ = ("ActionNames", "ContextEntries", "PolicySourceArn", "ResourceArns")
# Members that do not change the answer, except for how much of it a page holds.
_IGNORED = ("Action", "Version", "MaxItems")


def simulate(form: Form, *, account_id: str, request_id: str) -> Answer:
    """Answer a request.

    Args:
        form: The request's members, as the query protocol sends them.
        account_id: The account of the caller.
        request_id: The request's id.
    """

    def refuse(code: str, message: str, status: int) -> Answer:
        return error_answer(_SERVICE, code, message, status, request_id)

    unknown = {name.partition(".")[0] for name in form} - {*_READ, *_IGNORED}
    if unknown:
        names = ", ".join(sorted(unknown))
        return refuse("NotImplemented", f"the emulator does not support {names} here", 501)
    source = form.get("PolicySourceArn", [""])[0]
    actions = _members(form, "ActionNames")
    if not source or not actions:
        return refuse("ValidationError", "PolicySourceArn and ActionNames are required", 400)
    named = _SOURCE.fullmatch(source)
    if named is None:
        return refuse("InvalidInput", f"{source} is not the ARN of an IAM user, group or role", 400)
    principal = aws.find_principal(source, account_id)
    if principal is None:
        return refuse("NoSuchEntity", f"there is no {named[1]} {named[2]}", 404)
    context = dict(_context(form))
    results = "".join(
        f"<member><EvalActionName>{escape(action)}</EvalActionName>"
        f"<EvalResourceName>{escape(resource)}</EvalResourceName>"
        f"<EvalDecision>{_decide(principal, action, resource, context)}</EvalDecision></member>"
        for action in actions
        for resource in _members(form, "ResourceArns") or ["*"]
    )
    body = (
        f'<{ACTION}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><{ACTION}Result>'
        f"<IsTruncated>false</IsTruncated><EvaluationResults>{results}</EvaluationResults>"
        f"</{ACTION}Result><ResponseMetadata><RequestId>{request_id}</RequestId>"
        f"</ResponseMetadata></{ACTION}Response>"
    )
    headers = [("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id)]
    return answer(200, headers, body.encode())


def _decide(principal: aws.Principal, action: str, resource: str, context: dict[str, str]) -> str:
    decision = policies.decide(principal.policies, action, resource=resource, context=context)
    if principal.boundary is None or decision != policies.ALLOWED:
        return decision
    return policies.decide([principal.boundary], action, resource=resource, context=context)


def _members(form: Form, name: str) -> list[str]:
    found: list[str] = []
    while member := form.get(f"{name}.member.{len(found) + 1}"):
        found.append(member[0])
    return found


def _context(form: Form) -> Iterator[tuple[str, str]]:
    number = 1
    while key := form.get(f"ContextEntries.member.{number}.ContextKeyName"):
        for value in _members(form, f"ContextEntries.member.{number}.ContextKeyValues")[:1]:
            yield key[0], value
        number += 1
