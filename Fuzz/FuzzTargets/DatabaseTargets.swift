import CofferBase
import MariaDBClient
import NIOCore
import SQLClient
import SocketClient

@testable import DatabaseEngine
@testable import EtcdClient
@testable import RedisClient

/// What operators write for databases, and what databases answer.
extension FuzzTarget {
    /// A value stays a value: it begins and ends no statement, in neither dialect.
    static let sql = FuzzTarget("sql") { input in
        let (text, value) = halves(input)
        for dialect in [SQLDialect.postgres, .mariadb] {
            let plain = SQLText.statements("SELECT \(dialect.literal(value)); SELECT 2", dialect)
            precondition(plain.count == 2, "a literal is code")
            let named = SQLText.statements("DROP ROLE \(dialect.identifier(value)); SELECT 2", dialect)
            precondition(named.count == 2, "an identifier is code")
            for statement in SQLText.statements(text, dialect).map({ "SELECT " + $0 }) {
                let harmless = try? SQLText.filled(statement, ["name": "x"], dialect)
                guard let filled = try? SQLText.filled(statement, ["name": value], dialect), let harmless else {
                    continue
                }
                let wanted = SQLText.statements(harmless + ";SELECT 2", dialect)
                let found = SQLText.statements(filled + ";SELECT 2", dialect)
                precondition(found.count == wanted.count, "a value changed the statements")
            }
        }
    }

    /// What was hidden once is hidden.
    static let connectionURL = FuzzTarget("connection-url") { input in
        let text = String(decoding: input, as: UTF8.self)
        let shown = ConnectionURL.redacted(text)
        precondition(ConnectionURL.redacted(shown) == shown, "more is hidden the second time")
        _ = MariaDBSettings(text)
        _ = HostAndPort(text)
    }

    /// Answers are the same however they arrive.
    static let redis = FuzzTarget("redis") { input in
        func values(_ piece: Int) -> [RedisValue] {
            var (buffer, found, rest) = (ByteBuffer(), [RedisValue](), input[...])
            while !rest.isEmpty {
                buffer.writeBytes(rest.prefix(piece))
                rest = rest.dropFirst(piece)
                do {
                    while let value = try RedisValue.read(from: &buffer) { found.append(value) }
                } catch {
                    return found
                }
            }
            return found
        }
        let whole = values(max(input.count, 1))
        if input.count < 512 { precondition(values(1) == whole, "other answers") }
    }

    /// Messages are the same however they arrive, and none is too strange for what reads it.
    static let etcd = FuzzTarget("etcd") { input in
        func messages(_ piece: Int) -> [[UInt8]] {
            var (frames, found, rest) = (EtcdDeframer(longest: 4096), [[UInt8]](), input[...])
            while !rest.isEmpty {
                var part = ByteBuffer(bytes: rest.prefix(piece))
                rest = rest.dropFirst(piece)
                frames.add(&part)
                do {
                    while let message = try frames.next() { found.append(message) }
                } catch {
                    return found
                }
            }
            return found
        }
        let whole = messages(max(input.count, 1))
        precondition(messages(1) == whole && messages(7) == whole, "other messages")
        for bytes in whole + [input] {
            _ = EtcdEntry(bytes)
            guard let message = ProtobufMessage(bytes) else { continue }
            _ = try? EtcdVerdict(message)
        }
        if let place = EtcdEndpoint(String(decoding: input, as: UTF8.self)) {
            precondition(EtcdEndpoint(place.description) == place, "another endpoint")
        }
    }
}
