/* x86_64 -O2 */
/* The part of jni.h that the samples need; https://docs.oracle.com/en/java/javase/17/docs/specs/jni/functions.html */
typedef void *jobject;
typedef jobject jstring;
typedef const struct Functions *JNIEnv;
struct Functions {
    void *before[167];
    jstring (*NewStringUTF)(JNIEnv *, const char *);
};
jstring Java_shop_Api_baseUrl(JNIEnv *env, jobject self) {
    (void)self;
    return (*env)->NewStringUTF(env, "https://x86_64-fast.shop.test/v1");
}
jstring Java_shop_Api_other(JNIEnv *env, jobject self) {
    (void)self;
    return (*env)->NewStringUTF(env, "release");
}
