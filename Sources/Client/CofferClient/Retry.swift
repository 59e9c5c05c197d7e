internal import CofferBase

/// When and how soon a request is repeated.
enum Retry {
    /// Server errors other than 501, a state that is still behind, and too many requests.
    static func isWorthwhile(_ status: Int) -> Bool {
        status == 412 || status == 429 || (status >= 500 && status != 501)
    }

    /// Everything but a refused certificate and an answer that makes no sense.
    static func isWorthwhile(_ error: any Error) -> Bool {
        switch error {
        case ResponseCollector.Failure.tooLarge, ResponseCollector.Failure.timedOut: false
        default: !TransportFailure.isAboutTrust(error)
        }
    }

    /// Waits a quarter of a second, then twice as long each time; a server's own word counts up to a minute.
    static func pause(_ attempt: Int, after answer: APIResponse?) async {
        var wait = Duration.milliseconds(250 << min(attempt, 4))
        if let answer, answer.status == 429 || answer.status == 503,
            let seconds = answer.header("Retry-After").flatMap({ Int($0) }), (0...60).contains(seconds)
        {
            wait = .seconds(seconds)
        }
        try? await Task.sleep(for: wait)
    }
}
