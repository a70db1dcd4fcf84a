"""Neo4j and Memgraph over Bolt."""
