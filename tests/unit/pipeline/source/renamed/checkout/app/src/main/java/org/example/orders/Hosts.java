package org.example.orders;

/** Hosts. */
final class Hosts {
    static final String DATABASE = "db.orders.test";

    /** The first host. */
    static String first() {
        return "es.orders.test";
    }
}
