const t=["/v1/push","table.shop.test","wss://"];new WebSocket(t[2]+t[1]+t[0]);
