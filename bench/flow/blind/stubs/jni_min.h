typedef void *jobject; typedef jobject jstring; typedef int jint;
#ifdef __cplusplus
typedef jobject jclass;
struct _JNIEnv;
typedef _JNIEnv JNIEnv;
#else
typedef const struct JNIFunctions *JNIEnv;
#endif
struct JNIFunctions { void *before[167]; jstring (*NewStringUTF)(JNIEnv *, const char *); void *after[66]; };
#ifdef __cplusplus
struct _JNIEnv { const JNIFunctions *functions; jstring NewStringUTF(const char *s) { return functions->NewStringUTF(this, s); } };
#endif
#define JNIEXPORT __attribute__((visibility("default")))
#define JNICALL
