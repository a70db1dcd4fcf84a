"""A bounded interpreter of Dalvik bytecode: runs the methods with which an app decrypts its own strings."""
