"""What clouds' own descriptions of their resources say, whoever wrote them down."""
