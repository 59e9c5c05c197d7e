internal import Glibc
internal import Linearizability

/// Reads a history of calls at registers from standard input, a line of JSON for each, and says whether it is
/// linearizable. Ends with 0 when it is, 1 when it is not, and 2 when it cannot be read.
///
///     HistoryCheck < history.jsonl
@main
struct HistoryCheck {
    static func main() {
        var history = History()
        while let line = readLine() {
            do throws(History.Unreadable) {
                try history.add(line: line)
            } catch {
                say("not a call: \(error.line)")
                exit(2)
            }
        }
        let report = HistoryReport(history)
        for line in report.lines { say(line) }
        exit(report.isLinearizable ? 0 : 1)
    }

    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }
}
