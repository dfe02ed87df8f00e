/* random.c: the kernel's random numbers: ChaCha20 (RFC 8439, 2.3) with fast key erasure.
 *
 * Each block's first 32 bytes become the next key, so an old output cannot be computed from a later
 * state; the rest is handed out.  The key comes from the processor's generator, mixed with the cycle
 * counter; with the option seed=N it is N, and runs repeat. */

#include "arch/arch.h"
#include "boot/boot.h"
#include "lib/print.h"
#include "lib/string.h"

#define KEY_WORDS   8
#define BLOCK_WORDS 16

static uint32_t key[KEY_WORDS];
static uint32_t block[BLOCK_WORDS]; /* [KEY_WORDS, BLOCK_WORDS): output */
static size_t left;		    /* bytes of output not handed out yet, at the end of block */
static uint64_t counter;

static uint32_t rotate(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static void quarter(uint32_t x[BLOCK_WORDS], int a, int b, int c, int d)
{
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 7);
}

static void chacha20(uint32_t out[BLOCK_WORDS])
{
	uint32_t in[BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

	memcpy(in + 4, key, sizeof(key));
	in[12] = (uint32_t)counter;
	in[13] = (uint32_t)(counter >> 32);
	counter++;
	memcpy(out, in, sizeof(in));
	for (int i = 0; i < 10; i++) {
		quarter(out, 0, 4, 8, 12);
		quarter(out, 1, 5, 9, 13);
		quarter(out, 2, 6, 10, 14);
		quarter(out, 3, 7, 11, 15);
		quarter(out, 0, 5, 10, 15);
		quarter(out, 1, 6, 11, 12);
		quarter(out, 2, 7, 8, 13);
		quarter(out, 3, 4, 9, 14);
	}
	for (int i = 0; i < BLOCK_WORDS; i++)
		out[i] += in[i];
}

static void refill(void)
{
	chacha20(block);
	memcpy(key, block, sizeof(key));
	memset(block, 0, sizeof(key));
	left = sizeof(block) - sizeof(key);
}

void random_init(void)
{
	bool hardware = true;

	if (option("seed") != NULL) {
		uint64_t seed = option_number("seed", 0);

		memset(key, 0, sizeof(key));
		memcpy(key, &seed, sizeof(seed));
		return;
	}
	for (int i = 0; i < KEY_WORDS / 2; i++) {
		uint64_t v = 0;

		hardware = arch_random(&v) && hardware;
		v ^= cycles() * 0x9e3779b97f4a7c15ull;
		memcpy(&key[2 * i], &v, sizeof(v));
		refill(); /* the time that this takes varies a little, too */
	}
	left = 0;
	if (!hardware)
		kprintf("random: no hardware generator; seeded from the cycle counter only\n");
}

void random_bytes(void *buf, size_t n)
{
	char *to = buf;

	while (n > 0) {
		size_t part;
		char *from;

		if (left == 0)
			refill();
		part = MIN(n, left);
		from = (char *)block + sizeof(block) - left;
		memcpy(to, from, part);
		memset(from, 0, part);
		to += part;
		n -= part;
		left -= part;
	}
}

uint64_t random_u64(void)
{
	uint64_t v;

	random_bytes(&v, sizeof(v));
	return v;
}
