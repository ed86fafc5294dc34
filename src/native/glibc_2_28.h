// Functions in the version that glibc 2.28 has, for wheels that are made on a newer system (manylinux_2_28).
#pragma once

#include <cstdlib> // __GLIBC__

#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver pow, pow@GLIBC_2.2.5");
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
#endif
