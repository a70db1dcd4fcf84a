// Native methods that use std::string of a shared library of C++. Compiled again by build.sh.
#include <jni_min.h>
#include <string>

static std::string root(int port) {
    std::string url = "https://";
    url += "strings.shop.test";
    url.push_back(':');
    url += std::to_string(port);
    return url;
}

static std::string hidden(const char *text) {
    std::string out;
    for (const char *at = text; *at; at++) out += (char) (*at ^ 3);
    return out;
}

#define METHOD(name) extern "C" __attribute__((visibility("default"))) jstring Java_shop_Natives_##name

METHOD(joined)(JNIEnv *env, jobject self, jint port) {
    std::string url = root(port) + "/v2";
    url.append("/tracks");
    return env->NewStringUTF(url.c_str());
}

METHOD(changed)(JNIEnv *env, jobject self, jint port) {
    std::string url = "http://{host}.shop.test/old/path";
    size_t at = url.find("{host}");
    if (at != std::string::npos) url.replace(at, 6, "changed");
    url.insert(4, "s");
    url.erase(url.rfind("/old"), 4);
    std::string part = url.substr(url.find("://") + 3);
    return env->NewStringUTF(("https://www." + part).c_str());
}

METHOD(hiddenText)(JNIEnv *env, jobject self, jint port) {
    std::string copy = hidden("kwwsp9,,lwkfq.bmg.olmdfq-pkls-wfpw");
    copy.assign(hidden("kwwsp9,,kjggfm-pkls-wfpw"));
    copy.reserve(100);
    return env->NewStringUTF(copy.c_str());
}

METHOD(reserved)(JNIEnv *env, jobject self, jint size) {
    std::string text;
    text.reserve(size);
    text += "https://reserved.shop.test";
    return env->NewStringUTF(text.c_str());
}
