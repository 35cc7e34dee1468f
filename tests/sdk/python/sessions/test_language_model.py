"""Calls that need a language model: classification, extraction and question synthesis."""

from datetime import datetime, timezone
from typing import Any, Optional

import pytest
from pydantic import Field
from support import GENERATION, NotFoundError, says, sdk

try:
    from zep_cloud.extractor.models import ZepModel, ZepText
except ImportError:
    ZepModel, ZepText = object, str

pytestmark = pytest.mark.skipif(GENERATION == "ce", reason="the community edition's SDK has no such calls")


def test_a_session_is_classified(zep: Any, talk: str) -> None:
    answer = zep.memory.classify_session(talk, classes=["Oslo", "Lyon"], name="place")
    assert answer.class_ == "Lyon"
    assert zep.memory.get_session(talk).classifications == {"place": "Lyon"}
    zep.memory.classify_session(talk, classes=["Oslo", "Lyon"], name="other", instruction="Where?", last_n=2, persist=False)
    assert "other" not in zep.memory.get_session(talk).classifications
    with pytest.raises(NotFoundError):
        zep.memory.classify_session("nothing", classes=["a"], name="b")


def test_data_is_extracted(zep: Any, session: str) -> None:
    zep.memory.add(session, messages=[says("user", "My shoe size is 42 and my home town is Lyon.")])
    schema = '{"shoe_size": {"type": "ZepNumber", "description": "the shoe size"}, "age": {"type": "ZepNumber", "description": "the age"}}'
    assert zep.memory.extract_data(session, last_n=3, model_schema=schema) == {"shoe_size": "42"}
    now = "2025-01-01T00:00:00Z"
    said = zep.memory.extract_data(session, last_n=3, model_schema=schema, current_date_time=now, validate=True)
    assert said == {"shoe_size": "42"}


def test_a_model_class_of_the_sdk_is_filled_in(zep: Any, session: str) -> None:
    class Person(ZepModel):
        home_town: Optional[ZepText] = Field(default=None, description="the home town")

    zep.memory.add(session, messages=[says("user", "My home town is Lyon.")])
    assert zep.memory.extract(session, Person).home_town == "Lyon"
    assert zep.memory.extract(session, Person, current_date_time=datetime(2025, 1, 1, tzinfo=timezone.utc), last_n=3, validate=False).home_town == "Lyon"


def test_a_question_is_synthesized_from_a_session(zep: Any, talk: str) -> None:
    assert zep.memory.synthesize_question(talk).question == "Where should we eat in Lyon?"
    assert zep.memory.synthesize_question(talk, last_n_messages=1).question.endswith("?")
    with pytest.raises(NotFoundError):
        zep.memory.synthesize_question("nothing")
