package import CofferBase
package import HTTPClient

/// One question to a service that confirms second factors.
package struct FactorQuestion: Sendable {
    /// The user's name at the service.
    package let username: String
    /// Empty: the user is asked on a device.
    package let passcode: String
    package let remoteAddress: String

    package init(username: String, passcode: String, remoteAddress: String) {
        self.username = username
        self.passcode = passcode
        self.remoteAddress = remoteAddress
    }
}

/// What the service said.
package enum FactorAnswer: Sendable, Equatable {
    case yes
    /// The user or the service said no; a sentence for operators that holds nothing of the answer.
    case no(String)
}

/// A service that confirms second factors.
package protocol FactorService: Sendable {
    /// - Throws: when it cannot be learnt what the user says.
    func ask(_ question: FactorQuestion, over web: FactorWeb) async throws(FactorFailure) -> FactorAnswer
}

/// Why a service's answer is not known.
package enum FactorFailure: Error, Sendable {
    case web(HTTPFailure)
    /// It answered with another status than its documentation has for success.
    case status(Int)
    /// It answered what its documentation does not know.
    case unreadable

    /// The service was asked, and did not answer: the user may have been.
    package var isSilence: Bool { if case .web(.timedOut) = self { true } else { false } }

    package var text: String {
        switch self {
        case .web(let failure): failure.text
        case .status(let status): "it answered with status \(status)"
        case .unreadable: "its answer is not as documented"
        }
    }
}

/// The way to a service, and how long a user may take.
package struct FactorWeb: Sendable {
    package static let patience: Duration = .seconds(60)
    static let pause: Duration = .seconds(1)

    let send: WebSender
    let clock: any WallClock

    package init(send: @escaping WebSender, clock: any WallClock) {
        self.send = send
        self.clock = clock
    }

    func answer(to call: HTTPCall, at address: HTTPAddress) async throws(FactorFailure) -> HTTPAnswer {
        do throws(HTTPFailure) {
            return try await send(call, address)
        } catch {
            throw .web(error)
        }
    }

    /// Asks again and again until there is an answer, or the user has taken too long.
    /// - Parameter step: gets the time that is left.
    func poll(
        _ step: (Duration) async throws(FactorFailure) -> FactorAnswer?
    ) async throws(FactorFailure) -> FactorAnswer {
        let end = clock.now + Self.patience
        while clock.now < end {
            if let answer = try await step(max(end - clock.now, Self.pause)) { return answer }
            do { try await clock.sleep(until: clock.now + Self.pause) } catch { throw .web(.timedOut) }
        }
        return .no("The user did not answer in time.")
    }
}

/// What must not be guessed from the text of a caller stands encoded in a URL (RFC 3986).
enum PercentEncoding {
    static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: encoded.append(byte)
            default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
