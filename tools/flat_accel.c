#include "tools/flat.h"
const char *accel_choose(void)
{
	return "tcg";
}
