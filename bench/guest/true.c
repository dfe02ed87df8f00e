/* true.c: the program that the exec benchmarks start. */
int main(void)
{
	return 0;
}
