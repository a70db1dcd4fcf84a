typedef void *jobject; typedef jobject jstring; typedef int jint;
typedef const struct JNIFunctions *JNIEnv;
struct JNIFunctions { void *before[167]; jstring (*NewStringUTF)(JNIEnv *, const char *); void *after[66]; };
#define JNIEXPORT __attribute__((visibility("default")))
#define JNICALL
