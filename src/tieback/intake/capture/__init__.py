"""Live capture: a proxy in a child process, and the set-up of an Android device."""
