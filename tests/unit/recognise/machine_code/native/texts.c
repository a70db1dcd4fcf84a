/* Native methods in the ways in which apps keep texts. Compiled by build.sh. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void *Object;
typedef void **Environment;
#define JNI(name) __attribute__((visibility("default"))) name
#define CALL(env, place, type) ((type)((*(void ***)(env))[place]))
#define NEW_TEXT(env, text) CALL(env, 167, Object (*)(void *, const char *))(env, text)
#define FIND(env, name) CALL(env, 6, Object (*)(void *, const char *))(env, name)

Object JNI(Java_shop_Natives_plain)(Environment env, Object self) { return NEW_TEXT(env, "https://plain.shop.test/a"); }

static const unsigned char locked[] = {0x32, 0x2e, 0x2e, 0x2a, 0x29, 0x60, 0x75, 0x75, 0x22, 0x35, 0x28, 0x74, 0x29, 0x32, 0x35, 0x2a, 0x74, 0x2e, 0x3f, 0x29, 0x2e, 0x75, 0x3b};
Object JNI(Java_shop_Natives_locked)(Environment env, Object self) {
    char text[sizeof locked + 1];
    for (size_t i = 0; i < sizeof locked; i++) text[i] = locked[i] ^ 0x5a;
    text[sizeof locked] = 0;
    return NEW_TEXT(env, text);
}

static const char *const hosts[] = {"https://eu.shop.test", "https://us.shop.test", "https://as.shop.test"};
Object JNI(Java_shop_Natives_region)(Environment env, Object self, int32_t region) {
    char text[64];
    if (region < 0 || region > 2) return 0;
    snprintf(text, sizeof text, "%s/v%d/region", hosts[region], region + 1);
    return NEW_TEXT(env, text);
}

struct entry { const char *name, *value; };
static const struct entry entries[] = {{"api", "https://api.shop.test/v4"}, {"cdn", "https://cdn.shop.test"}, {"key", "none"}};
Object JNI(Java_shop_Natives_named)(Environment env, Object self, Object name) {
    const char *text = CALL(env, 169, const char *(*)(void *, Object, char *))(env, name, 0);
    Object found = 0;
    for (int i = 0; i < 3; i++)
        if (!strcmp(text, entries[i].name)) found = NEW_TEXT(env, entries[i].value);
    CALL(env, 170, void (*)(void *, Object, const char *))(env, name, text);
    return found;
}

Object JNI(Java_shop_Natives_bytes)(Environment env, Object self) {
    signed char content[] = "moving.shop.test";
    signed char key = 7;
    for (int i = 0; i < 16; i++) { content[i] ^= key; key += 3; }
    key = 7;
    for (int i = 0; i < 16; i++) { content[i] ^= key; key += 3; }
    Object array = CALL(env, 176, Object (*)(void *, int32_t))(env, 16);
    CALL(env, 208, void (*)(void *, Object, int32_t, int32_t, const signed char *))(env, array, 0, 16, content);
    return array;
}

Object JNI(Java_shop_Natives_several)(Environment env, Object self) {
    Object array = CALL(env, 172, Object (*)(void *, int32_t, Object, Object))(env, 3, FIND(env, "java/lang/String"), 0);
    for (int i = 0; i < 3; i++)
        CALL(env, 174, void (*)(void *, Object, int32_t, Object))(env, array, i, NEW_TEXT(env, hosts[i]));
    return array;
}

Object JNI(Java_shop_Natives_letters)(Environment env, Object self) {
    volatile char text[24];
    text[0] = 'l'; text[1] = 'e'; text[2] = 't'; text[3] = '.'; text[4] = 's'; text[5] = 'h'; text[6] = 'o'; text[7] = 'p';
    text[8] = '.'; text[9] = 't'; text[10] = 'e'; text[11] = 's'; text[12] = 't'; text[13] = 0;
    return NEW_TEXT(env, (const char *)text);
}

Object JNI(Java_shop_Natives_joined)(Environment env, Object self, Object path) {
    const char *text = CALL(env, 169, const char *(*)(void *, Object, char *))(env, path, 0);
    char *whole = malloc(200);
    strcpy(whole, "https://");
    strcat(whole, "join.shop.test");
    strncat(whole, text, 100);
    Object found = NEW_TEXT(env, whole);
    free(whole);
    return found;
}

int32_t JNI(Java_shop_Natives_port)(Environment env, Object self, int32_t stage) { return stage ? 8443 + stage : -1; }

Object JNI(Java_shop_Natives_file)(Environment env, Object self) {
    char text[100] = "";
    FILE *file = fopen("/etc/hostname", "r");
    if (file) { fgets(text, 100, file); fclose(file); }
    return NEW_TEXT(env, text);
}

Object JNI(Java_shop_Natives_endless)(Environment env, Object self) {
    volatile int k = 1;
    while (k) k |= 2;
    return 0;
}

static Object hidden(Environment env, Object self) { return NEW_TEXT(env, "https://hidden.shop.test/b"); }
struct method { const char *name, *kind; void *function; };
static const struct method methods[] = {{"hidden", "()Ljava/lang/String;", (void *)hidden}};
int32_t JNI(JNI_OnLoad)(void ***machine, void *reserved) {
    Environment env;
    if (((int (*)(void *, Environment *, int))(*machine)[6])(machine, &env, 0x10006)) return -1;
    CALL(env, 215, int (*)(void *, Object, const struct method *, int32_t))(env, FIND(env, "shop/Natives"), methods, 1);
    return 0x10006;
}
