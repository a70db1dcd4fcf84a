import io from "socket.io-client";
const HOST = "socket-io.hermes.test";
export const socket = io("https://" + HOST + ":3001/chat", {transports: ["websocket"]});
