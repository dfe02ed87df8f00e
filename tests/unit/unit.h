/* unit.h: how a unit test is written: kernel code in a Linux process, with Check, under sanitizers.
 *
 * A file tests one source of the kernel.  It says in a comment which sources it is linked with
 * ("links:" and their paths), holds START_TEST(name) ... END_TEST blocks, and ends with
 * UNIT_MAIN("name", test, test ...).  Each test runs in a process of its own. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <check.h>
#include <stdlib.h>

#define UNIT_MAIN(name, ...)                                                                       \
	int main(void)                                                                             \
	{                                                                                          \
		const TTest *const tests[] = { __VA_ARGS__ };                                      \
		Suite *suite = suite_create(name);                                                 \
		TCase *tcase = tcase_create(name);                                                 \
		SRunner *runner = srunner_create(suite);                                           \
		int failed;                                                                        \
                                                                                                   \
		for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)                      \
			tcase_add_test(tcase, tests[i]);                                           \
		tcase_set_timeout(tcase, 60);                                                      \
		suite_add_tcase(suite, tcase);                                                     \
		srunner_run_all(runner, CK_NORMAL);                                                \
		failed = srunner_ntests_failed(runner);                                            \
		srunner_free(runner);                                                              \
		return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;                                  \
	}

#endif
