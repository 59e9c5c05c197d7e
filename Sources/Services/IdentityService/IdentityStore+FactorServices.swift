internal import CofferFramework
internal import CofferStorage
internal import MFAClient

/// Second factors that a service on the network confirms.
extension IdentityStore {
    static func attemptsKey(_ entity: String, _ method: String) -> StorageKey {
        StorageKey("mfa/attempts/\(entity)/\(method)")
    }

    /// Asks the method's service about the user. What goes wrong on the way is a refusal.
    func confirms(_ method: MFAMethod, _ passcode: String, _ login: FactorLogin) async throws -> FactorOutcome {
        if method.kind == .duo, method.usesPasscode, passcode.isEmpty {
            return .refused("second_factor_missing", "The method wants a passcode, and none was given.")
        }
        guard let service = try method.service(), let name = try await name(at: method, login) else {
            return .refused(
                "second_factor_unnamed", "The user's name at the service cannot be made from the identity.")
        }
        guard try await beginAttempt(method.id, login.entityID) else {
            return .refused(
                "second_factor_closed", "Too many attempts in a row were refused: the factor is closed for a while.")
        }
        let kind = method.kind.rawValue
        do throws(FactorFailure) {
            let question = FactorQuestion(
                username: name, passcode: passcode, remoteAddress: login.remoteAddress)
            switch try await service.ask(question, over: identities.factorWeb) {
            case .no(let text): return .refused("second_factor_refused", text)
            case .yes: break
            }
        } catch {
            // It was not the user who failed.
            try await endAttempt(method.id, login.entityID) { $0.failures = max($0.failures - 1, 0) }
            return .refused("second_factor_unreachable", "The service (\(kind)) cannot be asked: \(error.text).")
        }
        try await endAttempt(method.id, login.entityID) { $0.failures = 0 }
        return .accepted
    }

    private func name(at method: MFAMethod, _ login: FactorLogin) async throws -> String? {
        guard let view = try await caller(entityID: login.entityID)?.view else { return nil }
        if !method.usernameFormat.isEmpty {
            return UsernameFormat(method.usernameFormat)?.name(of: view, loggingInAt: login.mountAccessor)
        }
        return view.aliases.first { $0.mountAccessor == login.mountAccessor }.map(\.name)
            .flatMap { UsernameFormat.isName($0) ? $0 : nil }
    }

    private func beginAttempt(_ method: String, _ entity: String) async throws -> Bool {
        let key = Self.attemptsKey(entity, method)
        let now = now
        return try await view.transaction { transaction in
            var attempts = try await transaction.get(key).map { try FactorAttempts(stored: $0) } ?? FactorAttempts()
            guard attempts.begin(at: now) else { return false }
            transaction.put(key, attempts.stored)
            return true
        }
    }

    private func endAttempt(
        _ method: String, _ entity: String, _ change: @Sendable (inout FactorAttempts) -> Void
    ) async throws {
        let key = Self.attemptsKey(entity, method)
        try await view.transaction { transaction in
            guard let stored = try await transaction.get(key) else { return }
            var attempts = try FactorAttempts(stored: stored)
            change(&attempts)
            attempts.closedUntil = 0
            if attempts.failures == 0 { transaction.delete(key) } else { transaction.put(key, attempts.stored) }
        }
    }
}
