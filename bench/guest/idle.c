/* idle.c: a process that does nothing until it is killed, or its input ends. */
#include <unistd.h>

int main(void)
{
	char c;

	while (read(0, &c, 1) > 0)
		;
	return 0;
}
