/*
 * A disk that can lose what was not synced, for a server loaded with this
 * through LD_PRELOAD.
 *
 * Before anything below UNSYNCED_DIR changes, the state that a power loss could
 * bring back is noted in UNSYNCED_SIDE (a directory on the same file system):
 *
 *   NAME.undo          what was overwritten or cut off in NAME since its last
 *                      sync: a `struct change` and the old bytes, for each
 *   NAME.absent        NAME was made after the directory's last sync
 *   NAME.removed       NAME was removed after the directory's last sync: the
 *   NAME.removed.undo  file itself, and its changes
 *
 * A sync of a file, or of the directory, removes the notes about it. Applying
 * what is left is up to the test, once the server is dead.
 *
 * While UNSYNCED_SIDE has a file `fails`, the next sync of the write-ahead log
 * removes that and fails, and nothing is synced.
 *
 *   UNSYNCED_LIES=1    syncs report success, and do nothing
 *   UNSYNCED_END_AT=n  the process dies before its nth change or sync ...
 *   UNSYNCED_END_ON=s  ... where only those of the file s count
 *
 * Files whose name ends in -shm do not count: they are memory. Nothing else is
 * mapped for writing. System calls are made directly, so that nothing in here
 * comes back to the functions that it stands in for. What the server calls today
 * is followed; what it might call one day to change a file ends it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct change {
    uint64_t offset;     /* of a write; the new size if the file was resized */
    uint64_t length;     /* of a write; 0 if the file was resized */
    uint64_t old_size;   /* of the file */
    uint64_t old_length; /* of the old bytes that follow */
};

/* One change at a time, so that notes and changes have the same order. */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static void give_up(const char *what) {
    dprintf(STDERR_FILENO, "panicked: unsynced.c: %s: %s\n", what, strerror(errno));
    abort();
}

static const char *setting(const char *name) {
    const char *value = getenv(name);
    if (value == NULL) give_up(name);
    return value;
}

/* The name of a file in the directory; "" of the directory itself; NULL of
 * anything else. */
static const char *name_of(const char *path) {
    const char *dir = setting("UNSYNCED_DIR");
    size_t length = strlen(dir);
    if (strncmp(path, dir, length) != 0) return NULL;
    if (path[length] == '\0') return "";
    if (path[length] != '/') return NULL;
    size_t end = strlen(path);
    if (end >= 4 && strcmp(path + end - 4, "-shm") == 0) return NULL;
    return path + length + 1;
}

/* The name of an open file. What was removed has none that counts. */
static const char *name_of_open(int fd, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (length < 0) return NULL;
    path[length] = '\0';
    const char *name = name_of(path);
    return name != NULL && strstr(name, " (deleted)") ? NULL : name;
}

/* The path of a note about a file. */
static const char *note(char path[PATH_MAX], const char *name, const char *kind) {
    snprintf(path, PATH_MAX, "%s/%s%s", setting("UNSYNCED_SIDE"), name, kind);
    return path;
}

static int exists(const char *path) {
    return syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
}

static void forget(const char *path) {
    if (syscall(SYS_unlinkat, AT_FDCWD, path, 0) != 0 && errno != ENOENT) give_up(path);
}

static int moved(const char *from, const char *to) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static void append(const char *path, const struct iovec *parts, int count) {
    long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    long expected = 0;
    for (int i = 0; i < count; i++) expected += (long)parts[i].iov_len;
    if (fd < 0 || syscall(SYS_writev, fd, parts, count) != expected) give_up(path);
    syscall(SYS_close, fd);
}

/* Ends the process where the test wants it to end. */
static void count_towards_the_end(const char *name) {
    static long left = -1;
    const char *at = getenv("UNSYNCED_END_AT"), *on = getenv("UNSYNCED_END_ON");
    if (at == NULL || (on != NULL && strcmp(on, name) != 0)) return;
    if (left < 0) left = atol(at);
    if (--left <= 0) syscall(SYS_kill, getpid(), SIGKILL);
}

/* Notes what a write, or a new size (length 0), is about to destroy. */
static void note_change(int fd, const char *name, uint64_t offset, uint64_t length) {
    struct stat now;
    if (fstat(fd, &now) != 0) give_up("fstat");
    uint64_t size = (uint64_t)now.st_size;
    uint64_t end = length == 0 || offset + length > size ? size : offset + length;
    uint64_t old_length = end > offset ? end - offset : 0;
    struct change change = {offset, length, size, old_length};
    char *old = malloc(old_length + 1), path[PATH_MAX];
    if (old == NULL) give_up("malloc");
    /* Through a descriptor of its own: the server's may be for writing only. */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    long reader = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (reader < 0 || syscall(SYS_pread64, reader, old, old_length, offset) != (long)old_length)
        give_up("reading what is overwritten");
    syscall(SYS_close, reader);
    struct iovec parts[] = {{&change, sizeof change}, {old, old_length}};
    append(note(path, name, ".undo"), parts, 2);
    free(old);
}

