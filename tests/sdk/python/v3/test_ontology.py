"""Zep's guide to customising the structure of a graph, and what must not be typed."""

from typing import Any, Iterable, List, Literal, Optional

from pydantic import Field
from support import new_talk, processed, unique
from zep_cloud import EntityEdgeSourceTarget, Message
from zep_cloud.external_clients.ontology import EdgeModel, EntityBoolean, EntityFloat, EntityInt, EntityModel, EntityText


class Restaurant(EntityModel):
    """Represents a specific restaurant."""

    cuisine_type: EntityText = Field(description="The cuisine type of the restaurant, for example: American, Mexican, Indian, etc.", default=None)
    dietary_accommodation: EntityText = Field(description="The dietary accommodation of the restaurant, if any, for example: vegetarian, vegan, etc.", default=None)


class Audiobook(EntityModel):
    """Represents an audiobook entity."""

    genre: EntityText = Field(description="The genre of the audiobook, for example: self-help, fiction, nonfiction, etc.", default=None)


class RestaurantVisit(EdgeModel):
    """Represents the fact that the user visited a restaurant."""

    restaurant_name: EntityText = Field(description="The name of the restaurant the user visited", default=None)


class AudiobookListen(EdgeModel):
    """Represents the fact that the user listened to or played an audiobook."""

    audiobook_title: EntityText = Field(description="The title of the audiobook the user listened to or played", default=None)


class DietaryPreference(EdgeModel):
    """Represents the fact that the user has a dietary preference or dietary restriction."""

    preference_type: EntityText = Field(description="Preference type of the user: anything, vegetarian, vegan, peanut allergy, etc.", default=None)
    allergy: EntityBoolean = Field(description="Whether this dietary preference represents a user allergy: True or false", default=None)


ENTITIES = {"Restaurant": Restaurant, "Audiobook": Audiobook}
EDGES = {
    "RESTAURANT_VISIT": (RestaurantVisit, [EntityEdgeSourceTarget(source="User", target="Restaurant")]),
    "AUDIOBOOK_LISTEN": (AudiobookListen, [EntityEdgeSourceTarget(source="User", target="Audiobook")]),
    "DIETARY_PREFERENCE": (DietaryPreference, [EntityEdgeSourceTarget(source="User")]),
}


def converse(zep: Any, talk: Any, turns: Iterable[tuple], **options: Any) -> None:
    """Posts turns of the user and the assistant to a new thread of the user, and waits until they are in the graph."""
    thread_id = unique("thread")
    zep.thread.create(thread_id=thread_id, user_id=talk.user_id)
    names = {"user": "John Doe", "assistant": "Assistant"}
    messages = [Message(role=role, name=names[role], content=content) for role, content in turns]
    processed(zep, task=zep.thread.add_messages(thread_id, messages=messages, **options).task_id)


def eat_and_listen(zep: Any, talk: Any, **options: Any) -> None:
    """The conversations of the guide."""
    lunch = [
        ("user", "Take me to a lunch place"),
        ("assistant", "How about Panera Bread, Chipotle, or Green Leaf Cafe, which are nearby?"),
        ("user", "Do any of those have vegetarian options? I'm vegetarian"),
        ("assistant", "Yes, Green Leaf Cafe has vegetarian options"),
        ("user", "Let's go to Green Leaf Cafe"),
        ("assistant", "Navigating to Green Leaf Cafe"),
    ]
    book = [
        ("user", "Play the 7 habits of highly effective people"),
        ("assistant", "Playing the 7 habits of highly effective people"),
    ]
    converse(zep, talk, lunch, **options)
    converse(zep, talk, book, **options)


def edges_of(zep: Any, talk: Any, name: str) -> List[dict]:
    """The attributes of the facts of a type that a search finds."""
    found = zep.graph.search(user_id=talk.user_id, query="Take me to a lunch place", scope="edges", search_filters={"edge_types": [name]}, limit=1)
    assert all(edge.name == name for edge in found.edges or [])
    return [edge.attributes for edge in found.edges or []]


def nodes_of(zep: Any, talk: Any, label: str) -> dict:
    """The attributes of the nodes with a label that a search finds, by name."""
    found = zep.graph.search(user_id=talk.user_id, query="Take me to a lunch place", scope="nodes", search_filters={"node_labels": [label]})
    assert all(label in node.labels for node in found.nodes or [])
    return {node.name: {key: value for key, value in node.attributes.items() if key != "labels"} for node in found.nodes or []}


def check_the_guide(zep: Any, talk: Any) -> None:
    assert edges_of(zep, talk, "DIETARY_PREFERENCE") == [{"preference_type": "vegetarian"}]
    assert edges_of(zep, talk, "RESTAURANT_VISIT") == [{"restaurant_name": "Green Leaf Cafe"}]
    title = "7 habits of highly effective people"
    assert edges_of(zep, talk, "AUDIOBOOK_LISTEN") == [{"audiobook_title": title}]
    assert nodes_of(zep, talk, "Restaurant") == {"Green Leaf Cafe": {"dietary_accommodation": "vegetarian"}}
    assert list(nodes_of(zep, talk, "Audiobook")) == [title]


def test_the_searches_of_the_guide_find_what_it_shows(zep: Any) -> None:
    talk = new_talk(zep, first_name="John", last_name="Doe")
    zep.graph.set_ontology(ENTITIES, EDGES, user_ids=[talk.user_id])
    eat_and_listen(zep, talk)
    check_the_guide(zep, talk)


