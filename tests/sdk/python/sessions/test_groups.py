"""Groups of cloud v2: standalone graphs."""

from typing import Any

import pytest
from support import GENERATION, BadRequestError, NotFoundError, eventually, rating, unique

pytestmark = pytest.mark.skipif(GENERATION != "v2", reason="only cloud v2 has groups")


@pytest.fixture
def group(zep: Any) -> str:
    """A new group."""
    group_id = unique("group")
    zep.group.add(group_id=group_id, name="Team", description="a team", fact_rating_instruction=rating("work"))
    return group_id


def test_a_group_is_created_read_updated_listed_and_deleted(zep: Any, group: str) -> None:
    read = zep.group.get_group(group)
    assert (read.group_id, read.name, read.description) == (group, "Team", "a team")
    assert read.fact_rating_instruction.examples.high == "work very much"
    changed = zep.group.update(group, name="Crew", description="a crew", fact_rating_instruction=rating("play"))
    assert (changed.name, changed.description, changed.fact_rating_instruction.instruction) == ("Crew", "a crew", "rate facts by play")
    assert zep.group.update(group).name == "Crew"
    assert group in [one.group_id for one in zep.group.get_all_groups(page_number=1, page_size=50).groups]
    assert zep.group.get_all_groups().total_count >= 1
    zep.group.delete(group)
    with pytest.raises(NotFoundError):
        zep.group.get_group(group)


def test_a_group_needs_only_an_id(zep: Any) -> None:
    group_id = unique("group")
    assert zep.group.add(group_id=group_id).group_id == group_id
    with pytest.raises(BadRequestError) as caught:
        zep.group.add(group_id=group_id)
    assert "already exists" in str(caught.value.body)


def test_the_facts_of_a_group_are_rated(zep: Any, group: str) -> None:
    zep.graph.add(group_id=group, type="text", data="Salma works at Nordlys Studio.")
    facts = eventually(lambda: zep.group.get_facts(group).facts, lambda facts: facts, "facts")
    assert "Nordlys" in facts[0].fact and 0 <= facts[0].rating <= 1


def test_a_group_is_a_graph_of_the_next_generation(zep: Any, group: str, raw: Any) -> None:
    assert raw.get(f"/api/v2/graph/{group}").json()["name"] == "Team"
    assert raw.get("/api/v2/graph/list-all", params={"search": group}).json()["total_count"] == 1
