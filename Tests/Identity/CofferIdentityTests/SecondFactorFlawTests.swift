import CofferBase
import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// Published flaws of second factors, at the scale at which they were published.
@Suite struct SecondFactorFlawTests {
    private let failed = "{\"errors\":[\"login MFA validation failed\"]}\n"

    /// M02: CVE-2025-6015.
    @Test("five wrong codes in varying spellings close the factor for the sixth, in one phase and in two")
    func limiter() async throws {
        for isTwoPhase in [false, true] {
            let world = try await SecondFactorWorld.start(["max_validation_attempts": 5])
            for spelling in ["000000", " 000000", "000 000", "000000 ", "\t000000"] {
                let answer =
                    isTwoPhase
                    ? await world.validate(await world.request(), spelling) : await world.login(spelling)
                #expect(answer.status == 403)
                #expect(answer.text == failed)
            }
            let right =
                isTwoPhase
                ? await world.validate(await world.request(), world.code()) : await world.login(world.code())
            #expect(right.status == 403)
            #expect(right.text == failed)
        }
    }

    /// M02: CVE-2025-6015.
    @Test("of fifty who send one code at once one gets in, in one phase and in two")
    func atomic() async throws {
        let world = try await SecondFactorWorld.start(["max_validation_attempts": 100])
        let code = world.code()
        let passed = await withTaskGroup(of: Bool.self) { tasks in
            for number in 0..<50 {
                tasks.addTask {
                    if number.isMultiple(of: 2) { return await world.login(code).status == 200 }
                    return await world.validate(await world.request(), code).status == 200
                }
            }
            return await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 1)
    }

    /// M02: CVE-2025-6015.
    @Test("no spelling of a used code is let in for as long as it could be valid")
    func spellings() async throws {
        let world = try await SecondFactorWorld.start(["max_validation_attempts": 100])
        let code = world.code()
        #expect(await world.login(code).status == 200)
        let wide = String(code.unicodeScalars.compactMap { UnicodeScalar($0.value + 0xfee0) }.map(Character.init))
        for _ in 0..<4 {
            for spelling in [code, " \(code)", "\(code) ", "+\(code)", "\(code.prefix(3)) \(code.suffix(3))", wide] {
                #expect(await world.validate(await world.request(), spelling).text == failed, "\(spelling)")
            }
            world.identity.server.clock.advance(by: .seconds(30))
        }
    }

    /// M03.
    @Test("a used code stays used, and a closed factor closed, after sealing and unsealing")
    func restart() async throws {
        let world = try await SecondFactorWorld.start(["max_validation_attempts": 3])
        let code = world.code()
        #expect(await world.login(code).status == 200)
        try await world.identity.server.reopen()
        #expect(await world.login(code).text == failed)
        for _ in 0..<2 { #expect(await world.login("000000").text == failed) }
        try await world.identity.server.reopen()
        #expect(await world.login(world.code(1)).text == failed)
        world.identity.server.clock.advance(by: .seconds(91))
        #expect(await world.login(world.code()).status == 200)
    }

    /// M03: what was waiting is lost, so that it is good for nobody else.
    @Test("a login that waited when the server was sealed begins anew")
    func waiting() async throws {
        let world = try await SecondFactorWorld.start()
        let request = await world.request()
        try await world.identity.server.reopen()
        #expect(await world.validate(request, world.code()).status == 403)
        // The code was not looked at.
        #expect(await world.login(world.code()).status == 200)
    }

    /// A second factor is asked for from the first request after a start.
    @Test("the first login after unsealing needs its second factor")
    func first() async throws {
        let world = try await SecondFactorWorld.start()
        try await world.identity.server.reopen()
        #expect(await world.login().clientToken == "")
    }

    /// N02: CVE-2025-6013.
    @Test("no spelling of a name passes by the second factor of its entity")
    func names() async throws {
        let world = try await SecondFactorWorld.start()
        let enforcement: JSON = [
            "mfa_method_ids": .strings([world.method]), "identity_entity_ids": .strings([world.entity]),
        ]
        #expect(await world.identity.post("mfa/login-enforcement/one", enforcement).status == 204)
        for spelling in ["bob", "bob ", " bob", "BOB", "  bOb  "] {
            let held = await world.login(as: spelling)
            #expect(held.clientToken == "", "\(spelling)")
            #expect(held.auth?["mfa_requirement"]?.isNull == false)
        }
        for spelling in ["bob\u{a0}", "\u{3000}bob", "b\u{43e}b", "bob\u{200b}", "\u{ff42}ob"] {
            #expect(await world.login(as: spelling).status == 400, "\(spelling)")
        }
        #expect(await world.identity.list("entity/id").keys.count == 1)
    }
}
