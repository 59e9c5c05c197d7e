"""Rate quotas."""

from livetest.checks import Checks, equal

from .world import missing

CHECKS = Checks("quotas")


@CHECKS.check("a rate quota is written, read, listed and deleted")
def _(world):
    sys = world.root.sys
    missing(sys.list_quotas)
    sys.create_or_update_quota("slow", 1000.5, path="secret", interval="2s", block_interval="10s")
    quota = sys.read_quota("slow")["data"]
    equal((quota["name"], quota["rate"], quota["path"], quota["type"]), ("slow", 1000.5, "secret/", "rate-limit"))
    equal((quota["interval"], quota["block_interval"]), (2, 10))
    equal(sys.list_quotas()["data"]["keys"], ["slow"])
    sys.delete_quota("slow")
    missing(sys.read_quota, "slow")
