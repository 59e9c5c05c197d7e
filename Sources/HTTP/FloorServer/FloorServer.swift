internal import CofferBase
internal import CofferHTTP

/// The same codec with nothing behind it: what a request costs before Coffer does anything.
///
/// Usage: `FloorServer [--port N]`
@main
enum Floor {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let given = arguments.firstIndex(of: "--port").flatMap { index in
            index + 1 < arguments.count ? Int(arguments[index + 1]) : nil
        }
        let body = Array(
            "{\"request_id\":\"00000000-0000-4000-8000-000000000000\",\"data\":{\"value\":\"floor\"}}\n".utf8)
        let server = HTTPServer(threads: 2, clock: SystemClock())
        let listener = ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: given ?? 8300))
        let port = try await server.listen(listener) { request in
            _ = try? await request.body.collect(limit: 1 << 20)
            var response = HTTPResponse(status: 200, body: body)
            response.fields.add("Cache-Control", "no-store")
            response.fields.add("Content-Type", "application/json")
            return response
        }
        print("listening on 127.0.0.1:\(port)")
        try await SystemClock().sleep(until: .init(seconds: .max))
    }
}
