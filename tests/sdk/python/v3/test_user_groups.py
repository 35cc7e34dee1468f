"""Groups of users."""

from typing import Any

import pytest
from support import unique
from zep_cloud.client import Zep
from zep_cloud.core.api_error import ApiError
from zep_cloud.errors import BadRequestError, ConflictError, ForbiddenError, NotFoundError

POLICY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def project(client: Zep) -> str:
    return client.project.get().project.uuid_


@pytest.fixture
def group(zep: Any, project: str) -> Any:
    return zep.user_group.create(project_id=project, name=unique("group"), description="a group")


def test_a_group_is_created_read_updated_listed_and_deleted(zep: Any, project: str, group: Any) -> None:
    assert (group.version, group.member_count, group.kind, group.description) == (1, 0, "managed", "a group")
    assert zep.user_group.get(group.uuid_, project_id=project) == group
    renamed = unique("group")
    changed = zep.user_group.update(group.uuid_, project_id=project, expected_version=1, name=renamed, description="other")
    assert (changed.version, changed.name, changed.description) == (2, renamed, "other")
    with pytest.raises(ConflictError):
        zep.user_group.update(group.uuid_, project_id=project, expected_version=1, name="late")
    assert zep.user_group.update(group.uuid_, project_id=project, expected_version=2).version == 3
    found = zep.user_group.list(project_id=project, page_number=1, page_size=10, search=renamed)
    assert [one.uuid_ for one in found.user_groups] == [group.uuid_] and found.total_count == 1 and found.quota.unlimited
    assert zep.user_group.list(project_id=project, page_number=1, page_size=1).row_count == 1
    with pytest.raises(ConflictError):
        zep.user_group.create(project_id=project, name=renamed.upper())
    zep.user_group.create(project_id=project, name=unique("group"))
    assert zep.user_group.delete(group.uuid_, project_id=project) is None
    with pytest.raises(NotFoundError):
        zep.user_group.get(group.uuid_, project_id=project)


def test_users_join_and_leave(zep: Any, project: str, group: Any) -> None:
    users = [zep.user.add(user_id=unique("member")) for _ in range(3)]
    uuids = [user.uuid_ for user in users]
    joined = zep.user_group.add_members(group.uuid_, project_id=project, user_uuids=uuids)
    assert (joined.added_count, joined.no_op_count) == (3, 0)
    again = zep.user_group.add_members(group.uuid_, project_id=project, user_uuids=uuids[:1])
    assert (again.added_count, again.no_op_count) == (0, 1)
    members = zep.user_group.list_members(group.uuid_, project_id=project, page_number=1, page_size=10)
    assert {user.user_id for user in members.users} == {user.user_id for user in users} and members.total_count == 3
    one = zep.user_group.list_members(group.uuid_, project_id=project, page_number=1, page_size=10, search=users[0].user_id)
    assert [user.user_id for user in one.users] == [users[0].user_id]
    assert zep.user_group.get(group.uuid_, project_id=project).member_count == 3
    assert [one.uuid_ for one in zep.user_group.list_for_user(uuids[0], project_id=project).user_groups] == [group.uuid_]
    left = zep.user_group.remove_members(group.uuid_, project_id=project, user_uuids=uuids[:1])
    assert left.removed_count == 1
    assert zep.user_group.remove_member(group.uuid_, uuids[1], project_id=project).removed_count == 1
    candidates = zep.user_group.list_member_candidates(group.uuid_, project_id=project, page_number=1, page_size=10, search=users[0].user_id)
    assert [user.user_id for user in candidates.users] == [users[0].user_id]
    assert zep.user_group.list_member_candidates(group.uuid_, project_id=project, page_number=1, page_size=10).total_count >= 2
    # A deleted user leaves every group.
    zep.user.delete(users[2].user_id)
    assert zep.user_group.list_members(group.uuid_, project_id=project, page_number=1, page_size=10).users == []


def test_no_user_joins_if_one_is_unknown(zep: Any, project: str, group: Any) -> None:
    user = zep.user.add(user_id=unique("member"))
    with pytest.raises(NotFoundError):
        zep.user_group.add_members(group.uuid_, project_id=project, user_uuids=[user.uuid_, POLICY])
    assert zep.user_group.get(group.uuid_, project_id=project).member_count == 0
    with pytest.raises(BadRequestError):
        zep.user_group.add_members(group.uuid_, project_id=project, user_uuids=[])


def test_policy_sets_are_attached_and_detached(zep: Any, client: Zep, project: str, group: Any) -> None:
    with pytest.raises(NotFoundError):
        zep.user_group.attach_policy_set(group.uuid_, project_id=project, policy_set_uuid=project)
    # No method of the SDK defines policy sets.
    http = client._client_wrapper.httpx_client
    defined = http.request(f"abac/policy-sets/{POLICY}", method="PUT", json={"name": "shared", "grants": []})
    assert defined.status_code == 200, defined.text
    attached = zep.user_group.attach_policy_set(group.uuid_, project_id=project, policy_set_uuid=POLICY)
    assert [one.uuid_ for one in attached.policy_sets] == [POLICY]
    assert zep.user_group.list_policy_sets(group.uuid_, project_id=project) == attached
    assert zep.user_group.get(group.uuid_, project_id=project).attached_policy_set_count == 1
    assert zep.user_group.detach_policy_set(group.uuid_, POLICY, project_id=project).policy_sets == []
    with pytest.raises(NotFoundError):
        zep.user_group.detach_policy_set(group.uuid_, POLICY, project_id=project)


def test_the_project_must_be_the_one_of_the_key(zep: Any, other_project: Zep, project: str, group: Any) -> None:
    for call in (lambda: zep.user_group.get(group.uuid_, project_id=POLICY), lambda: other_project.user_group.get(group.uuid_, project_id=project)):
        with pytest.raises(ForbiddenError):
            call()
    with pytest.raises(ApiError):
        zep.user_group.get(group.uuid_, project_id="no-uuid")
