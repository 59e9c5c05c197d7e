"""The machine's clock is set forward and back under a server that gives out tokens."""

import threading

from livetest.checks import Checks, equal, true
from livetest.server import wait_for

from .lease_storms import count_of
from .measures import Probe, cpu
from .shim import Shim

CHECKS = Checks("clock jumps (F10)")

HOUR, DAY = 3600, 86400


def fresh(world, name):
    server = world.new_server(name)
    world.shim = Shim(server.folder)
    server.start(env=world.shim.environment)
    server.initialize()
    server.unseal()
    world.server = server
    return server.api()


def token(api, ttl, **more):
    return api.must("POST", "/v1/auth/token/create", {"ttl": ttl, **more}).json["auth"]["client_token"]


def status(world, one):
    return world.server.api(one).get("/v1/auth/token/lookup-self").status


def left(world, one):
    return world.server.api(one).must("GET", "/v1/auth/token/lookup-self").data["ttl"]


@CHECKS.check("a step forward ends what has ended by then, at once, and nothing else")
def _(world):
    api = fresh(world, "forward")
    short, long = token(api, "30m"), token(api, "48h")
    world.shim.move_clock(HOUR)
    equal((status(world, short), status(world, long)), (403, 200), "statuses after an hour")
    world.shim.move_clock(30 * DAY)
    equal(status(world, long), 403, "status after thirty days")
    new = token(api, "1h")
    true(HOUR - 10 <= left(world, new) <= HOUR, f"a new token has {left(world, new)} s")
    world.server.kill()


@CHECKS.check("a step back extends nothing: what is left goes on to shrink, and what had ended stays so")
def _(world):
    api = fresh(world, "back")
    one, ended = token(api, "1h"), token(api, "20m")
    world.shim.move_clock(30 * 60)
    equal(status(world, ended), 403, "status of the token that has ended")
    true(left(world, one) <= 30 * 60, "half of the time has passed")
    for step in (30 * 60 - 5, 0, -HOUR, -30 * DAY):
        world.shim.move_clock(step)
        true(left(world, one) <= 30 * 60, f"at {step} s the token has {left(world, one)} s")
        equal(status(world, ended), 403, f"at {step} s: status of the token that has ended")
        renewed = world.server.api(one).must("POST", "/v1/auth/token/renew-self", {"increment": "25m"}).json["auth"]
        true(renewed["lease_duration"] <= 30 * 60, f"renewed to {renewed['lease_duration']} s")
    # What is made meanwhile lives as long as it was told.
    brief = token(api, "2s")
    wait_for(lambda: status(world, brief) == 403, "a token of two seconds lives on", seconds=6)
    true("set back" in world.server.log.read_text(), "nothing is said of the step back")
    world.server.kill()


@CHECKS.check("a renewal at its maximum under steps forward and back never becomes endless (CVE-2021-32923)")
def _(world):
    api = fresh(world, "limit")
    tokens = [token(api, "1h", explicit_max_ttl="1h") for _ in range(world.pick(10, 200))]
    for step in (HOUR - 2, HOUR - 7, HOUR - 1, 0, HOUR - 3):
        world.shim.move_clock(step)
        for one in tokens:
            world.server.api(one).post("/v1/auth/token/renew-self", {"increment": "1h"})
    world.shim.move_clock(HOUR + 1)
    equal({status(world, one) for one in tokens}, {403}, "statuses after the maximum")
    world.server.kill()


@CHECKS.check("a step that ends thousands of tokens delays nobody, and all of them go")
def _(world):
    api = fresh(world, "storm")
    count = world.pick(2000, 50_000)

    def make(number):
        own = world.server.api()
        for _ in range(count // 4):
            own.must("POST", "/v1/auth/token/create", {"ttl": "1h", "no_default_policy": True})

    threads = [threading.Thread(target=make, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keep = token(api, "72h")
    with Probe(api, "/v1/auth/token/lookup-self") as quiet:
        wait_for(lambda: len(quiet.seconds) > 200, "look-ups are slow", seconds=60)
    pause = threading.Event()
    world.shim.move_clock(2 * HOUR)
    # The next token that is made wakes the reaper; without one it looks again within a minute.
    token(api, "1s")
    with Probe(api, "/v1/auth/token/lookup-self") as probe:
        # A list of all of them would be a burden of its own.
        wait_for(lambda: count_of(world.server) <= 3 or pause.wait(0.2), "tokens that have ended are still there",
                 seconds=world.pick(60, 600))
    print(f"           ({count} tokens, p99 {probe.quantile(0.99) * 1e3:.1f} ms, in quiet "
          f"{quiet.quantile(0.99) * 1e3:.1f} ms)", flush=True)
    equal(set(probe.statuses), {200}, "statuses meanwhile")
    true(probe.quantile(0.99) < max(3 * quiet.quantile(0.99), world.pick(0.5, 0.05)), "look-ups are slow meanwhile")
    equal(status(world, keep), 200, "status of a token that has not ended")
    spent = cpu(world.server)
    threading.Event().wait(1)
    true(cpu(world.server) - spent < 0.3, "the server does not come to rest")
    world.server.kill()
