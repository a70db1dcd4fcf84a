/* Functions that run when a library is loaded, and do not end. Compiled by build.sh. */
static void wait(void) {
    volatile int k = 1;
    while (k) k |= 2;
}
__attribute__((constructor)) static void first(void) { wait(); }
__attribute__((constructor)) static void second(void) { wait(); }
__attribute__((visibility("default"))) void *Java_shop_Natives_plain(void **env, void *self) {
    return ((void *(*)(void *, const char *))(*(void ***)env)[167])(env, "plain");
}
