package org.example.orders;

/** A word that is public, because it is in this file. */
final class Secrets {
    static final String WORD = "hunter2hunter2";
}
