// What newer compilers and C libraries ask of the system and manylinux_2_28 (glibc 2.28, libstdc++ of GCC 8) lacks, in
// terms of what it has. Hidden: this extension alone gets it. Red Hat's newer compilers have the same in their
// libstdc++_nonshared.a, so that what is compiled there runs on the system's own libstdc++. With these a wheel is made
// on any Linux; `make wheel` has auditwheel check that nothing else is asked for.
#include <exception>
#include <new>

#if defined(__GLIBC__) && defined(__GLIBCXX__) && defined(__x86_64__)

#define HIDDEN __attribute__((visibility("hidden")))

// Of glibc 2.32: whether shared_ptr may count without atomic instructions. Never is always right.
extern "C" {
extern HIDDEN char __libc_single_threaded;
char __libc_single_threaded = 0;
}

#if _GLIBCXX_RELEASE >= 11

// The copy constructor and the destructor, which do the counting in every libstdc++, by their exported names.
extern "C" {
void copy_exception_ptr(void *self, const void *other) __asm__("_ZNSt15__exception_ptr13exception_ptrC1ERKS0_");
void destroy_exception_ptr(void *self) __asm__("_ZNSt15__exception_ptr13exception_ptrD1Ev");

// exception_ptr::_M_addref and _M_release, exported since GCC 11 since the two above became inline.
HIDDEN void add_reference(const void *self) noexcept __asm__("_ZNSt15__exception_ptr13exception_ptr9_M_addrefEv");
HIDDEN void release_reference(void **self) noexcept __asm__("_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv");

void add_reference(const void *self) noexcept {
  alignas(std::exception_ptr) unsigned char left[sizeof(std::exception_ptr)]; // never destroyed
  copy_exception_ptr(left, self);
}

void release_reference(void **self) noexcept {
  destroy_exception_ptr(self);
  *self = nullptr;
}

// std::__throw_bad_array_new_length, of GCC 11.
[[noreturn]] HIDDEN void throw_bad_array_new_length() __asm__("_ZSt28__throw_bad_array_new_lengthv");
void throw_bad_array_new_length() { throw std::bad_array_new_length(); }
}

#endif
#endif
