internal import CofferBase
internal import CofferHTTP

/// The same codec with nothing behind it: what a request costs before Coffer does anything.
///
/// Usage: `FloorServer [--port N]`
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
        let arguments = CommandLine.arguments
        let given = arguments.firstIndex(of: "--port").flatMap { index in
            index + 1 < arguments.count ? Int(arguments[index + 1]) : nil
        }
        let server = HTTPServer(threads: 2, clock: SystemClock())
        let listener = ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: given ?? 8300))
        let port = try await server.listen(listener) { request in
            _ = try? await request.body.collect(limit: 1 << 20)
            return answer
        }
        print("listening on 127.0.0.1:\(port)")
        try await SystemClock().sleep(until: .init(seconds: .max))
    }
}
