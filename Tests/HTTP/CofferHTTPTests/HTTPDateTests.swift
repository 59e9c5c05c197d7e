import CofferBase
import Testing

@testable import CofferHTTP

@Suite struct HTTPDateTests {
    @Test(
        "dates as RFC 9110 writes them",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_827_696, "Tue, 29 Feb 2000 12:34:56 GMT"),
        ])
    func dates(seconds: Int64, text: String) {
        #expect(HTTPDate.text(Timestamp(seconds: seconds)) == text)
    }
}
