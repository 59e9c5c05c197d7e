internal import CofferBase
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Requests and answers that are too large for memory: they go from a file, or into one.
extension Client {
    /// Puts the body of a success into an open file.
    package func download(_ request: APIRequest, to file: CInt) async throws(ClientError) {
        try await transfer(request, FileTransfer.Files(source: nil, size: 0, target: file))
    }

    /// Sends an open file of this size as the body.
    package func upload(_ request: APIRequest, from file: CInt, size: Int) async throws(ClientError) {
        try await transfer(request, FileTransfer.Files(source: file, size: size, target: nil))
    }

    private func transfer(_ request: APIRequest, _ files: FileTransfer.Files) async throws(ClientError) {
        let target = request.target(below: address.basePath)
        let headers = headers(for: request)
        if let description { throw .described(text(description, of: request, target: target, headers: headers)) }
        let answer: APIResponse
        do {
            answer = try await transport.transfer(request.method.rawValue, target, headers, files)
        } catch {
            let url = transport.address.origin + target
            let verb = request.method.rawValue.prefix(1) + request.method.rawValue.dropFirst().lowercased()
            throw .transport("\(verb) \"\(url)\": \(TransportFailure.text(error, address: transport.address))")
        }
        var complete = answer
        complete.method = request.method.rawValue
        complete.url = transport.address.origin + target
        if let failure = complete.failure { throw .response(failure) }
    }
}

extension HTTPTransport {
    fileprivate func transfer(
        _ method: String, _ target: String, _ headers: [(name: String, value: String)], _ files: FileTransfer.Files
    ) async throws -> APIResponse {
        var fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
        fields.replaceOrAdd(name: "Host", value: address.authority)
        fields.replaceOrAdd(name: "Connection", value: "close")
        if files.source != nil { fields.replaceOrAdd(name: "Content-Length", value: String(files.size)) }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: method), uri: target, headers: fields)
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: APIResponse.self)
        let (tls, serverName) = (tls, serverName)
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(.seconds(60)).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                if let tls {
                    try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: serverName))
                }
                try pipeline.addHTTPClientHandlers()
                try pipeline.addHandler(FileTransfer(head, files, promise))
            }
        }
        let connected =
            address.scheme == .unix
            ? bootstrap.connect(unixDomainSocketPath: address.socketPath)
            : bootstrap.connect(host: address.host, port: address.port)
        connected.cascadeFailure(to: promise)
        return try await promise.futureResult.get()
    }
}

/// One exchange: the next piece is read when the one before has left, and what comes is written at once.
private final class FileTransfer: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    struct Files: Sendable {
        let source: CInt?
        let size: Int
        let target: CInt?
    }

    private static let pieceSize = 128 << 10
    private static let longestError = 1 << 20
    /// How long nothing may happen: a server reads and restores a snapshot before it answers.
    private static let patience = TimeAmount.minutes(30)

    private let head: HTTPRequestHead
    private let files: Files
    private let promise: EventLoopPromise<APIResponse>
    private var left: Int
    private var answer: HTTPResponseHead?
    private var received: [UInt8] = []
    private var deadline: Scheduled<Void>?

    init(_ head: HTTPRequestHead, _ files: Files, _ promise: EventLoopPromise<APIResponse>) {
        self.head = head
        self.files = files
        self.promise = promise
        left = files.size
    }

    func channelActive(context: ChannelHandlerContext) {
        wait(context)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        sendNext(context)
        context.fireChannelActive()
    }

    private func wait(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let (promise, channel) = (promise, context.channel)
        deadline = context.eventLoop.scheduleTask(in: Self.patience) {
            promise.fail(ResponseCollector.Failure.timedOut)
            channel.close(promise: nil)
        }
    }

    private func sendNext(_ context: ChannelHandlerContext) {
        guard let source = files.source, left > 0 else {
            return context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        var piece = [UInt8](repeating: 0, count: min(Self.pieceSize, left))
        let count = piece.withUnsafeMutableBytes { Glibc.read(source, $0.baseAddress, $0.count) }
        // A file that became shorter cannot be sent any more as announced.
        guard count > 0 else { return fail(ResponseCollector.Failure.endOfFile, context) }
        left -= count
        wait(context)
        let buffer = ByteBuffer(bytes: piece[..<count])
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer)))).whenSuccess {
            let (transfer, context) = bound.value
            // A server that has answered already wants no more.
            if transfer.answer == nil { transfer.sendNext(context) }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        wait(context)
        switch unwrapInboundIn(data) {
        case .head(let head): answer = head
        case .body(let part):
            if let target = files.target, answer?.status == .ok {
                do throws(FileError) {
                    try LocalFile.write(target, Array(part.readableBytesView), "the file")
                } catch {
                    fail(error, context)
                }
            } else if received.count + part.readableBytes <= Self.longestError {
                received += part.readableBytesView
            }
        case .end: succeed(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

    func channelInactive(context: ChannelHandlerContext) { fail(ResponseCollector.Failure.endOfFile, context) }

    private func succeed(_ context: ChannelHandlerContext) {
        guard let answer else { return fail(ResponseCollector.Failure.endOfFile, context) }
        deadline?.cancel()
        promise.succeed(
            APIResponse(
                status: Int(answer.status.code), headers: answer.headers.map { ($0.name, $0.value) }, body: received))
        context.close(promise: nil)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        promise.fail(error)
        context.close(promise: nil)
    }
}
