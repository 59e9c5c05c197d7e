#include <zlib.h>

// Macros that call functions are not imported by Swift. 16 more than the window asks for the gzip form.
static inline int czlib_gzip_start(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

static inline int czlib_gunzip_start(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}
