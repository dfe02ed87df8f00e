/* string.h: the parts of the C library's string.h that the kernel needs (lib/string.c). */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include "lib/types.h"

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
/* Copy at most size - 1 bytes and always end with NUL.  => strlen(src) */
size_t strlcpy(char *dst, const char *src, size_t size);
/* Parse a number as strtoull does (base 0: 0x and 0 prefixes).  *end: the first byte not used. */
unsigned long long strtoull(const char *s, char **end, int base);

#endif
