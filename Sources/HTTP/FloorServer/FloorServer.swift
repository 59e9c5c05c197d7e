internal import CofferBase
internal import CofferHTTP

/// The same codec with nothing behind it: what a request costs before Coffer does anything.
///
/// Usage: `FloorServer [--port N] [--certificate FILE --key FILE]`; with a certificate it speaks TLS and HTTP/2.
@main
enum Floor {
    /// A secret of version 2 as Coffer answers it, with the same fields in its head.
    private static let answer: HTTPResponse = {
        let text = """
            {"request_id":"1907a7f3-d7f4-c0b9-ad12-51c3cb5285f7","lease_id":"","renewable":false,"lease_duration":0,\
            "data":{"data":{"user":"web","password":"0123456789abcdef"},"metadata":{"created_time":\
            "2026-11-23T07:25:23.294346491Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}},\
            "wrap_info":null,"warnings":null,"auth":null,"mount_type":"kv"}

            """
        var response = HTTPResponse(status: 200, body: Array(text.utf8))
        response.fields.add("Content-Type", "application/json")
        response.fields.add("Cache-Control", "no-store")
        response.fields.add("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return response
    }()

    static func main() async throws {
        let server = HTTPServer(threads: 2, clock: SystemClock())
        let given = argument("--port").flatMap { Int($0) }
        var listener = ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: given ?? 8300))
        if let certificate = argument("--certificate"), let key = argument("--key") {
            listener.tls = try TLSContext(TLSContext.Files(certificate: certificate, key: key))
        }
        let port = try await server.listen(listener) { request in
            _ = try? await request.body.collect(limit: 1 << 20)
            return answer
        }
        print("listening on 127.0.0.1:\(port)")
        try await SystemClock().sleep(until: .init(seconds: .max))
    }
    private static func argument(_ name: String) -> String? {
        let arguments = CommandLine.arguments
        guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
        return arguments[index + 1]
    }
}
