internal import CofferFramework
internal import CofferStorage

/// Whose second factors are asked for.
package struct FactorLogin: Sendable {
    package let entityID: String
    /// Mount that the login went to.
    package let mountAccessor: String
    package let remoteAddress: String

    package init(entityID: String, mountAccessor: String, remoteAddress: String) {
        self.entityID = entityID
        self.mountAccessor = mountAccessor
        self.remoteAddress = remoteAddress
    }
}

/// What came of one factor.
enum FactorOutcome: Sendable, Equatable {
    case accepted
    case refused(RefusalCause)

    static func refused(_ code: String, _ text: String) -> FactorOutcome { .refused(RefusalCause(code, text)) }
}

extension IdentityStore {
    /// Checks that every enforcement is satisfied by one of its methods.
    ///
    /// Each code is looked at once, also when several enforcements ask for it.
    /// - Throws: one and the same refusal, whatever was wrong.
    package func require(
        _ enforcements: [LoginEnforcement], of login: FactorLogin, _ given: SecondFactors
    ) async throws {
        var offered: [String: String] = [:]
        for (name, code) in given.passcodes {
            if let method = try await method(named: name) { offered[method.id] = code }
        }
        var outcomes: [String: FactorOutcome] = [:]
        for enforcement in enforcements {
            var refusal: RefusalCause?
            var isSatisfied = false
            for id in enforcement.methodIDs where !isSatisfied {
                guard let code = offered[id] else { continue }
                let outcome: FactorOutcome
                if let known = outcomes[id] { outcome = known } else { outcome = try await check(code, id, login) }
                outcomes[id] = outcome
                switch outcome {
                case .accepted: isSatisfied = true
                case .refused(let cause): refusal = refusal ?? cause
                }
            }
            if isSatisfied { continue }
            throw MFATexts.notSatisfied.because(
                refusal ?? RefusalCause("second_factor_missing", MFATexts.nothingOffered(enforcement.name)))
        }
    }

    private func check(_ code: String, _ methodID: String, _ login: FactorLogin) async throws -> FactorOutcome {
        guard let method = try await method(id: methodID) else {
            return .refused("second_factor_missing", "The method does not exist any more.")
        }
        if method.kind != .totp { return try await confirms(method, code, login) }
        let key = Self.secretKey(login.entityID, methodID)
        let now = now
        return try await view.transaction { transaction in
            guard let stored = try await transaction.get(key) else {
                return .refused("second_factor_not_set_up", "The entity has no secret for the method.")
            }
            var password = try OneTimePassword(stored: stored)
            let outcome = password.validate(code, maximumAttempts: method.maximumAttempts, at: now)
            if outcome != .closed { transaction.put(key, password.stored) }
            return outcome.factor
        }
    }
}

extension OneTimePassword.Outcome {
    var factor: FactorOutcome {
        switch self {
        case .accepted: .accepted
        case .refused: .refused("wrong_passcode", "The passcode is wrong, or not of this time.")
        case .used: .refused("used_passcode", "The passcode, or one of a later period, was used before.")
        case .closed:
            .refused("second_factor_closed", "Too many passcodes were wrong: the factor is closed for a while.")
        }
    }
}
