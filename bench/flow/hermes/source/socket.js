const host = "socket.hermes.test";
export const open = (room) => new WebSocket("wss://" + host + "/v1/rooms/" + room);
