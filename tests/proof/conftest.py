import pytest

from clinic.proof.proving import Proof, prove


@pytest.fixture(scope="session")
def proof() -> Proof:
    """Built once: half a minute."""
    return prove()
