package org.example.orders;

/** The stores of the app. Every host ends in .test. */
final class OrderStore {
    private static final String PORT = ":9200";

    private OrderStore() {
    }

    /** Search. */
    static String search(String index) {
        String url = "http://" + Hosts.first() + PORT;
        return url + "/" + index + "/_search";
    }

    /** Orders. */
    static String database() {
        String user = "mongodb://app:" + Secrets.WORD;
        return user + "@" + Hosts.DATABASE + "/orders";
    }

    /** Reports. */
    static String reports() {
        return "postgresql://orders:correcthorse9@pg.orders.test:5432/orders";
    }
}
