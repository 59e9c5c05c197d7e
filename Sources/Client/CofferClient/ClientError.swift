/// Why a request brought no usable answer. The text never holds a token or a request body.
package enum ClientError: Error, Sendable {
    /// A setting that cannot be used, before anything was sent.
    case configuration(String)
    /// No answer: `Get "URL": dial tcp …: connect: connection refused`.
    case transport(String)
    case response(ResponseError)
    /// The answer is not what the API promises.
    case malformed(String)
    /// Nothing was sent: the request itself was asked for, as text to print.
    case described(String)
}

extension ClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .configuration(let text), .transport(let text), .malformed(let text), .described(let text): text
        case .response(let error): error.description
        }
    }

    /// The HTTP status of an answer that was an error.
    package var status: Int? { if case .response(let error) = self { error.status } else { nil } }
}

/// An answer with an error status, rendered as the reference prints it.
package struct ResponseError: Sendable, CustomStringConvertible {
    package let method: String
    package let url: String
    package let status: Int
    /// The namespace that the answer names; empty for the root namespace.
    package let namespace: String
    /// The texts of `errors`, or the whole body where it is no JSON.
    package let errors: [String]
    package let isRaw: Bool

    package var description: String {
        var text = "Error making API request.\n\n"
        if !namespace.isEmpty, namespace != "root/" { text += "Namespace: \(namespace)\n" }
        text += "URL: \(method) \(url)\nCode: \(status). \(isRaw ? "Raw Message" : "Errors"):\n\n"
        return text + (isRaw ? errors.joined() : errors.map { "* \($0)" }.joined())
    }
}
