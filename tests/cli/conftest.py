from suppliers.fixtures import shared_sample, suppliers

__all__ = ["shared_sample", "suppliers"]
