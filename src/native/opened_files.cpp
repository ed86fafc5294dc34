// Preloaded (LD_PRELOAD) into the process that looks at a user's task: writes down every file that it opens.
//
// Python's audit hooks do not see what C++ opens, a URDF that Pinocchio reads, say. A line for each file, appended to
// the file that SOBOLEV_OPENED_FILES names: "r" or "w" (read, or written), a space, its path without links.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <cerrno>
#include <climits>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "glibc_2_28.h"

namespace {

template <class Function> Function next_function(Function, const char *name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// Writes down what a descriptor is open on. Calls the kernel itself: the functions of the library are those below.
void note(int descriptor, bool written) {
    const char *list = getenv("SOBOLEV_OPENED_FILES");
    if (descriptor < 0 || !list) return;
    const int before = errno;
    char link[64], line[PATH_MAX + 4] = {written ? 'w' : 'r', ' '};
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link, line + 2, PATH_MAX);
    if (length > 0 && line[2] == '/') {
        line[2 + length] = '\n';
        const long out = syscall(SYS_openat, AT_FDCWD, list, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (out >= 0) {
            // a whole line at once: several processes write to the list
            if (syscall(SYS_write, out, line, static_cast<size_t>(length) + 3) < 0)
                abort(); // a list that lacks a file would be believed
            syscall(SYS_close, out);
        }
    }
    errno = before;
}

bool writes(int flags) { return (flags & O_ACCMODE) == O_WRONLY || (flags & (O_CREAT | O_TRUNC)); }

bool writes(const char *mode) { return mode[0] != 'r'; }

} // namespace

#define MODE_OF(flags)                                                                                                 \
    mode_t mode = 0;                                                                                                   \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                                           \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode = va_arg(rest, mode_t);                                                                                   \
        va_end(rest);                                                                                                  \
    }

#define DEFINE_OPEN(name)                                                                                              \
    extern "C" int name(const char *path, int flags, ...) {                                                            \
        MODE_OF(flags)                                                                                                 \
        static const auto next = next_function(name, #name);                                                           \
        const int descriptor = next(path, flags, mode);                                                                \
        note(descriptor, writes(flags));                                                                               \
        return descriptor;                                                                                             \
    }

#define DEFINE_OPENAT(name)                                                                                            \
    extern "C" int name(int folder, const char *path, int flags, ...) {                                                \
        MODE_OF(flags)                                                                                                 \
        static const auto next = next_function(name, #name);                                                           \
        const int descriptor = next(folder, path, flags, mode);                                                        \
        note(descriptor, writes(flags));                                                                               \
        return descriptor;                                                                                             \
    }

#define DEFINE_FOPEN(name)                                                                                             \
    extern "C" FILE *name(const char *path, const char *mode) {                                                        \
        static const auto next = next_function(name, #name);                                                           \
        FILE *const stream = next(path, mode);                                                                         \
        note(stream ? fileno(stream) : -1, writes(mode));                                                              \
        return stream;                                                                                                 \
    }

DEFINE_OPEN(open)
DEFINE_OPEN(open64)
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)
DEFINE_FOPEN(fopen)
DEFINE_FOPEN(fopen64)

// What _FORTIFY_SOURCE calls instead of open, where the flags create nothing.
#define DEFINE_CHECKED_OPEN(name)                                                                                      \
    extern "C" int name(const char *path, int flags) {                                                                 \
        using Function = int (*)(const char *, int);                                                                   \
        static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, #name));                                  \
        const int descriptor = next(path, flags);                                                                      \
        note(descriptor, writes(flags));                                                                               \
        return descriptor;                                                                                             \
    }

#define DEFINE_CHECKED_OPENAT(name)                                                                                    \
    extern "C" int name(int folder, const char *path, int flags) {                                                     \
        using Function = int (*)(int, const char *, int);                                                              \
        static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, #name));                                  \
        const int descriptor = next(folder, path, flags);                                                              \
        note(descriptor, writes(flags));                                                                               \
        return descriptor;                                                                                             \
    }

DEFINE_CHECKED_OPEN(__open_2)
DEFINE_CHECKED_OPEN(__open64_2)
DEFINE_CHECKED_OPENAT(__openat_2)
DEFINE_CHECKED_OPENAT(__openat64_2)
