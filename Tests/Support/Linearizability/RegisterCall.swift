/// One call of a client at a register with versions (an entry of the KV engine, version 2), from when it was sent until
/// its answer came.
package struct RegisterCall: Sendable, Equatable {
    package enum Request: Sendable, Equatable {
        case read
        /// - Parameter expecting: only when the register has this version (check-and-set); nil: in any case.
        case write(String, expecting: Int?)
    }

    package enum Outcome: Sendable, Equatable {
        case read(RegisterState)
        /// The version that the write made.
        case written(Int)
        /// The register did not have the version that was expected.
        case refused
        /// No answer, or one that leaves it open: it may take effect at any time after the call, or never.
        case unknown
    }

    package let request: Request
    package let outcome: Outcome
    /// Nanoseconds on one clock for all clients.
    package let start: Int64
    /// `Int64.max` where nobody was told.
    package let end: Int64

    package init(_ request: Request, _ outcome: Outcome, from start: Int64, to end: Int64 = .max) {
        self.request = request
        self.outcome = outcome
        self.start = start
        self.end = outcome == .unknown ? .max : end
    }
}

/// What a register holds.
package struct RegisterState: Sendable, Hashable {
    /// Zero and nil: nothing was written yet.
    package var version = 0
    package var value: String?

    package init(version: Int = 0, value: String? = nil) {
        self.version = version
        self.value = value
    }

    /// The state that a call leaves; nil when it cannot have had its outcome here.
    func after(_ call: RegisterCall) -> RegisterState? {
        switch (call.request, call.outcome) {
        case (.read, .read(let seen)): return seen == self ? self : nil
        case (.read, _): return nil
        case (.write(let value, let expecting), let outcome):
            let fits = expecting.map { $0 == version } ?? true
            let next = RegisterState(version: version + 1, value: value)
            switch outcome {
            case .written(let made): return fits && made == next.version ? next : nil
            case .refused: return fits ? nil : self
            // Without an effect it need not have happened at all.
            case .unknown: return fits ? next : nil
            case .read: return nil
            }
        }
    }
}
