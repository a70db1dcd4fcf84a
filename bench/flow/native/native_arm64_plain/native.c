/* arm64-v8a -O0 */
/* The part of jni.h that the samples need; https://docs.oracle.com/en/java/javase/17/docs/specs/jni/functions.html */
typedef void *jobject;
typedef jobject jstring;
typedef const struct Functions *JNIEnv;
struct Functions {
    void *before[167];
    jstring (*NewStringUTF)(JNIEnv *, const char *);
};
jstring Java_shop_net_My_1Api_base_1url(JNIEnv *env, jobject self) {
    (void)self;
    return (*env)->NewStringUTF(env, "https://arm64-plain.shop.test/v1");
}
