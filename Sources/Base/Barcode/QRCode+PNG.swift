extension QRCode {
    /// Light modules around the symbol, without which readers do not find it.
    private static let border = 4

    /// A square picture; nil when there is no room for the symbol and its border.
    /// - Parameter width: in pixels.
    package func png(width: Int) -> [UInt8]? {
        let scale = width / (size + 2 * Self.border)
        if scale < 1 { return nil }
        let margin = (width - size * scale) / 2
        return BitmapPNG.encode(width: width, height: width) { x, y in
            let (column, row) = ((x - margin) / scale, (y - margin) / scale)
            guard x >= margin, y >= margin, column < size, row < size else { return false }
            return isDark(row: row, column: column)
        }
    }
}
