/* Uses all the processor time it can get. */
int main(void) {
    for (volatile unsigned long n = 0;; n++) {}
}
