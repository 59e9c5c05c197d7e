/// One request to a web service.
package struct HTTPCall: Sendable {
    package var method: String
    /// Path and query, encoded; the address's base path is put before it.
    package var target: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// For everything, connecting included.
    package var timeout: Duration = .seconds(15)
    /// Bytes of the answer's body.
    package var longestAnswer = 1 << 20

    package init(
        _ method: String, _ target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// Whether it can be written down without changing how it is read.
    var isWellFormed: Bool {
        target.hasPrefix("/") && HTTPAddress.isTarget(target)
            && headers.allSatisfy { header in
                !header.name.isEmpty && header.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3a }
                    && header.value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
            }
    }
}

/// What a web service answered, whatever the status. Redirects are answers like others: nobody follows them.
package struct HTTPAnswer: Sendable {
    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of this name, in any case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why there is no answer; it holds nothing of the request.
package enum HTTPFailure: Error, Sendable, Equatable {
    case malformedRequest, unreachable, untrusted, tooLarge, disconnected
    /// Connected, and no whole answer in time: what was asked for may have happened.
    case timedOut
    /// The TLS files cannot be used.
    case badTrust(String)

    package var text: String {
        switch self {
        case .malformedRequest: "the request cannot be written down"
        case .unreachable: "nobody answers at the host and port"
        case .untrusted: "no trusted TLS connection could be made"
        case .timedOut: "there was no answer in time"
        case .tooLarge: "the answer is too large"
        case .disconnected: "the connection ended before the answer"
        case .badTrust(let text): text
        }
    }
}

/// How a request is sent to any service; another one in tests.
package typealias WebSender = @Sendable (HTTPCall, HTTPAddress) async throws(HTTPFailure) -> HTTPAnswer

/// How a request is sent to one service; another one in tests.
package typealias HTTPSender = @Sendable (HTTPCall) async throws(HTTPFailure) -> HTTPAnswer
