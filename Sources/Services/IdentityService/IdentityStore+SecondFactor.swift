internal import CofferFramework
internal import CofferStorage

extension IdentityStore {
    /// Checks that every enforcement is satisfied by one of its methods.
    ///
    /// Each code is looked at once, also when several enforcements ask for it.
    /// - Throws: one and the same refusal, whatever was wrong.
    package func require(
        _ enforcements: [LoginEnforcement], of entityID: String, _ given: SecondFactors
    ) async throws {
        var offered: [String: String] = [:]
        for (name, code) in given.passcodes {
            if let method = try await method(named: name) { offered[method.id] = code }
        }
        var outcomes: [String: Bool] = [:]
        for enforcement in enforcements {
            var isSatisfied = false
            for id in enforcement.methodIDs {
                guard let code = offered[id] else { continue }
                let outcome: Bool
                if let known = outcomes[id] { outcome = known } else { outcome = try await accepts(code, id, entityID) }
                outcomes[id] = outcome
                isSatisfied = isSatisfied || outcome
            }
            if !isSatisfied { throw MFATexts.notSatisfied }
        }
    }

    private func accepts(_ code: String, _ methodID: String, _ entityID: String) async throws -> Bool {
        // Services on the network are not asked: their factors are never satisfied.
        guard let method = try await method(id: methodID), method.kind == .totp else { return false }
        let key = Self.secretKey(entityID, methodID)
        let now = now
        return try await view.transaction { transaction in
            guard let stored = try await transaction.get(key) else { return false }
            var password = try OneTimePassword(stored: stored)
            let outcome = password.validate(code, maximumAttempts: method.maximumAttempts, at: now)
            if outcome != .closed { transaction.put(key, password.stored) }
            return outcome == .accepted
        }
    }
}
