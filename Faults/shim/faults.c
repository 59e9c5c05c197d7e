// Preloaded into a server: moves its wall clock, and lets its calls to the disk fail or kill it.
//
// What happens is told by a page that the test shares with the server (COFFER_FAULTS names the file). Calls on the
// standard streams and on sockets are left alone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { KILL = 1, FAIL = 2, TEAR = 3 };
enum { WRITES = 1, SYNCS = 2 };

struct page {
    volatile int64_t clock_offset;  // nanoseconds
    volatile int64_t countdown;     // the fault comes with the call that brings it to 0; 0 is off
    volatile int64_t action;
    volatile int64_t error;         // errno of FAIL
    volatile int64_t kinds;         // which calls count
    volatile int64_t is_lasting;    // FAIL: every later call fails as well
    volatile int64_t calls;         // counted while armed
};

static struct page nothing;
static struct page *page = &nothing;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("COFFER_FAULTS");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *shared = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) page = shared;
    close(file);
}

// 0: go on. TEAR: write a part and die. Otherwise -1 with errno set, or no return at all.
static int fault(int file, int kind) {
    if (page->countdown == 0 || !(page->kinds & kind) || file <= 2) return 0;
    struct stat what;
    if (fstat(file, &what) != 0 || !S_ISREG(what.st_mode)) return 0;
    __atomic_add_fetch(&page->calls, 1, __ATOMIC_SEQ_CST);
    int64_t left = __atomic_sub_fetch(&page->countdown, 1, __ATOMIC_SEQ_CST);
    if (left > 0) return 0;
    if (left < 0) page->countdown = 0;
    if (page->action == TEAR && kind == WRITES) return TEAR;
    if (page->action == KILL || page->action == TEAR) kill(getpid(), SIGKILL);
    if (page->action != FAIL) return 0;
    if (page->is_lasting) page->countdown = 1;
    errno = (int)page->error;
    return -1;
}

#define NEXT(name) \
    static __typeof__(name) *next; \
    if (!next) next = dlsym(RTLD_NEXT, #name)

ssize_t write(int file, const void *bytes, size_t count) {
    NEXT(write);
    int found = fault(file, WRITES);
    if (found == TEAR) {
        next(file, bytes, count / 2);
        kill(getpid(), SIGKILL);
    }
    return found < 0 ? -1 : next(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t place) {
    NEXT(pwrite);
    int found = fault(file, WRITES);
    if (found == TEAR) {
        next(file, bytes, count / 2, place);
        kill(getpid(), SIGKILL);
    }
    return found < 0 ? -1 : next(file, bytes, count, place);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) { return pwrite(file, bytes, count, place); }

int fdatasync(int file) {
    NEXT(fdatasync);
    return fault(file, SYNCS) < 0 ? -1 : next(file);
}

int fsync(int file) {
    NEXT(fsync);
    return fault(file, SYNCS) < 0 ? -1 : next(file);
}

int ftruncate(int file, off_t size) {
    NEXT(ftruncate);
    return fault(file, WRITES) < 0 ? -1 : next(file, size);
}

int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

int clock_gettime(clockid_t clock, struct timespec *time) {
    NEXT(clock_gettime);
    int status = next(clock, time);
    if (status != 0 || clock != CLOCK_REALTIME || page->clock_offset == 0) return status;
    int64_t moved = (int64_t)time->tv_sec * 1000000000 + time->tv_nsec + page->clock_offset;
    time->tv_sec = moved / 1000000000;
    time->tv_nsec = moved % 1000000000;
    return 0;
}