/* Notes that the directory gets a new name, unless it had that at its last sync. */
static void note_creation(const char *name) {
    char absent[PATH_MAX], removed[PATH_MAX];
    note(absent, name, ".absent");
    note(removed, name, ".removed");
    if (!exists(absent) && !exists(removed)) append(absent, NULL, 0);
}

static void forget_all_names(void) {
    const char *side = setting("UNSYNCED_SIDE");
    DIR *dir = opendir(side);
    if (dir == NULL) give_up(side);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[PATH_MAX];
        if (strstr(entry->d_name, ".absent") || strstr(entry->d_name, ".removed"))
            forget(note(path, entry->d_name, ""));
    }
    closedir(dir);
}

static int opened(const char *path, int flags, mode_t mode) {
    pthread_mutex_lock(&one_at_a_time);
    const char *name = name_of(path);
    if (name != NULL && (flags & O_CREAT) && !exists(path)) {
        count_towards_the_end(name);
        note_creation(name);
    }
    if (name != NULL && (flags & (O_TRUNC | O_APPEND | O_SYNC | O_DSYNC)))
        give_up("a flag of open that is not followed");
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    pthread_mutex_unlock(&one_at_a_time);
    return fd;
}

static mode_t mode_of(int flags, va_list rest) {
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return opened(path, flags, mode);
}

/* A write to no file of the directory is not our business, and may block: it
 * must not hold up the others. */
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    char path[PATH_MAX];
    const char *name = name_of_open(fd, path);
    if (name == NULL || length == 0) return syscall(SYS_pwrite64, fd, bytes, length, offset);
    pthread_mutex_lock(&one_at_a_time);
    count_towards_the_end(name);
    note_change(fd, name, (uint64_t)offset, length);
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, length, offset);
    pthread_mutex_unlock(&one_at_a_time);
    return written;
}

int ftruncate64(int fd, off64_t size) {
    char path[PATH_MAX];
    const char *name = name_of_open(fd, path);
    if (name == NULL) return (int)syscall(SYS_ftruncate, fd, size);
    pthread_mutex_lock(&one_at_a_time);
    count_towards_the_end(name);
    note_change(fd, name, (uint64_t)size, 0);
    int result = (int)syscall(SYS_ftruncate, fd, size);
    pthread_mutex_unlock(&one_at_a_time);
    return result;
}

/* A removed file is kept aside as long as a power loss could bring it back. */
int unlink(const char *path) {
    const char *name = name_of(path);
    if (name == NULL || !exists(path)) return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    char undo[PATH_MAX], absent[PATH_MAX], removed[PATH_MAX], removed_undo[PATH_MAX];
    note(undo, name, ".undo");
    note(absent, name, ".absent");
    note(removed, name, ".removed");
    note(removed_undo, name, ".removed.undo");
    pthread_mutex_lock(&one_at_a_time);
    count_towards_the_end(name);
    int result;
    if (exists(absent) || exists(removed)) {
        result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
        forget(undo);
    } else {
        if (exists(undo) && moved(undo, removed_undo) != 0) give_up(removed_undo);
        result = moved(path, removed);
        if (result != 0) give_up(removed);
    }
    pthread_mutex_unlock(&one_at_a_time);
    return result;
}

/* Whether the test wants this sync to fail, which it does once. */
static int fails(const char *name) {
    char wanted[PATH_MAX];
    if (strcmp(name, "ledger.db-wal") != 0 || !exists(note(wanted, "fails", ""))) return 0;
    forget(wanted);
    return 1;
}

static int synced(int fd, long call) {
    char path[PATH_MAX];
    const char *name = name_of_open(fd, path);
    if (name == NULL) return (int)syscall(call, fd);
    pthread_mutex_lock(&one_at_a_time);
    count_towards_the_end(name);
    if (fails(name)) {
        pthread_mutex_unlock(&one_at_a_time);
        errno = EIO;
        return -1;
    }
    int lies = getenv("UNSYNCED_LIES") != NULL;
    int result = lies ? 0 : (int)syscall(call, fd);
    if (result == 0 && !lies) {
        char undo[PATH_MAX];
        if (*name == '\0') forget_all_names();
        else forget(note(undo, name, ".undo"));
    }
    pthread_mutex_unlock(&one_at_a_time);
    return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

/* On 64-bit systems the same under other names. */
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return pwrite64(fd, bytes, length, offset);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

/* Other ways to change a file, none of which is followed. */
static void not_followed(int fd, const char *function) {
    char path[PATH_MAX];
    if (name_of_open(fd, path) != NULL) give_up(function);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    not_followed(fd, "write");
    return syscall(SYS_write, fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    not_followed(fd, "writev");
    return syscall(SYS_writev, fd, parts, count);
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
    not_followed(fd, "fallocate");
    return (int)syscall(SYS_fallocate, fd, mode, offset, length);
}

int posix_fallocate(int fd, off_t offset, off_t length) {
    return fallocate(fd, 0, offset, length) == 0 ? 0 : errno;
}

int rename(const char *from, const char *to) {
    if (name_of(from) != NULL || name_of(to) != NULL) give_up("rename");
    return moved(from, to);
}