def test_what_is_plainly_said_fills_the_properties(zep: Any) -> None:
    talk = new_talk(zep, first_name="John", last_name="Doe")
    zep.graph.set_ontology(ENTITIES, EDGES, user_ids=[talk.user_id])
    turns = [
        "I just finished the audiobook Dune, it's science fiction",
        "I just finished a fantasy audiobook called Emberfall.",
        "I listened to the audiobook Middlemarch, it's great.",
        "I went to an Ethiopian restaurant called Abyssinia.",
        "I went to the restaurant Nobu because Ethiopian food is heavy.",
    ]
    converse(zep, talk, [("user", turn) for turn in turns])
    assert nodes_of(zep, talk, "Audiobook") == {"Dune": {"genre": "science fiction"}, "Emberfall": {"genre": "fantasy"}, "Middlemarch": {}}
    assert nodes_of(zep, talk, "Restaurant") == {"Abyssinia": {"cuisine_type": "Ethiopian"}, "Nobu": {}}


def test_types_apply_to_what_was_said_before_until_they_are_removed(zep: Any) -> None:
    talk = new_talk(zep, first_name="John", last_name="Doe")
    eat_and_listen(zep, talk)
    assert {edge.name for edge in talk.facts()} == {"FOLLOWS_DIET", "VISITED", "LISTENS_TO"}
    zep.graph.set_ontology(ENTITIES, EDGES, user_ids=[talk.user_id])
    check_the_guide(zep, talk)
    zep.graph.set_entity_types_internal(user_ids=[talk.user_id])
    assert {edge.name for edge in talk.facts()} == {"FOLLOWS_DIET", "VISITED", "LISTENS_TO"}
    assert all(edge.attributes == {} for edge in talk.facts())
    assert nodes_of(zep, talk, "Restaurant") == {}


def test_a_strict_ontology_keeps_what_the_guide_shows_and_nothing_else(zep: Any) -> None:
    talk = new_talk(zep, first_name="John", last_name="Doe", disable_default_ontology=True)
    zep.graph.set_ontology(ENTITIES, EDGES, user_ids=[talk.user_id])
    eat_and_listen(zep, talk, strict_ontology=True)
    converse(zep, talk, [("user", "I live in Lyon and my sister Salma works at Nordlys Studio.")], strict_ontology=True)
    check_the_guide(zep, talk)
    assert {edge.name for edge in talk.facts()} == set(EDGES)
    assert {label for node in talk.nodes() for label in node.labels} == {"Entity", "User", "Assistant", *ENTITIES}


def test_the_default_types_are_declared_unless_they_are_disabled(zep: Any) -> None:
    def labels(**user: Any) -> set:
        talk = new_talk(zep, first_name="John", last_name="Doe", **user)
        zep.graph.set_ontology(ENTITIES, EDGES, user_ids=[talk.user_id])
        converse(zep, talk, [("user", "My sister visited Lyon.")], strict_ontology=True)
        return {label for node in talk.nodes() for label in node.labels}

    assert "Location" in labels()
    assert "Location" not in labels(disable_default_ontology=True)


def test_an_allergy_is_a_dietary_preference(zep: Any) -> None:
    talk = new_talk(zep, first_name="John", last_name="Doe")
    zep.graph.set_ontology(ENTITIES, EDGES, user_ids=[talk.user_id])
    converse(zep, talk, [("user", "I am allergic to peanuts.")])
    assert edges_of(zep, talk, "DIETARY_PREFERENCE") == [{"preference_type": "peanut allergy", "allergy": True}]


def test_doubtful_things_get_no_declared_type(zep: Any) -> None:
    talk = new_talk(zep, first_name="John", last_name="Doe")
    zep.graph.set_ontology(ENTITIES, EDGES, user_ids=[talk.user_id])
    turns = [
        ("user", "My friend Nora is a restaurant critic."),
        ("user", "I read an article about audiobooks."),
        ("user", "I visited Lisbon in May."),
        ("user", "I prefer window seats."),
        ("user", "Let's go to Harbour Hotel"),
        ("assistant", "Harbour Hotel is closed"),
        ("user", "Play the song Thriller"),
        ("assistant", "Playing the song Thriller"),
    ]
    converse(zep, talk, turns)
    for label in ENTITIES:
        assert nodes_of(zep, talk, label) == {}, label
    for name in EDGES:
        assert edges_of(zep, talk, name) == [], name


def test_json_fills_the_properties_that_its_keys_name(zep: Any) -> None:
    class Venue(EntityModel):
        """A place for concerts."""

        seats: EntityInt = Field(description="how many seats it has", default=None)
        rating: EntityFloat = Field(description="stars", default=None)
        hasParking: EntityBoolean = Field(description="whether one can park", default=None)
        # Lists of values reach the server only as part of the description: the SDK sends no more than the type.
        size: Optional[Literal["small", "large"]] = Field(description="One of: small, large", default=None)
        opened_on: Optional[str] = Field(description="the day on which it opened", default=None)

    talk = new_talk(zep, first_name="John", last_name="Doe")
    zep.graph.set_ontology({"Venue": Venue}, user_ids=[talk.user_id])
    data = '{"type": "venue", "name": "Blue Hall", "Seats": 1200, "rating": "4.5", "has_parking": true, "openedOn": "2019-05-04"}'
    episode = zep.graph.add(user_id=talk.user_id, type="json", data=data)
    processed(zep, episodes=[episode.uuid_])
    converse(zep, talk, [("user", "I sang at Blue Hall. Blue Hall is a small venue.")])
    expected = {"seats": 1200, "rating": 4.5, "hasParking": True, "opened_on": "2019-05-04", "size": "small"}
    found = nodes_of(zep, talk, "Venue")["Blue Hall"]
    assert {name: found.get(name) for name in expected} == expected, found
