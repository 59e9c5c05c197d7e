#define _GNU_SOURCE
#include "CBase.h"
#include <sched.h>
#include <sys/syscall.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

void coffer_zero(void *pointer, coffer_size length) { explicit_bzero(pointer, (size_t)length); }

int coffer_return_large_blocks(coffer_size size) { return mallopt(M_MMAP_THRESHOLD, (int)size) == 1 ? 0 : -1; }

int coffer_random(void *pointer, coffer_size length) {
    unsigned char *next = pointer;
    while (length > 0) {
        ssize_t got = getrandom(next, (size_t)length, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        next += got;
        length -= got;
    }
    return 0;
}

int coffer_lock_memory(void *pointer, coffer_size length) {
    if (mlock(pointer, (size_t)length) != 0) return -1;
    return madvise(pointer, (size_t)length, MADV_DONTDUMP);
}

void coffer_unlock_memory(void *pointer, coffer_size length) {
    munlock(pointer, (size_t)length);
    madvise(pointer, (size_t)length, MADV_DODUMP);
}

int coffer_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int coffer_keep_free_memory(void) {
    return mallopt(M_TRIM_THRESHOLD, 2 << 20) == 1 && mallopt(M_TOP_PAD, 256 << 10) == 1 ? 0 : -1;
}

// The program itself is told first, and only it.
static int drop_unwritable(struct dl_phdr_info *program, size_t size, void *page) {
    (void)size;
    uintptr_t mask = *(uintptr_t *)page - 1;
    for (int i = 0; i < program->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &program->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_W)) continue;
        uintptr_t start = (program->dlpi_addr + part->p_vaddr + mask) & ~mask;
        uintptr_t end = (program->dlpi_addr + part->p_vaddr + part->p_memsz) & ~mask;
        if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 1;
}

void coffer_forget_code(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(drop_unwritable, &page);
}

int coffer_set_process_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

int coffer_set_turn(unsigned long long nanoseconds) {
    // As sched_setattr(2) has it; not in every header of the C library.
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = sizeof attributes};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return -1;
    if (attributes.policy != SCHED_OTHER) return 0;
    attributes.runtime = nanoseconds;
    return syscall(SYS_sched_setattr, 0, &attributes, 0) == 0 ? 0 : -1;
}

int coffer_wait_for_turns(void) {
    struct sched_param none = {0};
    return sched_getscheduler(0) == SCHED_OTHER ? sched_setscheduler(0, SCHED_BATCH, &none) : 0;
}

int coffer_memory_file(const void *bytes, coffer_size length) {
    int file = memfd_create("coffer", MFD_CLOEXEC);
    if (file < 0) return -1;
    const char *next = bytes;
    while (length > 0) {
        ssize_t put = write(file, next, (size_t)length);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) {
            close(file);
            return -1;
        }
        next += put;
        length -= put;
    }
    // Libraries refuse keys that others could read.
    if (fchmod(file, 0400) != 0) {
        close(file);
        return -1;
    }
    return file;
}

int coffer_spool_file(const char *folder) {
    int descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor >= 0) return descriptor;
    // Not every file system has files without names. mkostemp makes it for the owner only, whatever the umask.
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/.coffer-spool-XXXXXX", folder);
    if (length < 0 || (size_t)length >= sizeof path) return -1;
    descriptor = mkostemp(path, O_CLOEXEC);
    if (descriptor >= 0) unlink(path);
    return descriptor;
}
