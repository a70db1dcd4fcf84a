"""Personal data and credentials in captured messages: bodies, headers, SQL and Redis values, classified in memory."""
