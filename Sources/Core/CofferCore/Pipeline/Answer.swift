package import CofferFramework
package import CofferJSON

/// What goes back to the edge: everything decided, nothing encoded yet.
package struct Answer: Sendable {
    package enum Content: Sendable {
        case empty
        case json(JSON)
        case raw(contentType: String, [UInt8])
        case stream(contentType: String, ByteStream)
        case failure(EngineError)
    }

    package var content: Content
    /// Nil lets the edge derive it from the content.
    package var status: Int?
    package var headers: [Reply.Header] = []
    /// The request that it answers, for the log.
    package var requestID = ""

    package init(_ content: Content, status: Int? = nil) {
        self.content = content
        self.status = status
    }
}

extension Answer {
    /// In the place of what a node computed that may no longer lead: it may be out of date.
    static var deposed: Answer {
        Answer(.failure(.brieflyUnavailable("this node no longer leads the cluster")))
    }
}
