import CofferFramework
import CofferStorage

/// A record with everything that records can have.
struct Book: Sendable {
    var title = "untitled"
    var pages: Int64 = 100
    var shelf = Shelf()
    var secret = ""
    var number = ""

    static let schema = Schema<Book>(
        { Book() },
        [
            Field("title", \.title, "Title."), Field("pages", \.pages, "Pages."),
            Field("secret", \.secret, "Secret.").secret, Field("number", \.number, "Number.").internal,
        ]
            + Shelf.fields.map { $0.within(\.shelf) })
}

struct Shelf: Sendable {
    var row: Int64 = 1
    var oldNames: Set<String> = []

    private static let row = Field<Shelf>("shelf_row", \.row, "Row.")
    static let fields = [row, row.oldName("row", used: \Shelf.oldNames), row.oldName("line")]
}

/// Books at `book/`, with an index of their titles.
struct ShelfEngine: Engine {
    static let kind = EngineKind(type: "shelf", class: .secret, version: "v0.1.0+builtin.test") { _ in ShelfEngine() }

    let paths = PathTable([
        books.path(
            "book/:name", noun: "a book", synopsis: "Books.", captures: ["name": "Name."], idSuffix: "book"),
        books.fieldPath(
            "book/:name/pages", ["pages"], synopsis: "Pages.", captures: ["name": "Name."], idSuffix: "pages"),
        books.fieldPath(
            "book/:name/row", ["shelf_row", "row"], synopsis: "Row.", captures: ["name": "Name."], idSuffix: "row",
            operations: [.read, .update]),
        books.fieldPath(
            "book/:name/line", ["line"], synopsis: "Row.", captures: ["name": "Name."], idSuffix: "line"),
    ])

    private static let books: Resource<Book> = {
        var books = Resource(Book.schema, folder: "book/")
        books.foldsNames = true
        books.validate = { _, book in
            if book.pages < 1 { throw EngineError.badRequest("no pages") }
            return book.pages > 1000 ? ["heavy"] : []
        }
        books.stage = { _, old, book, commit in
            book.number = old?.number ?? "1"
            if let old { commit.delete(StorageKey("title/" + old.title)) }
            commit.put(StorageKey("title/" + book.title), [])
        }
        books.unstage = { _, book, commit in commit.delete(StorageKey("title/" + book.title)) }
        return books
    }()
}
