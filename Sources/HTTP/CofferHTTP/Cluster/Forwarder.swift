package import CofferCore
internal import CofferFramework
package import Logging

/// What a standby does with a request that is not for itself: the leader answers it, or is named.
package struct Forwarder: Sendable {
    private let port: ClusterPort?
    private let core: Core
    private let log: Logger

    /// - Parameter port: nil: clients are always sent to the leader (`disable_clustering`).
    package init(port: ClusterPort?, core: Core, log: Logger) {
        self.port = port
        self.core = core
        self.log = log
    }

    func answer(
        _ request: HTTPRequest, _ forwarding: Forwarding, _ limits: RequestReader.Limits
    ) async -> HTTPResponse {
        guard let port, !forwarding.redirects else { return redirect(request, forwarding.standby) }
        let body: [UInt8]
        do throws(HTTPBodyError) {
            body = try await request.body.collect(limit: limits.body)
        } catch .tooLarge {
            return ResponseWriter.refusal(RequestReader.Refusal(413, ["error parsing JSON"]))
        } catch {
            return ResponseWriter.refusal(RequestReader.Refusal(400, ["error parsing JSON"]))
        }
        guard forwarding.standby.leader != nil, let client = port.client else {
            core.cluster?.suspect()
            if isStorageLost { return storageLost }
            return ResponseWriter.refusal(
                RequestReader.Refusal(500, ["local node not active but active cluster node not found"]))
        }
        do throws(ForwardingFailure) {
            let response = try await client.send(ForwardedRequest(request, body))
            // As one says that leads no longer.
            if response.status >= 500 { core.cluster?.suspect() }
            return response
        } catch {
            core.cluster?.suspect()
            log.warning("a request could not be forwarded", metadata: ["reason": "\(error)"])
            if error == .lost && !Self.isRead(request) {
                // It may have been executed: to send the client elsewhere would do it twice.
                return ResponseWriter.refusal(RequestReader.Refusal(500, ["request outcome unknown"]))
            }
            return redirect(request, forwarding.standby)
        }
    }

    private static func isRead(_ request: HTTPRequest) -> Bool {
        ["GET", "HEAD", "LIST", "SCAN", "HELP"].contains(request.method)
    }

    /// No node can lead then, and nobody has to be looked for.
    private var isStorageLost: Bool { core.cluster?.isStorageLost ?? false }

    private var storageLost: HTTPResponse { ResponseWriter.response(Answer(.failure(.storageUnavailable))) }

    private func redirect(_ request: HTTPRequest, _ standby: Standby) -> HTTPResponse {
        if isStorageLost { return storageLost }
        guard let address = standby.leader?.apiAddress, !address.isEmpty else {
            var response = ResponseWriter.refusal(RequestReader.Refusal(503, ["no active Vault instance found"]))
            response.fields.add("Retry-After", "1")
            return response
        }
        var response = HTTPResponse(status: 307)
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        response.fields.add("Location", base + request.path + (request.query.map { "?" + $0 } ?? ""))
        response.fields.add("Cache-Control", "no-store")
        return response
    }
}
