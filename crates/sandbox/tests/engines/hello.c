/* Prints on both streams, writes a file, and ends by itself with code 7. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
    FILE *file = fopen("/work.txt", "w");
    if (file) { fputs("x", file); fclose(file); }
    file = fopen("/tmp/quiet.txt", "w");
    if (file) { fputs("x", file); fclose(file); }
    printf("out %s\n", getenv("GREETING"));
    fprintf(stderr, "err %d %d\n", (int)getuid(), (int)getpid());
    return 7;
}
