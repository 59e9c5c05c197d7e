#include "CGatheringLog.h"
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

// SQLite's own file takes less than 128 KiB in one write.
enum { most = 120 << 10 };

// An open log. SQLite's own file follows it in memory.
struct log {
    sqlite3_file file;
    char *kept;          // `count` bytes, from `start` on in the file; NULL before the first write
    sqlite3_int64 start;
    int count;
};

// Aligned for whatever SQLite puts there.
enum { header = (sizeof(struct log) + 15) & ~15 };

static sqlite3_vfs *own;
static sqlite3_vfs layer;

static sqlite3_file *inner(sqlite3_file *file) { return (sqlite3_file *)((char *)file + header); }

// What fails is not kept: SQLite takes back the commit that it belongs to.
static int write_out(sqlite3_file *file) {
    struct log *log = (struct log *)file;
    int count = log->count;
    if (count == 0) return SQLITE_OK;
    log->count = 0;
    return inner(file)->pMethods->xWrite(inner(file), log->kept, count, log->start);
}

static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    struct log *log = (struct log *)file;
    if (log->count > 0 && (offset != log->start + log->count || log->count + count > most)) {
        int code = write_out(file);
        if (code != SQLITE_OK) return code;
    }
    if (log->kept == NULL) log->kept = malloc(most);
    if (log->kept == NULL || count > most) return inner(file)->pMethods->xWrite(inner(file), bytes, count, offset);
    if (log->count == 0) log->start = offset;
    memcpy(log->kept + log->count, bytes, (size_t)count);
    log->count += count;
    return SQLITE_OK;
}

static int log_close(sqlite3_file *file) {
    struct log *log = (struct log *)file;
    int code = write_out(file);
    free(log->kept);
    log->kept = NULL;
    int closing = inner(file)->pMethods->xClose(inner(file));
    return code == SQLITE_OK ? closing : code;
}

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    int code = write_out(file);
    return code == SQLITE_OK ? inner(file)->pMethods->xRead(inner(file), bytes, count, offset) : code;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int code = write_out(file);
    return code == SQLITE_OK ? inner(file)->pMethods->xTruncate(inner(file), size) : code;
}

static int log_sync(sqlite3_file *file, int flags) {
    int code = write_out(file);
    return code == SQLITE_OK ? inner(file)->pMethods->xSync(inner(file), flags) : code;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
    int code = write_out(file);
    return code == SQLITE_OK ? inner(file)->pMethods->xFileSize(inner(file), size) : code;
}

// The rest neither reads nor writes.

static int log_lock(sqlite3_file *file, int level) { return inner(file)->pMethods->xLock(inner(file), level); }

static int log_unlock(sqlite3_file *file, int level) { return inner(file)->pMethods->xUnlock(inner(file), level); }

static int log_is_reserved(sqlite3_file *file, int *held) {
    return inner(file)->pMethods->xCheckReservedLock(inner(file), held);
}

static int log_control(sqlite3_file *file, int operation, void *argument) {
    return inner(file)->pMethods->xFileControl(inner(file), operation, argument);
}

static int log_sector(sqlite3_file *file) { return inner(file)->pMethods->xSectorSize(inner(file)); }

static int log_device(sqlite3_file *file) { return inner(file)->pMethods->xDeviceCharacteristics(inner(file)); }

// Of the first version: what later ones add concerns the database, not its log.
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_is_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_device,
};

static int layer_open(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags, int *out) {
    (void)vfs;
    if (!(flags & SQLITE_OPEN_WAL)) return own->xOpen(own, path, file, flags, out);
    file->pMethods = NULL;
    inner(file)->pMethods = NULL;
    int code = own->xOpen(own, path, inner(file), flags, out);
    if (code == SQLITE_OK) {
        *(struct log *)file = (struct log){.file = {&methods}};
    } else if (inner(file)->pMethods != NULL) {
        // SQLite closes what has methods, also when it could not be opened; of this it knows nothing.
        inner(file)->pMethods->xClose(inner(file));
    }
    return code;
}

static const char *name;

static void make(void) {
    if ((own = sqlite3_vfs_find(NULL)) == NULL) return;
    layer = *own;
    layer.pNext = NULL;
    layer.zName = "coffer-log";
    layer.szOsFile += header;
    layer.xOpen = layer_open;
    if (sqlite3_vfs_register(&layer, 0) == SQLITE_OK) name = layer.zName;
}

const char *coffer_gathering_log(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make);
    return name;
}
