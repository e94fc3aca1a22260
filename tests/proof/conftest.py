"""Sample suppliers, the story of an installation, and a copy of it whose figures are proven."""

import pytest
from main_line.story import story
from suppliers.fixtures import shared_sample, suppliers

__all__ = ["shared_sample", "story", "suppliers"]


@pytest.fixture(scope="module")
def installation(story, tmp_path_factory):
    assert story.first.result.release_id
    return story.installation.copy(tmp_path_factory.mktemp("proved") / "home")


@pytest.fixture
def workspace(installation, story):
    return installation.workspace(story.first.day)


@pytest.fixture
def release(installation, story):
    return installation.releases / story.first.result.release_id
